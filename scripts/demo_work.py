"""The demonstration's work order, step by step, as the terms have it: from their presentation to a follow-up inquiry.

Every step is a command that the domain decides, at the story's own time; what time alone makes true (the deemed
consent, the overrun, the end of the operation check) is written by the run of the clock.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from ledger.application import clock_run
from ledger.application.door import Ledger
from ledger.domain.basis import Basis
from ledger.domain.completing import OpenFollowUp, RequestOperationCheck, SendCompletionReport
from ledger.domain.consent_facts import Form, PresentationCause, Proof
from ledger.domain.contacts import ContactRole, RegisterContact
from ledger.domain.contract import Remote
from ledger.domain.contracting import RegisterContract
from ledger.domain.credential_facts import Origin
from ledger.domain.credential_giving import CheckOutCredential, ProvideCredential, RequestCredential
from ledger.domain.encrypted_path import Path as NetworkPath
from ledger.domain.encrypted_path import Protocol
from ledger.domain.gateway import LogoutCause, RecordLogin, RecordLogout, SecondFactor
from ledger.domain.notices import SendNotice
from ledger.domain.ordering import AcceptWork, AssignTechnician, RequestWork
from ledger.domain.overrun_notices import SendOverrunNotice
from ledger.domain.people import RegisterOperator, RegisterTechnician, Role
from ledger.domain.permission import GrantPermission, RequestPermission
from ledger.domain.presenting import PresentTerms, RecordDelivery
from ledger.domain.recording import FinalizeRecording, SealSegment
from ledger.domain.schedule import AgreeSchedule, ProposeSchedule
from ledger.domain.session import OpenConnection, OpenSession
from ledger.domain.session_ending import EndSession
from ledger.domain.session_facts import Ending
from ledger.domain.session_told import RecordConnectionClosed
from ledger.domain.terms import PublishTerms
from ledger.domain.work_facts import Channel, Side
from ledger.domain.working import CompleteWork, StartWork
from ledger.keys.classes import JST
from ledger.keys.secret import Secret
from ledger.store.clock import ManualClock

VENDOR = {"kind": "vendor", "id": "shoseki-demo"}
TARGET = "kokyaku-ap01"
GATEWAY = "kokyaku-gw01"
_RECORDED = Path(__file__).parents[1] / "tests" / "data" / "captured" / "desktop" / "kokyaku-gw01-20261122.11"
"""What the gateway wrote of the evening's desktop."""
_NAMED = {"technician": "person", "manager": "person", "contact": "contact"}

Tell = Callable[..., None]


def jst(text: str) -> datetime:
    """Give a moment of the story: ``jst("2026-11-22 18:04")``."""
    return datetime.fromisoformat(text).replace(tzinfo=JST)


BEGINS = jst("2026-10-30 10:00")
EVENING = jst("2026-11-22 18:22")
ENDS = jst("2026-12-02 10:00")


@dataclass
class Work:
    """One customer's work order as it goes on."""

    ledger: Ledger
    clock: ManualClock
    tell: Tell
    customer: str = ""
    ids: dict[str, str] = field(default_factory=dict)

    # -- before the evening --------------------------------------------------------------------------------------------

    def agree(self, name: str, terms: Path) -> None:
        """Publish the terms, present them, and let the period pass in silence."""
        text = terms.read_bytes()
        dated = jst("2021-05-10").date()
        self._do(PublishTerms, terms=self._new("terms"), version="1.0", dated=dated, sha256=_hex(text))
        self.tell("terms", version="1.0", sha256=_hex(text)[:16], at=BEGINS)
        self._do(RegisterTechnician, person=self._new("technician"), name="佐藤 保守担当", accounts=("t.sato",))
        self._do(RegisterOperator, person=self._new("manager"), name="鈴木 営業担当", roles=(Role.SALES,))
        self.customer = self.ledger.register_customer(name, actor=VENDOR)
        self._of(
            RegisterContract,
            contract=self._new("contract"),
            reference="保守契約 2026",
            clause="第 3 条",
            remote=Remote.NOT_STATED,
            starts_at=jst("2026-04-01"),
        )
        self._of(RegisterContact, contact=self._new("contact"), name="情報システム部 窓口", roles=tuple(ContactRole))
        self._of(
            PresentTerms,
            consent=self._new("consent"),
            terms=self.ids["terms"],
            cause=PresentationCause.INITIAL,
            channel="mail",
            text=text.decode(),
        )
        delivered = self._at("2026-10-30 15:00")
        self._of(
            RecordDelivery,
            consent=self.ids["consent"],
            delivered_at=delivered,
            proof=Proof.MAIL_RECEIPT,
            reference="開封確認",
        )
        self.tell("presented", customer=name, id=self.customer, at=delivered)
        agreed = self._at("2026-11-17 09:00")
        self._let_time_speak()
        self.tell("deemed", customer=name, at=agreed)

    def plan(self) -> None:
        """Request, accept and schedule the work; permit the connection; take the credential in; give notice."""
        ids, contact = self.ids, self.ids["contact"]
        self._of(
            RequestWork,
            work_order=self._new("work_order"),
            basis=Basis.CUSTOMER_REQUEST,
            title="在庫連携サービスの応答遅延の調査",
            purpose="倉庫 B への照会が時間切れになる原因を調べ、設定を直す",
            targets=(TARGET,),
            requested_by=contact,
            requested_at=self._at("2026-11-17 10:00"),
        )
        order = {"work_order": ids["work_order"]}
        self._of(AcceptWork, **order)
        self._of(AssignTechnician, **order, technician=ids["technician"], person=ids["manager"])
        self._at("2026-11-18 10:00")
        self._of(
            ProposeSchedule,
            **order,
            proposal=self._new("proposal"),
            by=Side.VENDOR,
            starts_at=jst("2026-11-22 18:00"),
            planned_end=jst("2026-11-22 18:15"),
        )
        self._of(AgreeSchedule, **order, proposal=ids["proposal"], by=Side.CUSTOMER, contact=contact)
        self._of(
            RequestPermission,
            permission=self._new("permission"),
            **order,
            targets=(TARGET,),
            protocols=(Protocol.SSH, Protocol.HTTPS),
        )
        granted = self._at("2026-11-19 09:30")
        self._of(
            GrantPermission,
            permission=ids["permission"],
            **order,
            approver=contact,
            form=Form.PORTAL,
            targets=(TARGET,),
            protocols=(Protocol.SSH, Protocol.HTTPS),
            begins=jst("2026-11-22 17:30"),
            ends=jst("2026-11-22 19:00"),
            received_at=granted,
        )
        self._of(
            RequestCredential,
            credential=self._new("credential"),
            **order,
            asked=contact,
            targets=(TARGET,),
            purpose="作業対象サーバーへの SSH ログイン",
            channel="portal",
            needed_by=jst("2026-11-22 17:00"),
        )
        self.ledger.credentials.take_in(
            ProvideCredential(
                customer=self.customer,
                credential=ids["credential"],
                **order,
                origin=Origin.CUSTOMER,
                targets=(TARGET,),
                account="t.sato",
                channel="portal",
                received_at=self._at("2026-11-20 09:00"),
                provider=contact,
            ),
            Secret(b"demo-only: opens nothing"),
            actor=VENDOR,
        )
        noticed = self._at("2026-11-20 10:00")
        self._of(
            SendNotice,
            **order,
            notice=self._new("notice"),
            content="サービスの記録を調べ、設定ファイルを直し、サービスを再起動します。",
            technicians=(ids["technician"],),
            targets=(TARGET,),
            method="SSH",
            channel=Channel.MAIL,
            sent_at=noticed,
        )
        self.tell("planned", order=ids["work_order"], at=noticed)

    # -- the evening ---------------------------------------------------------------------------------------------------

    def work(self) -> None:
        """Log in, check the credential out, work under a recording, run over time, say so, end."""
        ids, order = self.ids, {"work_order": self.ids["work_order"]}
        self._of(
            RecordLogin,
            login=self._new("login"),
            technician=ids["technician"],
            account="t.sato",
            gateway=GATEWAY,
            source_address="127.0.10.15",
            second_factor=SecondFactor.WEBAUTHN,
            logged_in_at=self._at("2026-11-22 18:03"),
        )
        self._of(StartWork, **order, technician=ids["technician"], started_at=self.clock.now())
        self.ledger.credentials.hand_out(
            CheckOutCredential(
                customer=self.customer,
                credential=ids["credential"],
                **order,
                checkout=self._new("checkout"),
                technician=ids["technician"],
                used_for=ids["work_order"],
            ),
            actor=VENDOR,
        )
        began = self._at("2026-11-22 18:04")
        session = {"session": self._new("session")}
        self._of(
            OpenSession,
            **session,
            **order,
            permission=ids["permission"],
            technician=ids["technician"],
            login=ids["login"],
            gateway=GATEWAY,
            targets=(TARGET,),
            recording=self._new("recording"),
            recorder="tlog",
        )
        self._of(
            OpenConnection,
            **session,
            connection=self._new("connection"),
            **order,
            permission=ids["permission"],
            target=TARGET,
            path=NetworkPath(protocol=Protocol.SSH, version="SSH-2.0", cipher="chacha20-poly1305@openssh.com"),
        )
        self.tell("working", session=ids["session"], at=began)
        self._at("2026-11-22 18:15")
        self._let_time_speak()
        told = self._at("2026-11-22 18:17")
        self._of(
            SendOverrunNotice,
            **order,
            planned_end=jst("2026-11-22 18:30"),
            reason="監視の確認に時間を要したため",
            channel=Channel.PORTAL,
            sent_at=told,
        )
        self.tell("overrun", at=told)
        ended = self._at("2026-11-22 18:20")
        self._of(RecordConnectionClosed, **session, connection=ids["connection"], closed_at=ended)
        recorded = _RECORDED.read_bytes()
        self._of(
            SealSegment,
            **session,
            recording=ids["recording"],
            number=1,
            sha256=_hex(recorded),
            size=len(recorded),
            begins=began,
            ends=ended,
        )
        self._of(FinalizeRecording, **session, recording=ids["recording"], segments=1, finalized_at=ended)
        self._of(EndSession, **session, why=Ending.SIGNED_OUT, ended_at=ended)
        self._of(RecordLogout, login=ids["login"], why=LogoutCause.SIGNED_OUT, logged_out_at=ended)
        completed = self._at("2026-11-22 18:21")
        self._of(CompleteWork, **order, completed_at=completed)
        self._of(
            SendCompletionReport,
            **order,
            report="upstream_timeout を 5 秒から 15 秒に変え、再起動して応答を確かめました。",
            channel=Channel.MAIL,
            sent_at=completed,
        )
        self._of(RequestOperationCheck, **order, systems=(TARGET,), channel=Channel.MAIL, requested_at=completed)
        erased = self.ledger.credentials.erase_due(actor=VENDOR)
        self.tell("completed", at=completed, erased=len(erased))

    # -- after it ------------------------------------------------------------------------------------------------------

    def end(self) -> None:
        """Let the operation check lapse; then the customer inquires anew."""
        lapsed = self._at("2026-12-01 09:00")
        self._let_time_speak()
        self.tell("lapsed", at=lapsed)
        asked = self._at("2026-12-02 10:00")
        request = RequestWork(
            customer=self.customer,
            work_order=self._new("follow_up", "work_order"),
            basis=Basis.CUSTOMER_REQUEST,
            title="月次集計が遅い",
            purpose="先日の作業の後の不具合の調査",
            targets=(TARGET,),
            requested_by=self.ids["contact"],
            requested_at=asked,
        )
        self._of(OpenFollowUp, work_order=self.ids["work_order"], words="月次集計が以前より遅い。", request=request)
        self.tell("follow_up", order=self.ids["follow_up"], at=asked)

    # -- how -----------------------------------------------------------------------------------------------------------

    def _new(self, name: str, kind: str | None = None) -> str:
        self.ids[name] = self.ledger.decider.new_id(kind or _NAMED.get(name, name))
        return self.ids[name]

    def _at(self, text: str) -> datetime:
        moment = jst(text)
        self.clock.advance_to(moment)
        return moment

    def _do(self, command: Callable[..., object], **members: Any) -> None:
        self.ledger.decider.carry_out(command(**members), actor=VENDOR)

    def _of(self, command: Callable[..., object], **members: Any) -> None:
        self._do(command, customer=self.customer, **members)

    def _let_time_speak(self) -> None:
        clock_run.run(self.ledger.recorder, self.ledger.decider)
        self.ledger.checkpoint()


def _hex(data: bytes) -> str:
    return sha256(data).hexdigest()
