"""What happened without being asked for: always recorded, each broken rule as a violation beside it."""

from dataclasses import replace

import pytest
from agreements import CONSENT
from connecting import (
    AGREEMENT,
    ASKED,
    CONNECTION,
    ENTERED,
    GATEWAY,
    GRANTED,
    LOGIN,
    NOW,
    OPENED,
    PERMISSION,
    RECORDED,
    RECORDING,
    SESSION,
    SESSION_STARTED,
    SSH,
    STARTED_AT,
    ready,
)
from orders import ASSIGNED, COMPLETED, ORDER, OTHER_ORDER, RUNNING, SECOND_TECHNICIAN, STARTED, TECHNICIAN
from story import CUSTOMER, Outcome, Story, an_id, at, given

from ledger.domain.boundary import tag
from ledger.domain.consent_facts import ConsentWithdrawn, Form, Stop
from ledger.domain.encrypted_path import Path, Protocol
from ledger.domain.fact import Fact
from ledger.domain.recording_facts import SessionRecordingStarted
from ledger.domain.session_detail import (
    ClipboardUsed,
    Direction,
    FileTransferred,
    RecordClipboardUse,
    RecordFileTransfer,
)
from ledger.domain.session_facts import (
    ConnectionClosed,
    ConnectionFailed,
    ConnectionOpened,
    Ending,
    SessionEnded,
)
from ledger.domain.session_told import (
    RecordConnection,
    RecordConnectionClosed,
    RecordConnectionFailure,
    RecordSession,
)
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work_facts import TechnicianReleased, WorkResumed, WorkSuspended

LATER = "2026-11-18 10:20"
TELLS = RecordSession(
    customer=CUSTOMER,
    session=SESSION,
    work_order=ORDER,
    permission=PERMISSION,
    technician=TECHNICIAN,
    login=LOGIN,
    gateway=GATEWAY,
    targets=("db01",),
    started_at=STARTED_AT,
)
CONNECTS = RecordConnection(
    customer=CUSTOMER,
    session=SESSION,
    connection=CONNECTION,
    permission=PERMISSION,
    target="db01",
    path=SSH,
    opened_at=at("2026-11-18 10:12"),
)
FAILS = RecordConnectionFailure(
    customer=CUSTOMER,
    session=SESSION,
    connection=CONNECTION,
    target="db01",
    path=Path(protocol=Protocol.OTHER, version="telnet"),
    reason="R-07",
    failed_at=CONNECTS.opened_at,
    rule="R-07",
)
FAILED = ConnectionFailed(
    session=SESSION,
    connection=CONNECTION,
    target="db01",
    path=FAILS.path,
    rule="R-07",
    reason="R-07",
    failed_at=CONNECTS.opened_at,
)
CLOSES = RecordConnectionClosed(
    customer=CUSTOMER, session=SESSION, connection=CONNECTION, closed_at=at("2026-11-18 10:18"), bytes_sent=10
)
CLOSED = ConnectionClosed(
    session=SESSION, connection=CONNECTION, closed_at=CLOSES.closed_at, bytes_sent=10, bytes_received=None
)


TAKEN_BACK = ConsentWithdrawn(
    customer=CUSTOMER,
    consent=CONSENT,
    received_at=at("2026-11-18 10:11"),
    form=Form.PORTAL,
    stop=Stop.SAFE,
    stop_by=at("2026-11-18 10:40"),
    words="同意を撤回します。",
)


def broken(outcome: Outcome, evidence: type[Fact]) -> list[tuple[str, str]]:
    """Give the rules and sentences of the violations; the evidence is there, and first."""
    assert outcome.refusal is None, outcome.refusal
    assert isinstance(outcome.facts[0], evidence)
    found = [each for each in outcome.facts if isinstance(each, ViolationRecorded)]
    for each in found:
        assert tag("session", SESSION) in each.subjects
        assert each.text("ja") != each.text("en")
    return [(each.rule, each.sentence) for each in found]


def test_a_lawful_session_that_is_told_is_recorded_without_violation() -> None:
    ready().when(TELLS, at_=LATER).then(SESSION_STARTED)


def told(*facts: Fact, **changes: object) -> list[tuple[str, str]]:
    command = replace(TELLS, **changes)  # type: ignore[arg-type]
    return broken(given(*facts).when(command, at_=LATER), type(SESSION_STARTED))


def test_r_01_a_session_without_consent_is_recorded_with_a_violation() -> None:
    outcome = given(*AGREEMENT[:5], *RUNNING, ASKED, GRANTED, ENTERED).when(TELLS, at_=LATER)
    assert broken(outcome, type(SESSION_STARTED)) == [("R-01", "session_without_consent")]
    assert outcome.facts[0] == replace(
        SESSION_STARTED, consent=None, terms=None, ungrounded=CUSTOMER, cites=outcome.facts[0].cites
    )
    assert outcome.facts[1].cites == (3, 4)


def test_r_01_what_counts_is_the_consent_of_the_instant_it_started() -> None:
    said_later = replace(AGREEMENT[5], since=at("2026-11-18 10:15"), received_at=at("2026-11-18 10:15"))  # type: ignore[call-arg]
    rest = (*RUNNING, ASKED, GRANTED, ENTERED)
    assert told(*AGREEMENT[:5], said_later, *rest) == [("R-01", "session_without_consent")]


def test_r_04_a_session_beyond_its_order_is_recorded_with_a_violation() -> None:
    all_of_it = (*AGREEMENT, *RUNNING, ASKED, GRANTED, ENTERED)
    assert told(*all_of_it, targets=("mail01",)) == [("R-04", "targets_beyond")]
    assert told(*all_of_it, targets=("web01",)) == [("R-04", "targets_beyond")]


def test_r_04_a_session_of_somebody_not_assigned_is_recorded_with_a_violation() -> None:
    entered = replace(ENTERED, technician=SECOND_TECHNICIAN)
    found = told(*AGREEMENT, *RUNNING, ASKED, GRANTED, entered, technician=SECOND_TECHNICIAN)
    assert found == [("R-04", "technician_not_assigned")]


def test_r_06_a_session_on_a_basis_that_did_not_hold_is_recorded_with_a_violation() -> None:
    found = told(*AGREEMENT[:2], *AGREEMENT[3:], *RUNNING, ASKED, GRANTED, ENTERED)
    assert found == [("R-06", "basis_is_another")]


def test_r_08_a_session_outside_its_permission_is_recorded_with_a_violation() -> None:
    late = replace(GRANTED, begins=at("2026-11-18 10:30"))
    assert told(*AGREEMENT, *RUNNING, ASKED, late, ENTERED) == [("R-08", "permission_not_now")]
    assert told(*AGREEMENT, *RUNNING, ENTERED, permission=None) == [("R-08", "permission_unknown")]


def test_r_35_a_session_on_a_permission_that_the_technician_took_down_is_recorded_with_a_violation() -> None:
    own = replace(GRANTED, recorded_by=TECHNICIAN)
    assert told(*AGREEMENT, *RUNNING, ASKED, own, ENTERED) == [("R-35", "permission_of_own_hand")]


def test_r_18_a_session_past_the_gateway_is_recorded_with_a_violation() -> None:
    assert told(*AGREEMENT, *RUNNING, ASKED, GRANTED, login=None) == [("R-18", "not_through_gateway")]


def test_r_22_a_session_before_work_began_is_recorded_with_a_violation() -> None:
    found = told(*AGREEMENT, *RUNNING[:-1], ASKED, GRANTED, ENTERED)
    assert found == [("R-22", "work_not_in_progress")]


def test_everything_that_was_broken_is_told() -> None:
    found = told(*AGREEMENT[:2], *RUNNING[:4], permission=None, login=None, targets=("mail01",))
    assert [each for each, _ in found] == ["R-01", "R-06", "R-22", "R-08", "R-04", "R-18"]


def test_a_session_told_twice_is_recorded_once() -> None:
    story = given(*AGREEMENT, *RUNNING, ASKED, GRANTED, ENTERED, SESSION_STARTED)
    story.when(TELLS, at_=LATER).then()
    story.when(replace(TELLS, targets=("web01",)), at_=LATER).refused("R-04", cites=[16])


def test_r_20_a_recording_of_another_session_is_not_told_as_this_ones() -> None:
    another = an_id("session", 77)
    begun = SessionRecordingStarted(
        session=another, recording=an_id("recording", 9), recorder="gw01", started_at=at(NOW)
    )
    command = replace(TELLS, recording=begun.recording, recorder="gw01")
    given(begun, at_=NOW).when(command, at_=LATER).refused("R-20", cites=[0])
    elsewhere = replace(OPENED, session=another)
    given(elsewhere, at_=NOW).when(CONNECTS, at_=LATER).refused("R-04", cites=[0])


def test_what_cannot_be_a_record_is_refused() -> None:
    ready().when(replace(TELLS, started_at=at("2026-11-18 10:21")), at_=LATER).refused("R-18")
    given(*RUNNING, ASKED, GRANTED, ENTERED).when(replace(TELLS, customer="cus_" + "d" * 32), at_=LATER).refused("R-04")


@pytest.mark.parametrize("named", [None, OTHER_ORDER])
def test_r_04_a_session_without_a_work_order_is_recorded_with_a_violation(named: str | None) -> None:
    outcome = given(*AGREEMENT, ENTERED).when(replace(TELLS, work_order=named, permission=None), at_=LATER)
    sentence = "session_without_order" if named is None else "session_of_unknown_order"
    assert broken(outcome, type(SESSION_STARTED)) == [
        ("R-04", sentence),
        ("R-06", "session_without_basis"),
        ("R-08", "permission_unknown"),
    ]
    without = replace(SESSION_STARTED, work_order=None, permission=None, basis=None, stated_in=(), permitted_until=None)
    assert replace(outcome.facts[0], cites=()) == replace(without, ungrounded=CUSTOMER)
    started_and_over = replace(over(), work_order=named, permission=None)
    again = given(*AGREEMENT, ENTERED).when(started_and_over, at_=LATER)
    assert broken(again, type(SESSION_STARTED))[0] == ("R-04", sentence)


def the_day(*between: tuple[str, Fact]) -> Story:
    """Give agreement, permission and an order whose technician is assigned, then what came at which time of the day."""
    story = given(*AGREEMENT, *RUNNING[:2], *RUNNING[3:6], ASKED, GRANTED)
    for moment, fact in sorted((*between, ("2026-11-18 10:05", ENTERED)), key=lambda each: each[0]):
        story.at(moment, fact)
    return story


def now_told(*between: tuple[str, Fact]) -> list[tuple[str, str]]:
    return broken(the_day(*between).when(TELLS, at_="2026-11-18 13:30"), type(SESSION_STARTED))


ASSIGNED_THEN, STARTED_THEN = ("2026-11-16 09:10", ASSIGNED), ("2026-11-18 10:00", STARTED)
RELEASED = TechnicianReleased(work_order=ORDER, technician=TECHNICIAN)


def test_r_22_a_session_inside_work_that_is_over_when_it_is_told_broke_nothing() -> None:
    assert now_told(ASSIGNED_THEN, STARTED_THEN, ("2026-11-18 11:31", COMPLETED)) == []


def test_r_22_a_session_before_the_work_that_has_begun_when_it_is_told_is_a_violation() -> None:
    begun_after = ("2026-11-18 10:50", replace(STARTED, started_at=at("2026-11-18 10:50")))
    assert now_told(ASSIGNED_THEN, begun_after) == [("R-22", "work_not_in_progress")]


def test_r_22_a_session_while_work_rested_is_a_violation_though_work_goes_on_when_it_is_told() -> None:
    rests = WorkSuspended(work_order=ORDER, suspended_at=at("2026-11-18 10:08"), reason="確認待ち")
    goes_on = WorkResumed(work_order=ORDER, technician=TECHNICIAN, resumed_at=at("2026-11-18 10:15"))
    told_at = "2026-11-18 10:16"
    found = now_told(ASSIGNED_THEN, STARTED_THEN, (told_at, rests), (told_at, goes_on))
    assert found == [("R-22", "work_not_in_progress")]


def test_r_04_a_technician_who_was_released_after_the_session_was_assigned_then() -> None:
    assert now_told(ASSIGNED_THEN, STARTED_THEN, ("2026-11-18 12:00", RELEASED)) == []


def test_r_04_a_technician_who_was_assigned_after_the_session_was_not_assigned_then() -> None:
    assert now_told(STARTED_THEN, ("2026-11-18 10:15", ASSIGNED)) == [("R-04", "technician_not_assigned")]


def test_r_08_a_permission_that_was_received_after_the_session_permitted_nothing_then() -> None:
    late = replace(GRANTED, received_at=at("2026-11-18 10:18"))
    found = told(*AGREEMENT, *RUNNING, ASKED, late, ENTERED)
    assert found == [("R-08", "permission_not_now")]


def over(**changes: object) -> RecordSession:
    members: dict[str, object] = {
        "ended_at": at("2026-11-18 10:18"),
        "recording": RECORDING,
        "recorder": "gw01",
        "recording_started_at": STARTED_AT,
        **changes,
    }
    return replace(TELLS, **members)  # type: ignore[arg-type]


def test_a_session_that_is_over_is_told_in_one_with_its_recording_and_its_end() -> None:
    ended = SessionEnded(
        session=SESSION,
        work_order=ORDER,
        permission=PERMISSION,
        why=Ending.SIGNED_OUT,
        ended_at=at("2026-11-18 10:18"),
        days=SESSION_STARTED.days,
        relied=SESSION_STARTED.relied,
    )
    ready().when(over(), at_=LATER).then(SESSION_STARTED, RECORDED, ended)


@pytest.mark.parametrize("changes", [{"recording": None}, {"recording_started_at": at("2026-11-18 10:11")}])
def test_r_19_a_session_that_is_over_and_was_not_recorded_from_its_beginning(changes: dict[str, object]) -> None:
    outcome = ready().when(over(**changes), at_=LATER)
    assert broken(outcome, type(SESSION_STARTED)) == [("R-19", "session_without_recording")]


def test_r_08_a_session_that_is_over_and_lasted_beyond_its_permission() -> None:
    story = given(*AGREEMENT, *RUNNING, ASKED, replace(GRANTED, ends=at("2026-11-18 10:15")), ENTERED)
    assert broken(story.when(over(), at_=LATER), type(SESSION_STARTED)) == [("R-08", "session_beyond_permission")]


def in_progress(*more: Fact) -> Story:
    """Give a session: permission 0 and 1, agreement 2 to 7, its start 8, its recording 9."""
    return given(ASKED, GRANTED, *AGREEMENT).at(NOW, SESSION_STARTED, RECORDED, *more)


def test_a_lawful_connection_that_is_told_is_recorded_without_violation() -> None:
    in_progress().when(CONNECTS, at_=LATER).then(OPENED).citing(8)


def test_r_01_a_connection_that_was_opened_after_consent_was_taken_back_is_recorded_with_a_violation() -> None:
    outcome = in_progress(TAKEN_BACK).when(CONNECTS, at_=LATER)
    assert broken(outcome, ConnectionOpened) == [("R-01", "connection_without_consent")]
    assert outcome.facts[0] == replace(OPENED, consent=None, ungrounded=CUSTOMER, cites=(8,))
    before = replace(CONNECTS, opened_at=at("2026-11-18 10:10:30"))
    in_progress(TAKEN_BACK).when(before, at_=LATER).then(replace(OPENED, opened_at=before.opened_at))


def test_what_is_told_again_is_the_same_also_when_a_withdrawal_was_told_in_between() -> None:
    early = replace(TAKEN_BACK, received_at=at("2026-11-18 10:00"))
    in_progress(OPENED, early).when(CONNECTS, at_=LATER).then()
    ready(SESSION_STARTED, RECORDED, early).when(TELLS, at_=LATER).then()


def test_r_07_a_connection_that_was_not_encrypted_is_recorded_with_a_violation() -> None:
    telnet = Path(protocol=Protocol.OTHER, version="telnet")
    outcome = in_progress().when(replace(CONNECTS, path=telnet), at_=LATER)
    assert broken(outcome, ConnectionOpened) == [("R-07", "path_not_encrypted"), ("R-08", "protocol_not_permitted")]
    assert outcome.facts[0] == replace(OPENED, path=telnet, cites=(8,))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"target": "web01"}, ("R-04", "targets_beyond")),
        ({"opened_at": at("2026-11-18 08:59")}, ("R-08", "permission_not_now")),
    ],
)
def test_r_04_r_08_a_connection_beyond_what_was_permitted_is_recorded_with_a_violation(
    changes: dict[str, object], expected: tuple[str, str]
) -> None:
    outcome = in_progress().when(replace(CONNECTS, **changes), at_=LATER)  # type: ignore[arg-type]
    assert broken(outcome, ConnectionOpened) == [expected]


def test_r_04_a_connection_after_the_end_of_its_session_is_recorded_with_a_violation() -> None:
    ended = SessionEnded(
        session=SESSION,
        work_order=ORDER,
        permission=PERMISSION,
        why=Ending.SIGNED_OUT,
        ended_at=at("2026-11-18 10:11"),
        days=SESSION_STARTED.days,
    )
    assert broken(in_progress(ended).when(CONNECTS, at_=LATER), ConnectionOpened) == [("R-04", "session_over")]


def test_r_18_a_connection_in_no_session_is_recorded_with_a_violation() -> None:
    outcome = given(ASKED, GRANTED, *AGREEMENT).when(CONNECTS, at_=LATER)
    assert broken(outcome, ConnectionOpened) == [("R-18", "connection_without_session")]


def test_r_08_a_connection_without_any_permission_is_recorded_with_its_violations() -> None:
    story = given(*AGREEMENT).at(NOW, SESSION_STARTED, RECORDED)
    outcome = story.when(replace(CONNECTS, permission=None), at_=LATER)
    assert broken(outcome, ConnectionOpened) == [("R-08", "permission_unknown")]


def test_a_connection_told_twice_is_recorded_once() -> None:
    in_progress(OPENED).when(CONNECTS, at_=LATER).then()
    in_progress(OPENED).when(replace(CONNECTS, target="web01"), at_=LATER).refused("R-04", cites=[10])


def test_r_07_an_attempt_that_was_refused_beforehand_is_recorded_as_failed() -> None:
    story = given(SESSION_STARTED, RECORDED, at_=NOW)
    story.when(FAILS, at_=LATER).then(FAILED)
    given(SESSION_STARTED, RECORDED, FAILED, at_=NOW).when(FAILS, at_=LATER).then()


def test_the_end_of_a_connection_is_recorded() -> None:
    story = given(SESSION_STARTED, RECORDED, OPENED, at_=NOW)
    story.when(CLOSES, at_=LATER).then(CLOSED).citing(2)
    given().when(CLOSES, at_=LATER).then(CLOSED)
    again = given(SESSION_STARTED, RECORDED, OPENED, CLOSED, at_=NOW)
    again.when(CLOSES, at_=LATER).then()
    again.when(replace(CLOSES, bytes_sent=11), at_=LATER).refused("R-04", cites=[3])


TRANSFERS = RecordFileTransfer(
    customer=CUSTOMER,
    session=SESSION,
    direction=Direction.FROM_CUSTOMER,
    name="従つた.log",
    sha256="a" * 64,
    size=12,
    transferred_at=at("2026-11-18 10:15"),
)
USES_CLIPBOARD = RecordClipboardUse(
    customer=CUSTOMER, session=SESSION, direction=Direction.TO_CUSTOMER, size=None, used_at=at("2026-11-18 10:15")
)


def test_files_and_the_clipboard_are_recorded_as_the_gateway_tells_them() -> None:
    story = given(SESSION_STARTED, RECORDED, at_=NOW)
    moved = FileTransferred(
        session=SESSION,
        direction=Direction.FROM_CUSTOMER,
        name="従つた.log",
        sha256="a" * 64,
        size=12,
        transferred_at=TRANSFERS.transferred_at,
    )
    story.when(TRANSFERS, at_=LATER).then(moved).citing(0)
    used = ClipboardUsed(session=SESSION, direction=Direction.TO_CUSTOMER, size=None, used_at=USES_CLIPBOARD.used_at)
    story.when(USES_CLIPBOARD, at_=LATER).then(used)


@pytest.mark.parametrize("command", [TRANSFERS, USES_CLIPBOARD, FAILS], ids=lambda each: type(each).__name__)
def test_nothing_is_told_that_is_still_to_come(command: object) -> None:
    given(SESSION_STARTED, RECORDED, at_=NOW).when(command, at_="2026-11-18 10:10").refused("R-18")
