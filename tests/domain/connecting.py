"""Facts that tests of sessions begin with: consent, work in progress, a permission granted, a technician logged in."""

from agreements import CONSENT, DELIVERED, IN_FORCE, PRESENTED, SIGNATORY, TERMS
from orders import ORDER, RUNNING, SECOND_TECHNICIAN, SIGNED, TECHNICIAN, WORK_CONTACT
from story import CUSTOMER, Story, an_id, at, given

from ledger.domain.basis import Basis
from ledger.domain.connected_on import days_of
from ledger.domain.consent_facts import ConsentExpressed, Form
from ledger.domain.encrypted_path import Path, Protocol
from ledger.domain.gateway import SecondFactor, TechnicianLoggedIn
from ledger.domain.permission_facts import AccessPermissionGranted, AccessPermissionRequested
from ledger.domain.recording_facts import SessionRecordingStarted
from ledger.domain.session_facts import (
    ConnectionOpened,
    Ending,
    ParticipantJoined,
    Participation,
    SessionEnded,
    SessionStarted,
)

PERMISSION, SESSION, CONNECTION = an_id("permission"), an_id("session"), an_id("connection")
LOGIN, RECORDING = an_id("login"), an_id("recording")
GATEWAY, ADDRESS = "gw01", "203.0.113.7"
NOW = "2026-11-18 10:10"

SAID = ConsentExpressed(
    customer=CUSTOMER,
    consent=CONSENT,
    terms=TERMS,
    signatory=SIGNATORY,
    form=Form.PORTAL,
    received_at=at("2026-11-16 11:00"),
    since=at("2026-11-16 11:00"),
)
AGREEMENT = (*IN_FORCE, SIGNED, PRESENTED, DELIVERED, SAID)
"""Positions 0 to 5."""
ASKED = AccessPermissionRequested(
    permission=PERMISSION,
    work_order=ORDER,
    targets=("db01", "web01"),
    protocols=(Protocol.SSH, Protocol.VPN),
    requested_at=at("2026-11-16 12:00"),
)
GRANTED = AccessPermissionGranted(
    permission=PERMISSION,
    work_order=ORDER,
    approver=WORK_CONTACT,
    form=Form.PORTAL,
    targets=("db01",),
    protocols=(Protocol.SSH, Protocol.VPN),
    begins=at("2026-11-18 09:00"),
    ends=at("2026-11-18 13:00"),
    received_at=at("2026-11-16 15:00"),
)
ENTERED = TechnicianLoggedIn(
    login=LOGIN,
    technician=TECHNICIAN,
    account="tanaka",
    gateway=GATEWAY,
    source_address=ADDRESS,
    second_factor=SecondFactor.WEBAUTHN,
    logged_in_at=at("2026-11-18 10:05"),
)
STARTED_AT = at(NOW)
SESSION_STARTED = SessionStarted(
    session=SESSION,
    work_order=ORDER,
    permission=PERMISSION,
    technician=TECHNICIAN,
    login=LOGIN,
    consent=CONSENT,
    terms=TERMS,
    basis=Basis.CONTRACT,
    targets=("db01",),
    gateway=GATEWAY,
    permitted_until=GRANTED.ends,
    started_at=STARTED_AT,
    days=days_of(CUSTOMER, STARTED_AT, STARTED_AT),
    stated_in=(SIGNED.contract,),
)
RECORDED = SessionRecordingStarted(session=SESSION, recording=RECORDING, recorder="gw01", started_at=STARTED_AT)
SSH = Path(protocol=Protocol.SSH, version="SSH-2.0", cipher="chacha20-poly1305@openssh.com", host_key="SHA256:abc")

READY_TO_OPEN = (*AGREEMENT, *RUNNING, ASKED, GRANTED)
"""Agreement 0 to 5, order 6 to 12, permission 13 and 14."""

OPENED = ConnectionOpened(
    session=SESSION,
    connection=CONNECTION,
    permission=PERMISSION,
    target="db01",
    path=SSH,
    opened_at=at("2026-11-18 10:12"),
    consent=CONSENT,
)
JOINED = ParticipantJoined(
    session=SESSION,
    participant=SECOND_TECHNICIAN,
    participation=Participation.TECHNICIAN,
    joined_at=at("2026-11-18 10:12"),
)
ENDED = SessionEnded(
    session=SESSION,
    work_order=ORDER,
    permission=PERMISSION,
    why=Ending.SIGNED_OUT,
    ended_at=at("2026-11-18 10:11"),
    days=SESSION_STARTED.days,
    relied=SESSION_STARTED.relied,
)


def ready(*more: object) -> Story:
    """Give the story up to the login, at 10:05 on the day."""
    return given(*READY_TO_OPEN).at("2026-11-18 10:05", ENTERED, *more)  # type: ignore[arg-type]  # facts


def opened() -> Story:
    """Give the story of a session alone, as it stands at its start: what only the session's own boundary holds."""
    return given(SESSION_STARTED, RECORDED, at_=NOW)


def in_session(*more: object) -> Story:
    """Give what opening a connection reads: everything but the login."""
    return given(*AGREEMENT, *RUNNING, ASKED, GRANTED).at(NOW, SESSION_STARTED, RECORDED, *more)  # type: ignore[arg-type]
