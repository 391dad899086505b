"""A machine that tries commands of every stream on a log in memory.

Its steps lead into the depth of a work order; beside them any command at all is tried at any time, the wrong ones as
well. What must hold is read by ``reference``.
"""

from collections import Counter
from datetime import date, timedelta
from functools import partial
from typing import Any

import reference
from any_command import CONTACT, DIGEST, OPERATORS, TARGETS, TECHNICIANS, TEXTS, Planned, planned
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from story import CUSTOMER, an_id, at
from stream_log import Log

from ledger.domain import decision
from ledger.domain.blocking import BlockWork
from ledger.domain.completing import ConfirmOperation, RequestOperationCheck, SendCompletionReport
from ledger.domain.consent_facts import Form, PresentationCause, Proof, Stop
from ledger.domain.consenting import ExpressConsent, ReceiveObjection, WithdrawConsent
from ledger.domain.contacts import ContactRole, RegisterContact
from ledger.domain.contract import Remote
from ledger.domain.contracting import EndContract, RegisterContract
from ledger.domain.credential_custody import InstructCustody, RecordErasure
from ledger.domain.credential_facts import CredentialErasureScheduled, Origin
from ledger.domain.credential_giving import CheckInCredential, CheckOutCredential, ProvideCredential
from ledger.domain.encrypted_path import Path, Protocol
from ledger.domain.fact import Fact
from ledger.domain.fee import ApproveFee, QuoteFee
from ledger.domain.fee_facts import Written
from ledger.domain.gateway import RecordLogin, SecondFactor
from ledger.domain.notices import SendNotice
from ledger.domain.ordering import AcceptWork, AssignTechnician, CancelWork, DeclineWork, RequestWork
from ledger.domain.people import RegisterOperator, RegisterTechnician, Role
from ledger.domain.permission import GrantPermission, RequestPermission
from ledger.domain.presenting import PresentTerms, RecordDelivery
from ledger.domain.providing import RenderReport
from ledger.domain.request_facts import Provision, RequestForm
from ledger.domain.requesting import AcceptEvidenceRequest, ReceiveEvidenceRequest
from ledger.domain.schedule import AgreeSchedule, ProposeSchedule
from ledger.domain.session import OpenConnection, OpenSession
from ledger.domain.session_ending import EndSession
from ledger.domain.session_facts import Ending
from ledger.domain.session_told import RecordSession
from ledger.domain.settings import ChangeMode, Defaults
from ledger.domain.terms import Change, PublishTerms, SignClassification
from ledger.domain.work_facts import Channel, Obstacle, Side
from ledger.domain.working import AbortWork, CompleteWork, StartWork

BEGAN = at("2026-11-16 09:00")
MINUTE = timedelta(minutes=1)


COMMANDS = [each for each in decision.commands() if each.__module__.startswith("ledger.domain.")]
"""What the domain can be asked; other tests of the same process may have registered commands of their own."""


class EveryStream(RuleBasedStateMachine):
    """Random steps over all streams: agreements, orders, permissions, sessions, credentials, requests, time."""

    orders, requests = Bundle("orders"), Bundle("requests")

    def __init__(self) -> None:
        super().__init__()
        self.log = Log(Defaults())
        self.now = BEGAN
        self.counted: Counter[str] = Counter()

    def do(self, make: type[Any], **members: Any) -> tuple[Fact, ...] | None:
        """Carry out a command of the customer's, or of the vendor's own."""
        if "customer" in getattr(make, "__dataclass_fields__", {}):
            members = {"customer": CUSTOMER, **members}
        return self.log.carry_out(make(**members), self.now)

    def new(self, kind: str) -> str:
        """Give the next id of a kind; the first three of each are those that any command may name."""
        self.counted[kind] += 1
        return an_id(kind, self.counted[kind])

    # -- before any work -----------------------------------------------------------------------------------------------

    @initialize(
        target=orders,
        mode=st.sampled_from(list(ChangeMode)),
        remote=st.sampled_from([None, *Remote]),
        agreed=st.sampled_from(["yes", "nothing", "by contract"]),
        forward=st.integers(0, 7),
    )
    def found(self, mode: ChangeMode, remote: Remote | None, agreed: str, forward: int) -> str:
        """Let there be terms, people, a contact, mostly a contract and a consent, and a first order."""
        self.log.defaults = Defaults(change_mode=mode)
        terms = {"terms": an_id("terms", 1), "version": "1.0", "dated": date(2021, 5, 10), "sha256": DIGEST}
        self.do(PublishTerms, **terms)
        self.do(RegisterContact, contact=CONTACT, name="鈴木 一郎", roles=tuple(ContactRole))
        for person in TECHNICIANS:
            self.do(RegisterTechnician, person=person, name="田中")
        self.do(RegisterContact, contact=TECHNICIANS[1], name="田中", roles=(ContactRole.WORK_CONTACT,))
        roles = [each for each in Role if each is not Role.TECHNICIAN]
        for person, role in zip(OPERATORS, roles, strict=False):
            self.do(RegisterOperator, person=person, name="佐藤", roles=(role,))
        if remote is not None:
            self.sign_contract(1, remote, None, incorporates=agreed == "by contract")
        if agreed != "by contract":
            self.present(1, agreed)
            self.now += 0 * MINUTE if agreed == "yes" else 16 * 1440 * MINUTE
        return self.order(forward)

    @rule(terms=st.sampled_from([1, 1, 2]), says=st.sampled_from(["yes", "nothing", "nothing here"]))
    def present(self, terms: int, says: str) -> None:
        consent = {"consent": self.new("consent")}
        cause = PresentationCause.INITIAL if terms == 1 else PresentationCause.CHANGE
        self.do(PresentTerms, **consent, terms=an_id("terms", terms), cause=cause, channel="mail")
        if says != "nothing here":
            proof = {"proof": Proof.MAIL_RECEIPT, "reference": TEXTS[0]}
            self.do(RecordDelivery, **consent, delivered_at=self.now, **proof)
        if says == "yes":
            self.do(ExpressConsent, **consent, signatory=CONTACT, form=Form.PORTAL, received_at=self.now)

    @rule(number=st.integers(1, 3), back=st.sampled_from([0, 60, 5 * 1440]), stop=st.sampled_from([None, *Stop]))
    def say_no(self, number: int, back: int, stop: Stop | None) -> None:
        said = {
            "consent": an_id("consent", number),
            "received_at": self.now - back * MINUTE,
            "form": Form.MAIL,
            "words": TEXTS[0],
        }
        if stop is None:
            self.do(ReceiveObjection, **said)
        else:
            self.do(WithdrawConsent, **said, stop=stop)

    @rule(change=st.sampled_from(list(Change)))
    def change_terms(self, change: Change) -> None:
        terms = {"terms": an_id("terms", 2), "sha256": DIGEST}
        for person in OPERATORS[1:3]:
            self.do(SignClassification, **terms, change=change, reason=TEXTS[0], person=person)
        self.do(PublishTerms, **terms, version="1.1", dated=date(2026, 11, 20), effective_at=self.now + 60 * MINUTE)

    @rule(
        number=st.sampled_from([1, 2]),
        remote=st.sampled_from(list(Remote)),
        days=st.sampled_from([None, 3, 60]),
        incorporates=st.booleans(),
    )
    def sign_contract(self, number: int, remote: Remote, days: int | None, *, incorporates: bool) -> None:
        self.do(
            RegisterContract,
            contract=an_id("contract", number),
            reference="1",
            clause="8",
            remote=remote,
            starts_at=self.now,
            ends_at=None if days is None else self.now + timedelta(days=days),
            incorporates=an_id("terms", 1) if incorporates else None,
        )

    @rule(number=st.sampled_from([1, 2]), back=st.sampled_from([0, 1, 1440]))
    def end_contract(self, number: int, back: int) -> None:
        self.do(EndContract, contract=an_id("contract", number), ended_at=self.now - back * MINUTE)

    # -- work ----------------------------------------------------------------------------------------------------------

    @rule(target=orders, forward=st.integers(0, 7), approver=st.sampled_from([CONTACT, CONTACT, TECHNICIANS[1]]))
    def order(self, forward: int, approver: str = CONTACT) -> str:
        """Request on the basis that holds, and go some of the way through the work."""
        number = self.new("work_order")
        order = {"work_order": number}
        by = {"requested_by": CONTACT, "requested_at": self.now}
        basis = reference.basis_holding(self.log.recorded, self.now)
        self.do(RequestWork, **order, basis=basis, title="-", purpose=TEXTS[0], targets=TARGETS[:2], **by)
        self.do(AcceptWork, **order)
        for technician in TECHNICIANS:
            self.do(AssignTechnician, **order, technician=technician, person=OPERATORS[0])
        plan = partial(self.plan, approver=approver)
        second = partial(self.take_credential, who=1)
        way = (plan, self.give_credential, self.begin, self.take_credential, second, self.open_session, self.complete)
        for step in way[:forward]:
            step(number)
        return number

    @rule(order=orders, approver=st.sampled_from([CONTACT, CONTACT, TECHNICIANS[1]]))
    def plan(self, order: str, approver: str = CONTACT) -> None:
        begins, ends = self.now + 10 * MINUTE, self.now + 130 * MINUTE
        proposal, permission = self.new("proposal"), its("permission", order)
        times = {"starts_at": begins, "planned_end": ends}
        self.do(ProposeSchedule, work_order=order, proposal=proposal, by=Side.VENDOR, **times)
        self.do(AgreeSchedule, work_order=order, proposal=proposal, by=Side.CUSTOMER, contact=CONTACT)
        asked = {"permission": permission, "work_order": order, "targets": TARGETS[:1], "protocols": (Protocol.SSH,)}
        self.do(RequestPermission, **asked)
        given = {"approver": approver, "form": Form.PORTAL, "received_at": self.now}
        self.do(GrantPermission, **asked, **given, begins=begins, ends=ends)
        how = {"targets": TARGETS[:1], "method": "SSH", "channel": Channel.MAIL, "sent_at": self.now}
        notice = self.new("notice")
        self.do(SendNotice, work_order=order, notice=notice, content=TEXTS[0], technicians=TECHNICIANS, **how)

    @rule(order=orders)
    def begin(self, order: str) -> None:
        self.now += 11 * MINUTE
        self.do(StartWork, work_order=order, technician=TECHNICIANS[0], started_at=self.now)

    @rule(order=orders, back=st.sampled_from([0, 0, 5]))
    def complete(self, order: str, back: int = 0) -> None:
        self.do(CompleteWork, work_order=order, completed_at=self.now - back * MINUTE)

    @rule(order=orders, how=st.sampled_from([CancelWork, DeclineWork, AbortWork, BlockWork]), final=st.booleans())
    def end_otherwise(self, order: str, how: type[Any], *, final: bool) -> None:
        """End or block an order; that is mostly refused where the other steps have gone on."""
        more: dict[type[Any], dict[str, object]] = {
            CancelWork: {"by": Side.VENDOR, "reason": "-"},
            DeclineWork: {"reason": "-"},
            AbortWork: {"aborted_at": self.now, "reason": "-"},
            BlockWork: {"obstacle": Obstacle.PREREQUISITE, "words": TEXTS[0], "final": final},
        }
        self.do(how, work_order=order, **more[how])

    @rule(order=orders)
    def follow(self, order: str) -> None:
        self.do(SendCompletionReport, work_order=order, report=TEXTS[0], channel=Channel.MAIL, sent_at=self.now)
        how = {"systems": TARGETS[:1], "channel": Channel.MAIL, "requested_at": self.now}
        self.do(RequestOperationCheck, work_order=order, **how)

    @rule(order=orders)
    def confirm(self, order: str) -> None:
        self.do(ConfirmOperation, work_order=order, contact=CONTACT, answered_at=self.now)

    # -- sessions ------------------------------------------------------------------------------------------------------

    @rule(order=orders, recorded=st.booleans())
    def open_session(self, order: str, *, recorded: bool = True) -> None:
        ids = {"session": its("session", order), "work_order": order, "permission": its("permission", order)}
        how = {"gateway": "gw01", "recording": self.new("recording") if recorded else None, "recorder": "gw01"}
        self.do(OpenSession, **ids, technician=TECHNICIANS[0], login=self._log_in(), targets=TARGETS[:1], **how)
        path = Path(protocol=Protocol.SSH, version="SSH-2.0")
        self.do(OpenConnection, **ids, connection=self.new("connection"), target=TARGETS[0], path=path)

    @rule(order=orders, back=st.sampled_from([0, 5]))
    def end_session(self, order: str, back: int) -> None:
        ended = self.now - back * MINUTE
        self.do(EndSession, session=its("session", order), why=Ending.SIGNED_OUT, ended_at=ended)

    @rule(order=orders, back=st.sampled_from([0, 30, 3000]))
    def tell_of_session(self, order: str, back: int) -> None:
        self.do(
            RecordSession,
            session=its("told_session", order),
            work_order=order,
            permission=None,
            technician=TECHNICIANS[1],
            login=None,
            gateway="gw02",
            targets=TARGETS[2:],
            started_at=self.now - back * MINUTE,
        )

    def _log_in(self) -> str:
        login = self.new("login")
        who = {"technician": TECHNICIANS[0], "account": "tanaka", "gateway": "gw01", "source_address": "203.0.113.7"}
        self.do(RecordLogin, login=login, **who, second_factor=SecondFactor.WEBAUTHN, logged_in_at=self.now)
        return login

    # -- credentials ---------------------------------------------------------------------------------------------------

    @rule(order=orders)
    def give_credential(self, order: str) -> None:
        ids = {"credential": its("credential", order), "work_order": order}
        how = {"origin": Origin.CUSTOMER, "provider": CONTACT, "targets": TARGETS[:1], "account": "maint"}
        self.do(ProvideCredential, **ids, **how, channel="portal", received_at=self.now, keyed_digest=DIGEST)

    @rule(order=orders, of=orders, who=st.sampled_from([0, 0, 1]))
    def take_credential(self, order: str, of: str | None = None, who: int = 0) -> None:
        """Take the order's own credential, or another order's."""
        given_for = of or order
        ids = {"credential": its("credential", given_for), "work_order": given_for, "used_for": order}
        self.do(CheckOutCredential, **ids, checkout=self.new("checkout"), technician=TECHNICIANS[who])

    @rule(order=orders)
    def bring_credential_back(self, order: str) -> None:
        ids = {"credential": its("credential", order), "work_order": order}
        for number in range(self.counted["checkout"]):
            self.do(CheckInCredential, **ids, checkout=an_id("checkout", number + 1), technician=TECHNICIANS[0])

    @rule(order=orders, days=st.sampled_from([1, 30, 300]))
    def instruct(self, order: str, days: int) -> None:
        how = {"owner": CONTACT, "form": Form.PORTAL, "received_at": self.now}
        ids = {"credential": its("credential", order), "work_order": order}
        self.do(InstructCustody, **ids, **how, until=self.now + timedelta(days=days))

    @rule()
    def erase(self) -> None:
        """Certify what is due: the vault's part."""
        for _, due in list(reference.those(self.log.recorded, CredentialErasureScheduled)):
            ids = {"credential": due.credential, "work_order": due.work_order, "erased_at": self.now}
            self.do(RecordErasure, **ids, key_ids=("custody",), copies=("vault",))

    # -- requests ------------------------------------------------------------------------------------------------------

    @rule(target=requests, order=orders, provision=st.sampled_from(list(Provision)), forward=st.integers(0, 2))
    def ask_for_evidence(self, order: str, provision: Provision, forward: int) -> str:
        request = {"request": self.new("request")}
        asked = {"applicant": CONTACT, "work_orders": (order,), "provision": provision, "form": RequestForm.PORTAL}
        self.do(
            ReceiveEvidenceRequest, **request, **asked, document_sha256=DIGEST, words=TEXTS[0], received_at=self.now
        )
        for person in OPERATORS:
            self.do(AcceptEvidenceRequest, **request, person=person)
        if forward > 0:
            self.prepare(request["request"], approves=forward > 1)
        return request["request"]

    @rule(request=requests, approves=st.booleans())
    def prepare(self, request: str, *, approves: bool) -> None:
        quote = {"request": request, "quote": self.new("quote")}
        for person in OPERATORS:
            self.do(QuoteFee, **quote, person=person, amount=1000, currency="JPY")
        if approves:
            self.do(ApproveFee, **quote, contact=CONTACT, form=Written.PORTAL)
        for person in OPERATORS:
            self.do(RenderReport, request=request, person=person, report_sha256=DIGEST)

    # -- anything, and time --------------------------------------------------------------------------------------------

    @rule(plans=st.lists(st.sampled_from(COMMANDS).flatmap(planned), min_size=4, max_size=12))
    def try_anything(self, plans: list[Planned]) -> None:
        for each in plans:
            self.log.carry_out(each.at(self.now), self.now)

    @rule(minutes=st.sampled_from([1, 20, 150, 1440, 1500, 5 * 1440, 16 * 1440, 200 * 1440]))
    def let_time_pass(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule(minutes=st.sampled_from([0, 1500, 16 * 1440]))
    def run_clock(self, minutes: int) -> None:
        self.now += minutes * MINUTE
        self.log.run_clock(self.now)

    @invariant()
    def holds(self) -> None:
        reference.check(self.log.recorded)

    def teardown(self) -> None:
        """See that all of it, done again, comes to the same facts."""
        assert self.log.again().recorded == self.log.recorded, "done again, the same commands come to other facts"


def its(kind: str, order: str) -> str:
    """Give the id of the permission, credential or session that goes with an order."""
    return f"{kind}_{order.rpartition('_')[2]}"
