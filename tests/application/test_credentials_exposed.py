"""Customers' secrets that are met in what a recording keeps: each is on record once, and never said."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from custody_story import SECRET, Work, agreed
from evening import ACTOR, EVENING

from api.settings import Settings
from ledger.keys.secret import Secret


@pytest.fixture
def work(make_settings: Callable[..., Settings]) -> Iterator[Work]:
    with agreed(make_settings) as work:
        yield work


def test_a_10_a_secret_on_a_screen_is_recorded_once_and_without_saying_it(work: Work) -> None:
    credential, other = work.give(), work.give(Secret(b"never shown"))
    session = f"session:{work.decider.new_id('session')}"
    shown = [b"$ mysql -p", SECRET.reveal()[:9], SECRET.reveal()[9:], b"\r\n"]
    for _ in range(2):
        assert work.credentials.look_through(work.customer, shown, (session,), place="S2", actor=ACTOR) == [credential]
    assert work.credentials.look_through(work.customer, [b"$ ls"], (session,), actor=ACTOR) == []
    found = [each for _, each in work.ledger.entries(customer=work.customer) if "exposure" in each.type]
    assert len(found) == 1
    assert {f"credential:{credential}", session} <= set(found[0].tags)
    assert SECRET.reveal() not in found[0].data
    assert f"credential:{other}" not in found[0].tags
    work.finish()
    work.credentials.erase_due(actor=ACTOR)
    assert work.credentials.look_through(work.customer, shown, (session,), actor=ACTOR) == []


def test_a_10_an_import_that_brings_a_secret_into_the_ledger_says_so(work: Work, captured: Path) -> None:
    format_name, path, options = EVENING["S2"]
    shown = "在庫連携サービスを開始しました"
    credential, other = work.give(Secret(shown.encode())), work.give(Secret(b"never shown in any recording"))
    for _ in range(2):
        batch = work.ledger.import_file(captured / path, format_name, work.customer, options, actor=ACTOR)
        assert batch.exposed == [credential]
    found = [each for _, each in work.ledger.entries(customer=work.customer) if "exposure" in each.type]
    assert [f"credential:{credential}" in each.tags for each in found] == [True]
    assert batch.id.encode() in found[0].data
    assert shown.encode() not in found[0].data
    assert f"credential:{other}" not in found[0].tags
