"""The vault and the ledger together, on a real log: handed out once, erased for good, nowhere in the clear."""

import base64
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from custody_story import BEGINS, PLANTED, SECRET, Work, agreed
from evening import ACTOR
from psycopg.conninfo import conninfo_to_dict
from test_deciding import together

from api.settings import Settings
from ledger.application.clock_run import run
from ledger.application.credentials import Credentials, HandedOut
from ledger.application.deciding import Decider
from ledger.domain.boundary import Boundary, tag
from ledger.domain.consent_facts import Form
from ledger.domain.credential_custody import InstructCustody
from ledger.domain.credential_facts import CredentialProvided, Ending, Origin, Rejection
from ledger.domain.credential_giving import (
    CheckInCredential,
    RejectCredential,
)
from ledger.domain.decision import Refusal
from ledger.domain.recorded import last
from ledger.keys import private_file
from ledger.keys.custody_vault import BOXES
from ledger.keys.errors import CustodyErasedError, DestructionUnfinishedError
from ledger.keys.secret import Secret
from ledger.store.embedded import Urls


@pytest.fixture
def work(make_settings: Callable[..., Settings]) -> Iterator[Work]:
    with agreed(make_settings) as work:
        yield work


# -- nowhere in the clear ----------------------------------------------------------------------------------------------


def _forms(secret: bytes) -> list[bytes]:
    """The ways in which a slip would write it down."""
    return [secret, secret.hex().encode(), base64.b64encode(secret)[:-4], secret.decode().encode("unicode_escape")]


def _places(directories: list[Path], forms: list[bytes]) -> list[str]:
    found = []
    for directory in directories:
        for path in directory.rglob("*"):
            if path.is_file() and not path.is_socket():
                try:
                    data = path.read_bytes()
                except FileNotFoundError:  # the server tidied up meanwhile
                    continue
                found += [str(path) for form in forms if form in data]
    return found


def _box(work: Work, credential: str) -> bytes:
    with closing(sqlite3.connect(work.settings.keys / BOXES)) as connection:
        (found,) = connection.execute("SELECT box FROM boxes WHERE id = ?", (credential,)).fetchone()
    return bytes(found)


def _data_directories(work: Work, postgres: Urls) -> list[Path]:
    server = Path(str(conninfo_to_dict(postgres.owner)["passfile"])).parent
    assert list(server.rglob("pg_wal")), "the server's files are not where the search looks"
    return [work.settings.directory, server]


def test_r_09_a_planted_secret_is_nowhere_in_the_data_neither_before_nor_after_its_erasure(
    work: Work, postgres: Urls, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    credential = work.give()
    handed = work.credentials.hand_out(work.check_out(credential), actor=ACTOR)
    assert handed.secret == SECRET
    digest = last(work.decider.facts(Boundary.of(tag("credential", credential))), CredentialProvided)
    assert digest is not None
    assert digest.fact.keyed_digest is not None
    assert digest.fact.keyed_digest != sha256(SECRET.reveal()).hexdigest()
    box = _box(work, credential)
    directories = _data_directories(work, postgres)
    in_use = {str(work.settings.keys / BOXES), str(work.settings.keys / f"{BOXES}-wal")}
    assert set(_places(directories, [box[20:60]])) & in_use, "the search finds what is there"
    assert any("postgres" in each for each in _places(directories, [b"credential.checked_out.v1"]))
    forms = [*_forms(SECRET.reveal()), digest.fact.keyed_digest.encode(), bytes.fromhex(digest.fact.keyed_digest)]
    assert _places(directories, forms) == []
    work.finish()
    work.erase(credential)
    assert _places(_data_directories(work, postgres), [*forms, box[20:60], box[-40:]]) == []
    out, err = capfd.readouterr()
    shown = [out, err, caplog.text, repr(handed), repr(work.decider.facts(Boundary.of(tag("credential", credential))))]
    assert not any(PLANTED in text or "Tr0ub4dor" in text for text in shown)


def test_r_09_words_that_say_the_secret_are_refused_before_anything_is_kept(work: Work) -> None:
    before = work.types()
    with pytest.raises(Refusal, match="R-09") as refused:
        work.give(channel=f"telephone, it is {PLANTED}")
    assert PLANTED not in str(refused.value)
    assert work.types() == before
    assert list(work.ledger.keys.custody.list()) == []


@pytest.mark.parametrize("changes", [{"targets": ("elsewhere",)}, {"received_at": BEGINS + timedelta(days=400)}])
@pytest.mark.parametrize("once", [None, "provided once"])
def test_a_refused_credential_leaves_its_id_to_the_corrected_one(
    work: Work, changes: dict[str, object], once: str | None
) -> None:
    credential = work.decider.new_id("credential")
    wrong = replace(work.giving(credential), **changes)  # type: ignore[arg-type]
    with pytest.raises(Refusal):
        work.credentials.take_in(wrong, SECRET, actor=ACTOR, idempotency_key=once)
    assert credential not in {each.credential for each in work.ledger.keys.custody.list()}
    for _ in range(2 if once else 1):
        work.credentials.take_in(work.giving(credential), SECRET, actor=ACTOR, idempotency_key=once)
    assert work.ledger.keys.custody.open(credential) == SECRET


def test_r_36_a_secret_for_another_customers_request_does_not_come_into_the_vault(work: Work) -> None:
    asked = work.ask()
    other = f"cus_{work.decider.new_id('x')[-32:]}"
    work.ledger.recorder.create_chain(other)
    with pytest.raises(Refusal):
        work.credentials.take_in(replace(work.giving(asked), customer=other), SECRET, actor=ACTOR)
    work.ledger.keys.custody.put(asked, SECRET)  # as a crash before the entry leaves it
    work.clock.advance(timedelta(hours=2))
    assert work.credentials.sweep() == []
    work.credentials.take_in(work.giving(asked), SECRET, actor=ACTOR)


def test_a_refused_credential_leaves_nothing_in_the_vault(work: Work) -> None:
    with pytest.raises(Refusal, match="R-04"):
        work.give(targets=("core-switch",))
    assert [each.state for each in work.ledger.keys.custody.list()] == []


def test_giving_it_twice_does_not_take_the_first_away(work: Work) -> None:
    credential = work.give()
    with pytest.raises(Refusal, match="R-09"):
        work.credentials.take_in(work.giving(credential), SECRET, actor=ACTOR)
    assert work.credentials.hand_out(work.check_out(credential), actor=ACTOR).secret == SECRET


# -- handed out --------------------------------------------------------------------------------------------------------


def test_r_10_of_two_technicians_one_gets_it_and_the_other_is_told_who_was_first(work: Work) -> None:
    credential = work.give()
    for _ in range(5):
        seats = [
            Credentials(work.ledger.recorder, Decider(work.ledger.recorder), work.ledger.keys.custody) for _ in range(2)
        ]
        commands = [work.check_out(credential, number) for number in range(2)]
        results = together(
            *(partial(seat.hand_out, command, actor=ACTOR) for seat, command in zip(seats, commands, strict=True))
        )
        (winner,) = [each for each in results if isinstance(each, HandedOut)]
        (loser,) = [each for each in results if isinstance(each, Refusal)]
        assert winner.secret == SECRET
        assert (loser.rule, loser.cites) == ("R-10", winner.carried.positions)
        assert "checked out until" in loser.text("en")
        taken = commands[results.index(winner)]
        work.do(
            CheckInCredential(
                customer=work.customer,
                credential=credential,
                work_order=work.order,
                checkout=taken.checkout,
                technician=taken.technician,
            )
        )
    assert work.types().count("credential.checked_out.v1") == 5


def test_r_10_the_entry_is_durable_before_the_secret_is_told(work: Work) -> None:
    credential = work.give()
    handed = work.credentials.hand_out(work.check_out(credential), actor=ACTOR)
    (position,) = handed.carried.positions
    assert work.ledger.show(position).type == "credential.checked_out.v1"
    outside = work.check_out(credential)
    work.clock.advance(timedelta(hours=5))
    with pytest.raises(Refusal, match="R-10"):
        work.credentials.hand_out(outside, actor=ACTOR)


def test_r_10_a_repeated_check_out_tells_it_again_while_it_lasts_and_no_longer(work: Work) -> None:
    credential = work.give()
    command = work.check_out(credential)
    hand_out = partial(work.credentials.hand_out, command, actor=ACTOR, idempotency_key="key-1")
    assert hand_out().secret == SECRET
    assert hand_out().carried.already
    assert hand_out().secret == SECRET
    work.clock.advance(timedelta(hours=3, minutes=1))
    with pytest.raises(Refusal, match="R-10"):
        hand_out()
    assert work.types().count("credential.checked_out.v1") == 1


def test_r_10_a_repeated_check_out_tells_nothing_once_the_work_is_done(work: Work) -> None:
    credential = work.give()
    command = work.check_out(credential)
    hand_out = partial(work.credentials.hand_out, command, actor=ACTOR, idempotency_key="key-1")
    assert hand_out().secret == SECRET
    work.finish()
    with pytest.raises(Refusal, match="R-10"):
        hand_out()
    assert work.types()[-1] == "credential.erasure_scheduled.v1"


def test_a_07_with_the_customers_own_sign_on_there_is_no_secret(work: Work) -> None:
    credential = work.give(None, origin=Origin.FEDERATED)
    assert work.credentials.hand_out(work.check_out(credential), actor=ACTOR).secret is None
    work.finish()
    assert [each.failure for each in work.credentials.erase_due(actor=ACTOR)] == [None]
    certificate = work.certificate(credential)
    assert certificate is not None
    assert (certificate.key_ids, certificate.copies) == ((), ())
    assert list(work.ledger.keys.custody.list()) == []


# -- erased ------------------------------------------------------------------------------------------------------------


def test_r_11_the_certificate_follows_the_destruction_and_names_keys_and_copies(work: Work) -> None:
    credential = work.give()
    with pytest.raises(Refusal, match="R-11"):
        work.erase(credential)
    assert work.ledger.keys.custody.open(credential) == SECRET
    work.finish()
    work.clock.advance(timedelta(minutes=5))
    (position,) = work.erase(credential)
    assert work.ledger.show(position).type == "credential.erased.v1"
    certificate = work.certificate(credential)
    assert certificate is not None
    assert certificate.erased_at == work.clock.now()
    assert certificate.key_ids == (f"custody:{credential}",)
    assert set(certificate.copies) == {"vault", "vault_journals", "vault_backups"}
    with pytest.raises(CustodyErasedError):
        work.ledger.keys.custody.open(credential)
    assert work.erase(credential) == ()
    assert work.types().count("credential.erased.v1") == 1


def test_r_11_a_crash_between_destruction_and_certificate_is_finished(work: Work) -> None:
    credential = work.give()
    work.finish()
    run(work.ledger.recorder, work.decider)
    destroyed = work.ledger.keys.custody.destroy(credential)  # … and here the process died
    work.clock.advance(timedelta(minutes=30))
    (erasure,) = work.credentials.erase_due(actor=ACTOR)
    assert erasure.credential == credential
    certificate = work.certificate(credential)
    assert certificate is not None
    assert certificate.erased_at.isoformat() == datetime.fromisoformat(destroyed.at).isoformat()
    assert work.credentials.erase_due(actor=ACTOR) == []


def test_r_11_what_is_due_is_erased_and_what_is_instructed_stays(work: Work) -> None:
    kept, gone = work.give(), work.give(Secret(b"another one"))
    work.do(
        InstructCustody(
            customer=work.customer,
            credential=kept,
            work_order=work.order,
            owner=work.owner,
            form=Form.PORTAL,
            received_at=work.clock.now(),
            until=work.clock.now() + timedelta(days=30),
        )
    )
    assert work.credentials.erase_due(actor=ACTOR) == []
    work.finish()
    assert [each.credential for each in work.credentials.erase_due(actor=ACTOR)] == [gone]
    assert work.ledger.keys.custody.open(kept) == SECRET
    work.clock.advance(timedelta(days=30))
    assert [each.credential for each in work.credentials.erase_due(actor=ACTOR)] == [kept]
    assert {each.state for each in work.ledger.keys.custody.list()} == {"destroyed"}


def test_r_11_a_rejected_credential_is_erased(work: Work) -> None:
    credential = work.give()
    work.do(
        RejectCredential(
            customer=work.customer,
            credential=credential,
            work_order=work.order,
            why=Rejection.NOT_WORKING,
            words="ログイン不可",
        )
    )
    assert [each.credential for each in work.credentials.erase_due(actor=ACTOR)] == [credential]
    scheduled = [each for _, each in work.ledger.entries(customer=work.customer) if "scheduled" in each.type]
    assert [each.public["why"] for each in scheduled] == [Ending.REJECTED]


def test_r_11_an_erasure_that_fails_is_told_and_tried_again(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_file, "PATIENCE_SECONDS", 0.1)
    credential = work.give()
    work.finish()
    with closing(sqlite3.connect(work.settings.keys / BOXES, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM boxes").fetchall()
        with pytest.raises(DestructionUnfinishedError):
            work.erase(credential)
        (erasure,) = work.credentials.erase_due(actor=ACTOR)
        assert erasure.certificate is None
        assert erasure.failure is not None
        assert "destroy it again" in erasure.failure
    assert work.types().count("credential.erasure_failed.v1") == 2
    assert work.certificate(credential) is None
    (erasure,) = work.credentials.erase_due(actor=ACTOR)
    assert (erasure.failure, erasure.certificate is None) == (None, False)


def test_a_secret_that_no_entry_names_is_claimed_by_who_gives_it_again_or_swept_away(work: Work) -> None:
    claimed, abandoned, known = (work.decider.new_id("credential") for _ in range(3))
    for credential in (claimed, abandoned):
        work.ledger.keys.custody.put(credential, SECRET)  # … and here the process died
    work.credentials.take_in(work.giving(claimed), SECRET, actor=ACTOR)
    work.credentials.take_in(work.giving(known), SECRET, actor=ACTOR)
    assert work.credentials.sweep() == []
    work.clock.advance(timedelta(hours=1))
    assert work.credentials.sweep() == [abandoned]
    assert work.credentials.sweep() == []
    assert work.ledger.keys.custody.open(claimed) == work.ledger.keys.custody.open(known) == SECRET
    with pytest.raises(CustodyErasedError):
        work.ledger.keys.custody.open(abandoned)
