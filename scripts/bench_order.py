"""What a gateway sees of one work order, command by command: the series that ``scripts.bench_deciding`` times.

Every command is one that the domain allows, at the machine's own time; what a command makes is drawn before it, as
whoever gives commands does.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from ledger.application.deciding import Decider
from ledger.domain.basis import Basis
from ledger.domain.completing import RequestOperationCheck, SendCompletionReport
from ledger.domain.consent_facts import Form
from ledger.domain.contacts import ContactRole, RegisterContact
from ledger.domain.contract import Remote
from ledger.domain.contracting import RegisterContract
from ledger.domain.encrypted_path import Path, Protocol
from ledger.domain.gateway import LogoutCause, RecordLogin, RecordLogout, SecondFactor
from ledger.domain.notices import SendNotice
from ledger.domain.ordering import AcceptWork, AssignTechnician, RequestWork
from ledger.domain.people import RegisterOperator, RegisterTechnician, Role
from ledger.domain.permission import GrantPermission, RequestPermission
from ledger.domain.recording import FinalizeRecording
from ledger.domain.schedule import AgreeSchedule, ProposeSchedule
from ledger.domain.session import OpenConnection, OpenSession
from ledger.domain.session_ending import EndSession
from ledger.domain.session_facts import Ending
from ledger.domain.session_told import RecordConnectionClosed
from ledger.domain.terms import PublishTerms
from ledger.domain.work_facts import Channel, Side
from ledger.domain.working import CompleteWork, StartWork

ACTOR = {"kind": "operator", "id": "bench"}
_TARGET, _GATEWAY = "db01", "gw01"
_HOUR = timedelta(hours=1)


class Orders:
    """A customer whose contract has made the terms its own, and the commands of one work order after the other."""

    def __init__(self, decider: Decider, customer: str) -> None:
        """Publish, register and sign what orders rest on."""
        self.decider = decider
        self._customer = {"customer": customer}
        self._contact, self._technician, self._manager = (decider.new_id("person") for _ in range(3))
        terms = decider.new_id("terms")
        for command in (
            PublishTerms(terms=terms, version="1.0", dated=date(2021, 5, 10), sha256=sha256(b"terms").hexdigest()),
            RegisterTechnician(person=self._technician, name="Tanaka", accounts=("tanaka",)),
            RegisterOperator(person=self._manager, name="Suzuki", roles=(Role.SALES,)),
            RegisterContract(
                customer=customer,
                contract=decider.new_id("contract"),
                reference="C-1",
                clause="3",
                remote=Remote.POSSIBLE,
                starts_at=datetime.now(UTC) - timedelta(days=1),
                incorporates=terms,
            ),
            RegisterContact(customer=customer, contact=self._contact, name="Sato", roles=tuple(ContactRole)),
        ):
            decider.carry_out(command, actor=ACTOR)

    def commands(self) -> Iterator[object]:
        """Give the commands of a new order, each to be carried out before the next is asked for."""
        order = {**self._customer, "work_order": self.decider.new_id("work_order")}
        yield from self._planned(order)
        yield StartWork(**order, technician=self._technician, started_at=_now())
        yield from self._session(order)
        yield CompleteWork(**order, completed_at=_now())
        yield SendCompletionReport(**order, report="restarted", channel=Channel.MAIL, sent_at=_now())
        yield RequestOperationCheck(**order, systems=(_TARGET,), channel=Channel.MAIL, requested_at=_now())

    def _planned(self, order: dict[str, Any]) -> Iterator[object]:
        begins, contact = _now(), self._contact
        yield RequestWork(
            **order,
            basis=Basis.CONTRACT,
            title="slow answers",
            purpose="find out why",
            targets=(_TARGET,),
            requested_by=contact,
            requested_at=begins,
        )
        yield AcceptWork(**order)
        yield AssignTechnician(**order, technician=self._technician, person=self._manager)
        proposal = self.decider.new_id("proposal")
        yield ProposeSchedule(
            **order, proposal=proposal, by=Side.VENDOR, starts_at=begins, planned_end=begins + 2 * _HOUR
        )
        yield AgreeSchedule(**order, proposal=proposal, by=Side.CUSTOMER, contact=contact)
        yield SendNotice(
            **order,
            notice=self.decider.new_id("notice"),
            content="settings are looked at",
            technicians=(self._technician,),
            targets=(_TARGET,),
            method="SSH",
            channel=Channel.MAIL,
            sent_at=_now(),
        )

    def _session(self, order: dict[str, Any]) -> Iterator[object]:
        login: dict[str, Any] = {**self._customer, "login": self.decider.new_id("login")}
        access = {**order, "permission": self.decider.new_id("permission")}
        session: dict[str, Any] = {**self._customer, "session": self.decider.new_id("session")}
        recording, connection = self.decider.new_id("recording"), self.decider.new_id("connection")
        yield RequestPermission(**access, targets=(_TARGET,), protocols=(Protocol.SSH,))
        yield GrantPermission(
            **access,
            approver=self._contact,
            form=Form.PORTAL,
            targets=(_TARGET,),
            protocols=(Protocol.SSH,),
            begins=_now() - _HOUR,
            ends=_now() + _HOUR,
            received_at=_now(),
        )
        yield RecordLogin(
            **login,
            technician=self._technician,
            account="tanaka",
            gateway=_GATEWAY,
            source_address="192.0.2.7",
            second_factor=SecondFactor.WEBAUTHN,
            logged_in_at=_now(),
        )
        yield OpenSession(
            **session | access,
            technician=self._technician,
            login=login["login"],
            gateway=_GATEWAY,
            targets=(_TARGET,),
            recording=recording,
            recorder="tlog",
        )
        path = Path(protocol=Protocol.SSH, version="SSH-2.0", cipher="chacha20-poly1305@openssh.com")
        yield OpenConnection(**session | access, connection=connection, target=_TARGET, path=path)
        yield RecordConnectionClosed(**session, connection=connection, closed_at=_now())
        yield FinalizeRecording(**session, recording=recording, segments=0, finalized_at=_now())
        yield EndSession(**session, why=Ending.SIGNED_OUT, ended_at=_now())
        yield RecordLogout(**login, why=LogoutCause.SIGNED_OUT, logged_out_at=_now())


def _now() -> datetime:
    return datetime.now(UTC)
