"""Logins to the dedicated environment: who entered and left the gateway, part of the trail (4-2, A-14).

Guarantees: what a gateway tells of is recorded, whoever it was; a login of nobody who is a registered technician is
recorded together with a violation, since only technicians come through there (R-18). Nothing here asks beforehand: the
gateway itself lets in, and the ledger keeps what it did. Sessions that were told before it are judged again by it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from ledger.domain import people
from ledger.domain.answering import Answer, Judged, judged_anew, standing
from ledger.domain.boundary import PEOPLE_TAG, Boundary, tag
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.fact import Fact, fact, public, ref
from ledger.domain.finding import FindingRecorded
from ledger.domain.happened import violations
from ledger.domain.instants import spelled
from ledger.domain.recorded import Facts, Recorded, last, of_type
from ledger.domain.repeated import told_before
from ledger.domain.rules import rule
from ledger.domain.session_facts import SessionStarted
from ledger.domain.session_lasting import subjects_of
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded


class SecondFactor(StrEnum):
    """What a login was confirmed with beside its first means."""

    NONE = "none"
    TOTP = "totp"
    PUSH = "push"
    WEBAUTHN = "webauthn"
    SMART_CARD = "smart_card"


class LoginFailure(StrEnum):
    """Why a login failed."""

    UNKNOWN_ACCOUNT = "unknown_account"
    WRONG_SECRET = "wrong_secret"  # noqa: S105 - a reason, no secret
    SECOND_FACTOR = "second_factor"
    LOCKED = "locked"
    NOT_ALLOWED = "not_allowed"
    OTHER = "other"


class LogoutCause(StrEnum):
    """What ended a login."""

    SIGNED_OUT = "signed_out"
    TIMED_OUT = "timed_out"
    CUT = "cut"
    LOST = "lost"


@fact(
    "gateway.technician_logged_in.v1",
    retention="trail",
    ja="作業者ログイン",
    en="Technician logged in",
    clause="4-2",
    occurred="logged_in_at",
)
class TechnicianLoggedIn(Fact):
    """Somebody entered the gateway for this customer; ``technician`` is None where the account is nobody's."""

    login: str = ref("login")
    technician: str | None = ref("technician")
    account: str
    gateway: str
    source_address: str
    second_factor: SecondFactor = public()
    logged_in_at: datetime


@fact(
    "gateway.technician_login_failed.v1",
    retention="trail",
    ja="作業者ログイン失敗",
    en="Technician's login failed",
    clause="4-2",
    occurred="failed_at",
)
class TechnicianLoginFailed(Fact):
    """Somebody tried to enter and did not."""

    login: str = ref("login")
    technician: str | None = ref("technician")
    account: str
    gateway: str
    source_address: str
    why: LoginFailure = public()
    failed_at: datetime


@fact(
    "gateway.technician_logged_out.v1",
    retention="trail",
    ja="作業者ログアウト",
    en="Technician logged out",
    clause="4-2",
    occurred="logged_out_at",
)
class TechnicianLoggedOut(Fact):
    """A login is over."""

    login: str = ref("login")
    why: LogoutCause = public()
    logged_out_at: datetime


class Login(NamedTuple):
    """A login to the gateway, as far as it has come."""

    id: str
    technician: str | None
    gateway: str
    since: datetime
    position: int
    until: datetime | None = None

    def is_in(self, moment: datetime) -> bool:
        """Tell whether it lasted at an instant."""
        return self.since <= moment and (self.until is None or moment < self.until)


def login_of(facts: Facts, login: str) -> Login | None:
    """Give a login, or None where nobody logged in under this id; its end may have been told before its beginning."""
    outs = (each.fact.logged_out_at for each in of_type(facts, TechnicianLoggedOut) if each.fact.login == login)
    until = next(outs, None)
    for each in of_type(facts, TechnicianLoggedIn):
        if each.fact.login == login:
            return Login(login, each.fact.technician, each.fact.gateway, each.fact.logged_in_at, each.position, until)
    return None


@rule("R-18")
def check_through_gateway(login: Login | None, technician: str, gateway: str, moment: datetime) -> None:
    """Refuse who has not come in through the gateway."""
    if login is None:
        raise Refusal("R-18", "not_through_gateway")
    if login.technician != technician or login.gateway != gateway or not login.is_in(moment):
        raise Refusal("R-18", "not_through_gateway", [login.position])


@rule("R-18", off=())
def judged_by_login(facts: Facts, told: TechnicianLoggedIn | TechnicianLoggedOut, now: datetime) -> Judged:
    """Give what is known otherwise of the sessions under a login, once its beginning or its end is told."""
    place = 1 + max((each.position for each in facts), default=0)
    login = login_of([*facts, Recorded(told, place, now)], told.login)
    since = told.logged_in_at if isinstance(told, TechnicianLoggedIn) else told.logged_out_at
    answer = Answer("R-18", "login_was_made", {"at": spelled(since)}, frozenset({"not_through_gateway"}))
    on_record = standing(facts, answer.sentence)
    found: Judged = []
    for each in of_type(facts, SessionStarted):
        mine = tag("session", each.fact.session)
        found += judged_anew(each, mine, _past_gateway(each.fact, login), answer, on_record)
    return found


def _past_gateway(session: SessionStarted, login: Login | None) -> list[ViolationRecorded]:
    asks = partial(check_through_gateway, login, session.technician, session.gateway, session.started_at)
    return violations(subjects_of(session), asks)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLogin:
    """The gateway tells of a login."""

    customer: str
    login: str
    technician: str | None
    account: str
    gateway: str
    source_address: str
    second_factor: SecondFactor
    logged_in_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLoginFailure:
    """The gateway tells of a failed login."""

    customer: str
    login: str
    technician: str | None
    account: str
    gateway: str
    source_address: str
    why: LoginFailure
    failed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLogout:
    """The gateway tells of the end of a login."""

    customer: str
    login: str
    why: LogoutCause
    logged_out_at: datetime


@decides(RecordLogin, boundary=lambda command: Boundary.of(PEOPLE_TAG, tag("login", command.login)))
def record_login(command: RecordLogin, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record the login, and a violation where no registered technician came in."""
    made = TechnicianLoggedIn(
        login=command.login,
        technician=command.technician,
        account=command.account,
        gateway=command.gateway,
        source_address=command.source_address,
        second_factor=command.second_factor,
        logged_in_at=command.logged_in_at,
    )
    if told_before(last(facts, TechnicianLoggedIn, TechnicianLoginFailed), made, "R-18", "login_known"):
        return decided()
    person = people.fold(facts).get(command.technician or "")
    cites = [] if person is None else [person.position]
    violation = login_violation(person, command, facts)
    again = judged_by_login(facts, made, now)
    return decided(made, *([] if violation is None else [violation]), *again, cites=cites)


@decides(RecordLoginFailure, boundary=lambda command: Boundary.of(tag("login", command.login)))
def record_login_failure(command: RecordLoginFailure, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Record the failed login."""
    made = TechnicianLoginFailed(
        login=command.login,
        technician=command.technician,
        account=command.account,
        gateway=command.gateway,
        source_address=command.source_address,
        why=command.why,
        failed_at=command.failed_at,
    )
    if told_before(last(facts, TechnicianLoggedIn, TechnicianLoginFailed), made, "R-18", "login_known"):
        return decided()
    return decided(made)


@decides(RecordLogout, boundary=lambda command: Boundary.of(tag("login", command.login)))
def record_logout(command: RecordLogout, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record the end, and a finding where nobody knows of the beginning."""
    made = TechnicianLoggedOut(login=command.login, why=command.why, logged_out_at=command.logged_out_at)
    before: Recorded[Fact] | None = last(facts, TechnicianLoggedOut)
    if told_before(before, made, "R-18", "logout_known"):
        return decided()
    login = login_of(facts, command.login)
    if login is None:
        return decided(
            made,
            FindingRecorded(
                rule="R-18", sentence="logout_without_login", values={}, subjects=(tag("login", command.login),)
            ),
        )
    return decided(made, *judged_by_login(facts, made, now), cites=[login.position])


@rule("R-18")
def login_violation(person: people.Person | None, command: RecordLogin, facts: Facts) -> ViolationRecorded | None:
    """Give the violation of a login by nobody who was a registered technician when it happened, however late told."""
    left = (each.at for each in of_type(facts, people.PersonLeft) if each.fact.person == command.technician)
    there = all(command.logged_in_at < each for each in left)
    if person is not None and there and people.Role.TECHNICIAN in person.roles:
        return None
    subjects = (tag("login", command.login),)
    return ViolationRecorded(rule="R-18", sentence="login_of_nobody", values={}, subjects=subjects)
