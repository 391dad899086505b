"""The demonstration's whole work order, told twice with one clock and one source of randomness: the same to the byte.

Each telling has a log of its own: another database, another directory. What differs all the same is what must: entries
are sealed with fresh salts under fresh nonces, so hashes over sealed bytes are other ones each time.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from test_deciding import Drawn

from api import wiring
from api.settings import Settings
from ledger.ingest.registry import Options
from ledger.log import canonical
from ledger.store.clock import ManualClock
from scripts.demo_work import BEGINS, EVENING, VENDOR, Work

TERMS = Path(__file__).parents[2] / "docs" / "remote-maintenance-terms-1.0-ja.txt"
OF_SEALED_BYTES = {"heads.sealed.v1"}
"""Types that state hashes of entries as they are sealed."""


Told = list[tuple[str, str, bytes, bytes, tuple[str, ...], str]]


@pytest.fixture
def tell(make_settings: Callable[..., Settings], captured: Path) -> Callable[[str], Told]:
    def telling(seed: str) -> Told:
        clock, drawn = ManualClock(BEGINS), Drawn(seed)
        settings = make_settings(clock, drawn)
        with wiring.opened(settings, clock=clock, draw=drawn) as ledger:
            work = Work(ledger, clock, lambda *_said, **_more: None)
            work.agree("在庫商事", TERMS)
            work.plan()
            work.work()
            clock.advance_to(EVENING)
            for name, path in (("sudo", "sudo/sudo.json"), ("asciinema", "asciinema/session-S2.cast")):
                ledger.import_file(captured / path, name, work.customer, Options(), actor=VENDOR)
            work.end()
            return [
                (
                    record.chain,
                    record.type,
                    record.data,
                    b"" if record.type in OF_SEALED_BYTES else canonical.encode(record.public),
                    tuple(record.tags),
                    record.at,
                )
                for _, record in ledger.entries()
            ]

    return telling


def test_the_same_story_is_the_same_to_the_byte_and_another_seed_is_another(tell: Callable[[str], Told]) -> None:
    first, again, other = tell("one"), tell("one"), tell("two")
    assert {"consent.deemed.v1", "credential.erased.v1", "work.follow_up_opened.v1"} <= {
        type_ for _, type_, *_ in first
    }
    for one, two in zip(first, again, strict=True):
        assert one == two
    # The seed is what makes it so: with another one the ids, and what is blinded or digested under keys, are others.
    assert [type_ for _, type_, *_ in other] == [type_ for _, type_, *_ in first]
    differ = [type_ for (_, type_, *said), (_, _, *theirs) in zip(first, other, strict=True) if said != theirs]
    assert {"credential.provided.v1", "work.requested.v1"} <= set(differ)
