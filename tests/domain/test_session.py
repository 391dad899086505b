"""Opening sessions and connections: asked beforehand, refused by rule."""

from dataclasses import replace

import pytest
from agreements import CONSENT
from connecting import (
    AGREEMENT,
    ASKED,
    CONNECTION,
    ENDED,
    ENTERED,
    GATEWAY,
    GRANTED,
    JOINED,
    LOGIN,
    NOW,
    OPENED,
    PERMISSION,
    RECORDED,
    RECORDING,
    SESSION,
    SESSION_STARTED,
    SSH,
    in_session,
    ready,
)
from orders import ORDER, OTHER_ORDER, RUNNING, SECOND_ASSIGNED, SECOND_TECHNICIAN, TECHNICIAN, WORK_CONTACT
from story import CUSTOMER, an_id, at, given

from ledger.domain.boundary import tag
from ledger.domain.consent_facts import ConsentExpressed, ConsentWithdrawn, Form, Stop
from ledger.domain.contract import ContractEnded, End
from ledger.domain.decision import boundary
from ledger.domain.encrypted_path import Path, Protocol, Tunnel
from ledger.domain.finding import FindingRecorded
from ledger.domain.gateway import LogoutCause, TechnicianLoggedOut
from ledger.domain.origins import Centre, ConnectionExcluded
from ledger.domain.permission_facts import AccessPermissionRevoked, Device, VpnPrerequisiteConfirmed
from ledger.domain.session import OpenConnection, OpenSession
from ledger.domain.session_facts import ConnectionFailed, session_of
from ledger.domain.work_facts import WorkCompleted, WorkSuspended

OPENS = OpenSession(
    customer=CUSTOMER,
    session=SESSION,
    work_order=ORDER,
    permission=PERMISSION,
    technician=TECHNICIAN,
    login=LOGIN,
    gateway=GATEWAY,
    targets=("db01",),
)
CONNECTS = OpenConnection(
    customer=CUSTOMER,
    session=SESSION,
    connection=CONNECTION,
    work_order=ORDER,
    permission=PERMISSION,
    target="db01",
    path=SSH,
)
FAILED_ELSEWHERE = ConnectionFailed(
    session=an_id("session", 77),
    connection=CONNECTION,
    target="db01",
    path=SSH,
    rule=None,
    reason="timeout",
    failed_at=at("2026-11-18 10:10"),
)
EXCLUDED = ConnectionExcluded(
    customer=CUSTOMER,
    connection=CONNECTION,
    origin=an_id("origin"),
    centre=Centre.SMAC,
    contract=an_id("contract"),
    clause="3",
    gateway=GATEWAY,
    address="203.0.113.7",
    started_at=at("2026-11-18 10:10"),
    days=(),
)
WITHDRAWN = ConsentWithdrawn(
    customer=CUSTOMER,
    consent=CONSENT,
    received_at=at("2026-11-18 10:00"),
    form=Form.MAIL,
    stop=Stop.SAFE,
    stop_by=at("2026-11-18 10:15"),
    words="撤回します。",
)
REVOKED = AccessPermissionRevoked(
    permission=PERMISSION,
    work_order=ORDER,
    contact=WORK_CONTACT,
    words="",
    sessions=(),
    stop_by=at("2026-11-18 10:05"),
    received_at=at("2026-11-18 10:05"),
)
LATER = "2026-11-18 10:12"


def test_a_session_is_opened_on_what_it_needs() -> None:
    ready().when(OPENS, at_=NOW).then(SESSION_STARTED).citing(3, 4, 5, 6, 12, 13, 14, 15)


def test_r_19_a_session_starts_with_its_recording_where_the_recorder_runs() -> None:
    ready().when(replace(OPENS, recording=RECORDING, recorder="gw01"), at_=NOW).then(SESSION_STARTED, RECORDED)


def test_r_01_a_session_names_the_consent_that_it_relies_on() -> None:
    [started] = ready().when(OPENS, at_=NOW).facts
    story = given(started)
    assert tag("reliance", CONSENT) in story.recorded[0].tags
    assert tag("session", SESSION) in story.recorded[0].tags


def test_r_01_opening_and_withdrawal_meet_in_a_tag() -> None:
    assert boundary(OPENS).takes(WITHDRAWN.KIND.type, {tag("agreement", CUSTOMER)})


def test_r_01_without_consent_no_session_is_opened() -> None:
    given(*AGREEMENT[:5], *RUNNING, ASKED, GRANTED, ENTERED).when(OPENS, at_=NOW).refused("R-01", cites=[3, 4])


def test_r_01_a_consent_that_was_withdrawn_opens_nothing() -> None:
    ready(WITHDRAWN).when(OPENS, at_=NOW).refused("R-01", cites=[3, 4, 5, 16])


def test_a_01_a_one_off_consent_opens_the_session_of_its_own_order() -> None:
    once = ConsentExpressed(
        customer=CUSTOMER,
        consent=an_id("consent", 9),
        terms=SESSION_STARTED.terms or "",
        signatory=WORK_CONTACT,
        form=Form.MAIL,
        received_at=at("2026-11-18 10:06"),
        since=at("2026-11-18 10:06"),
        work_order=ORDER,
    )
    story = given(*AGREEMENT[:5], *RUNNING, ASKED, GRANTED, ENTERED, once)
    story.when(OPENS, at_=NOW).then(replace(SESSION_STARTED, consent=once.consent, through=(CONSENT,)))
    other = replace(once, work_order=OTHER_ORDER)
    given(*AGREEMENT[:5], *RUNNING, ASKED, GRANTED, ENTERED, other).when(OPENS, at_=NOW).refused("R-01")


def test_r_06_an_order_whose_contract_has_ended_opens_nothing() -> None:
    ended = ContractEnded(
        customer=CUSTOMER,
        contract=AGREEMENT[2].contract,
        ended_at=at("2026-11-18 00:00"),
        why=End.TERMINATED,  # type: ignore[union-attr]
    )
    ready(ended).when(OPENS, at_=NOW).refused("R-06")


@pytest.mark.parametrize(
    "more",
    [
        WorkSuspended(work_order=ORDER, suspended_at=at("2026-11-18 10:06"), reason="確認中"),
        WorkCompleted(work_order=ORDER, completed_at=at("2026-11-18 10:06")),
    ],
)
def test_r_22_work_that_rests_or_is_over_opens_nothing(more: WorkSuspended | WorkCompleted) -> None:
    ready(more).when(OPENS, at_=NOW).refused("R-22", cites=[16])


def test_r_22_work_that_has_not_begun_opens_nothing() -> None:
    story = given(*AGREEMENT, *RUNNING[:-1], ASKED, GRANTED, ENTERED)
    story.when(OPENS, at_=NOW).refused("R-22", cites=[11])


@pytest.mark.parametrize("targets", [("mail01",), ("db01", "web01"), ()])
def test_r_04_a_session_reaches_only_what_order_and_permission_name(targets: tuple[str, ...]) -> None:
    ready().when(replace(OPENS, targets=targets), at_=NOW).refused("R-04")


def test_r_04_only_an_assigned_technician_opens_a_session() -> None:
    entered = replace(ENTERED, technician=SECOND_TECHNICIAN)
    story = given(*AGREEMENT, *RUNNING, ASKED, GRANTED, entered)
    command = replace(OPENS, technician=SECOND_TECHNICIAN)
    story.when(command, at_=NOW).refused("R-04", cites=[6])
    assigned = given(*AGREEMENT, *RUNNING, ASKED, GRANTED, entered, SECOND_ASSIGNED)
    assigned.when(command, at_=NOW).then(replace(SESSION_STARTED, technician=SECOND_TECHNICIAN))


def test_r_04_an_order_that_is_not_there_opens_nothing() -> None:
    given(*AGREEMENT, ASKED, ENTERED).when(OPENS, at_=NOW).refused("R-04", cites=[])


def test_r_04_an_id_of_a_session_is_used_once() -> None:
    story = given(*AGREEMENT, *RUNNING, ASKED, GRANTED, ENTERED).at(NOW, SESSION_STARTED, RECORDED)
    story.when(OPENS, at_=LATER).refused("R-04", cites=[16])


def test_a_28_a_session_is_for_one_customer() -> None:
    other = "cus_" + "d" * 32
    given(*RUNNING, ASKED, GRANTED, ENTERED).when(replace(OPENS, customer=other), at_=NOW).refused("R-04", cites=[0])


def test_r_08_without_a_grant_nothing_is_opened() -> None:
    given(*AGREEMENT, *RUNNING, ASKED, ENTERED).when(OPENS, at_="2026-11-18 09:59").refused("R-08", cites=[13])
    given(*AGREEMENT, *RUNNING, ENTERED).when(OPENS, at_=NOW).refused("R-08", cites=[])
    ready(REVOKED).when(OPENS, at_=NOW).refused("R-08", cites=[13, 14, 16])


def test_r_08_a_permission_opens_nothing_outside_its_window() -> None:
    early = given(*AGREEMENT, *RUNNING, ASKED, replace(GRANTED, begins=at("2026-11-18 10:30")), ENTERED)
    early.when(OPENS, at_=NOW).refused("R-08", cites=[13, 14])
    ready().when(OPENS, at_="2026-11-18 13:00").refused("R-08")


def test_r_08_a_permission_for_another_order_opens_nothing() -> None:
    asked, granted = replace(ASKED, work_order=OTHER_ORDER), replace(GRANTED, work_order=OTHER_ORDER)
    given(*AGREEMENT, *RUNNING, asked, granted, ENTERED).when(OPENS, at_=NOW).refused("R-08", cites=[13, 14])


def test_r_35_nobody_opens_a_session_on_a_permission_of_the_own_hand() -> None:
    own = replace(GRANTED, recorded_by=TECHNICIAN)
    story = given(*AGREEMENT, *RUNNING, ASKED, own).at("2026-11-18 10:05", ENTERED)
    story.when(OPENS, at_=NOW).refused("R-35", cites=[14])


def test_r_18_who_did_not_come_in_through_the_gateway_opens_nothing() -> None:
    out = TechnicianLoggedOut(login=LOGIN, why=LogoutCause.SIGNED_OUT, logged_out_at=at("2026-11-18 10:08"))
    given(*AGREEMENT, *RUNNING, ASKED, GRANTED).when(OPENS, at_=NOW).refused("R-18", cites=[])
    ready(out).when(OPENS, at_=NOW).refused("R-18", cites=[15])
    ready().when(replace(OPENS, gateway="gw02"), at_=NOW).refused("R-18", cites=[15])


def test_r_18_nobody_opens_a_session_on_anothers_login() -> None:
    story = given(*AGREEMENT, *RUNNING, ASKED, GRANTED, SECOND_ASSIGNED, ENTERED)
    story.when(replace(OPENS, technician=SECOND_TECHNICIAN), at_=NOW).refused("R-18", cites=[16])


def test_a_connection_is_opened_on_what_it_needs() -> None:
    in_session().when(CONNECTS, at_=LATER).then(OPENED).citing(13, 14, 15)


@pytest.mark.parametrize(
    "path",
    [
        Path(protocol=Protocol.SSH, version="SSH-1.5"),
        Path(protocol=Protocol.HTTPS, version="TLSv1.1"),
        Path(protocol=Protocol.OTHER, version="telnet"),
    ],
)
def test_r_07_a_connection_on_a_path_that_is_not_encrypted_is_refused(path: Path) -> None:
    in_session().when(replace(CONNECTS, path=path), at_=LATER).refused("R-07")


def test_r_04_a_connection_reaches_only_what_its_session_was_opened_for() -> None:
    in_session().when(replace(CONNECTS, target="web01"), at_=LATER).refused("R-04", cites=[15])


def test_r_08_a_connection_uses_only_a_protocol_that_was_permitted() -> None:
    https = Path(protocol=Protocol.HTTPS, version="TLSv1.3")
    in_session().when(replace(CONNECTS, path=https), at_=LATER).refused("R-08", cites=[13, 14])


def test_r_08_a_connection_falls_into_the_granted_window() -> None:
    story = given(*AGREEMENT, *RUNNING, ASKED, replace(GRANTED, ends=at("2026-11-18 10:11")))
    story.at(NOW, SESSION_STARTED, RECORDED).when(CONNECTS, at_=LATER).refused("R-08")


def test_r_08_a_vpn_needs_confirmed_equipment() -> None:
    vpn = Path(protocol=Protocol.VPN, version="IKEv2", tunnel=Tunnel.IPSEC, inner="vnc", device="fw-01")
    confirmed = VpnPrerequisiteConfirmed(
        permission=PERMISSION,
        work_order=ORDER,
        contact=WORK_CONTACT,
        device="fw-01",
        kind=Device.FIREWALL,
        confirmed_at=at("2026-11-17 10:00"),
    )
    command = replace(CONNECTS, path=vpn)
    in_session().when(command, at_=LATER).refused("R-08", cites=[13, 14])
    note = FindingRecorded(
        rule="R-07",
        sentence="plain_inside_vpn",
        values={"inner": "vnc"},
        subjects=(tag("session", SESSION), tag("connection", CONNECTION)),
    )
    in_session(confirmed).when(command, at_=LATER).then(replace(OPENED, path=vpn), note)
    other = replace(command, path=replace(vpn, device="fw-02"))
    in_session(confirmed).when(other, at_=LATER).refused("R-08")


def test_r_01_in_a_safe_stop_no_new_connection_is_opened() -> None:
    in_session(WITHDRAWN).when(CONNECTS, at_=LATER).after().refused("R-01", cites=[3, 4, 5, 17])


def test_r_04_a_connection_needs_a_session_that_runs_and_is_for_the_order() -> None:
    given(*AGREEMENT, *RUNNING, ASKED, GRANTED).when(CONNECTS, at_=LATER).refused("R-04", cites=[])
    in_session(ENDED).when(CONNECTS, at_=LATER).refused("R-04", cites=[15, 17])
    in_session(OPENED).when(CONNECTS, at_=LATER).refused("R-04", cites=[15])
    given(SESSION_STARTED, RECORDED, at_=NOW).when(replace(CONNECTS, work_order=OTHER_ORDER), at_=LATER).refused("R-04")


def test_r_04_ids_of_another_sessions_connection_and_recording_are_not_taken() -> None:
    another = an_id("session", 77)
    for elsewhere in (replace(OPENED, session=another), FAILED_ELSEWHERE, EXCLUDED):
        in_session(elsewhere).when(CONNECTS, at_=LATER).refused("R-04", cites=[17])
    opens = replace(OPENS, recording=RECORDING, recorder="gw01")
    story = ready().at(NOW, replace(RECORDED, session=another))
    story.when(opens, at_=NOW).refused("R-20", cites=[16])
    outcome = ready().at(NOW, RECORDED).when(opens, at_=NOW)
    assert outcome.refusal is None, "its recorder may have begun before it"


def test_a_session_is_what_its_facts_come_to() -> None:
    session = session_of(given(SESSION_STARTED, OPENED, JOINED, ENDED).recorded, SESSION)
    assert session is not None
    assert not session.running
    assert session.over_at == ENDED.ended_at
    assert list(session.open) == [CONNECTION]
    assert session_of(given(ENDED).recorded, SESSION) is None
