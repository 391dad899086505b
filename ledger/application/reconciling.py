"""Reconciling an import (点検): each login that a target's log tells of is matched with the recorded sessions (R-18).

Guarantees: every login of the import that concerns the vendor and tells its time is asked about, under one id however
many files tell of it; those of earlier imports that are unsettled are asked about again, as more may be known now. Done
again it adds nothing unless more is known, and gives what stands.

A login concerns the vendor at a host that a work order of the customer names, and with a technician's account anywhere.
Elsewhere a customer's own people log in as they please: before there is a work order, and away from its targets, a log
says nothing about the gateway, and its logins are only counted. Leaves to others: what matches
(``ledger.domain.reconciliation``).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from ledger.application.deciding import Decider
from ledger.application.facts import from_record
from ledger.application.payload import read
from ledger.domain.boundary import PEOPLE_TAG, Boundary, tag
from ledger.domain.finding import FindingRecorded
from ledger.domain.people import TechnicianRegistered
from ledger.domain.reconciliation import LoginReconciled, ReconcileLogin, UnroutedConnectionDetected, standing
from ledger.domain.recorded import of_type
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work_facts import WorkOrderRequested
from ledger.log.errors import FormatError
from ledger.store.query import query_of_items
from ledger.store.reader import PAGE
from ledger.store.record import PayloadState, Recorded
from ledger.store.recorder import Recorder

_LOGIN = "login.accepted.v1"
_ANSWERS = (LoginReconciled.KIND.type, UnroutedConnectionDetected.KIND.type, FindingRecorded.KIND.type)


@dataclass(frozen=True, slots=True)
class Suspect:
    """What speaks against a login, where that stands, and the entry that tells of the login."""

    fact: ViolationRecorded | FindingRecorded
    position: int
    record: int


@dataclass(slots=True)
class Reconciled:
    """What stands of the logins of an import: ``logins`` were asked about, and match or are suspect.

    ``elsewhere`` do not concern the vendor, ``to_come`` tell of a time that is still to come by the ledger's clock;
    ``settled`` of earlier imports match only now.
    """

    logins: int = 0
    matched: int = 0
    elsewhere: int = 0
    to_come: int = 0
    settled: int = 0
    suspects: list[Suspect] = field(default_factory=list)


class _Login(NamedTuple):
    """A login as an import tells of it, and the name of its host in work orders."""

    position: int
    natural: str
    target: str
    account: str
    source_address: str | None
    moment: datetime


class Reconciling:
    """Matches the logins of one customer's imports."""

    def __init__(self, recorder: Recorder, decider: Decider, customer: str, *, actor: Mapping[str, str]) -> None:
        """Ask in the name of ``actor``."""
        self._reader = recorder.reader
        self._clock = recorder.clock
        self._decider = decider
        self._customer = customer
        self._actor = actor
        self._targets = self._named_targets()
        self._owners = _owners(decider)

    def reconcile(self, import_id: str, targets: Mapping[str, str]) -> Reconciled:
        """Match every login of an import, and what is unsettled of earlier ones.

        ``targets`` gives the names in work orders of hosts that are called otherwise. Raises what carrying out raises.
        """
        done = Reconciled()
        if not self._targets and not self._owners:
            return done
        unsettled = self._unsettled()
        for position, record in self._reader.tagged(f"import:{import_id}", [_LOGIN]):
            if (login := _read(position, record, targets)) is None:
                continue
            if login.target not in self._targets and login.account not in self._owners:
                done.elsewhere += 1
            elif login.moment > self._clock.now():
                done.to_come += 1
            else:
                unsettled.pop(self._id(login), None)
                self._take(done, login)
        for position, target in unsettled.values():
            login = _read(position, self._at(position), {})
            if login is not None:
                stands = self._ask(login._replace(target=target))
                done.settled += stands is not None and isinstance(stands[1], LoginReconciled)
        return done

    def _take(self, done: Reconciled, login: _Login) -> None:
        stands = self._ask(login)
        if stands is None:
            done.elsewhere += 1
            return
        position, fact = stands
        done.logins += 1
        if isinstance(fact, LoginReconciled):
            done.matched += 1
        else:
            done.suspects.append(Suspect(fact, position, login.position))

    def _ask(self, login: _Login) -> tuple[int, LoginReconciled | FindingRecorded | ViolationRecorded] | None:
        """Give what stands of a login now, and where; None for one that is no target's."""
        command = ReconcileLogin(
            customer=self._customer,
            login=self._id(login),
            record=login.position,
            target=login.target,
            account=login.account,
            source_address=login.source_address,
            technician=self._owners.get(login.account),
            logged_in_at=login.moment,
        )
        self._decider.carry_out(command, actor=self._actor)
        known = standing(self._decider.facts(Boundary.of(tag("target_login", command.login))), command.login)
        return None if known is None else (known.position, known.fact)

    def _id(self, login: _Login) -> str:
        return self._decider.new_id("login", idempotency_key=f"{self._customer}\n{login.natural}")

    # -- what is known -------------------------------------------------------------------------------------------------

    def _named_targets(self) -> Collection[str]:
        """Give the hosts that the customer's work orders name."""
        orders = self._mine((WorkOrderRequested.KIND.type,))
        facts = (from_record(position, self._at(position)).fact for position, _ in orders)
        return {target for fact in facts if isinstance(fact, WorkOrderRequested) for target in fact.targets}

    def _unsettled(self) -> dict[str, tuple[int, str]]:
        """Give the logins that match nothing, or several, by id: the entry that tells of each, and its target."""
        places: dict[str, int] = {}
        for position, record in self._mine(_ANSWERS):
            for login in (each.partition(":")[2] for each in record.tags if each.startswith("target_login:")):
                places[login] = position
                if record.type == LoginReconciled.KIND.type:
                    del places[login]
        found = {}
        for login, position in places.items():
            match from_record(position, self._at(position)).fact:
                case UnroutedConnectionDetected(target=target, cites=cites):
                    pass
                case FindingRecorded(values=values, cites=cites):
                    target = values["target"]
                case _:
                    continue  # erased
            told = [each for each in cites if self._at(each).type == _LOGIN]
            if told:
                found[login] = (told[0], target)
        return found

    def _mine(self, types: tuple[str, ...]) -> Iterator[tuple[int, Recorded]]:
        """Give the envelopes of the customer's records of these types."""
        query, start, size = query_of_items([(types, ())]), 0, self._reader.size()
        while page := self._reader.page(query, start, size, PAGE, opened=False):
            for position, record in page:
                if record.chain == self._customer:
                    yield position, record
            start = page[-1][0] + 1

    def _at(self, position: int) -> Recorded:
        return self._reader.page(None, position, position + 1, 1)[0][1]


def _owners(decider: Decider) -> dict[str, str | None]:
    """Give the technicians by their accounts; None where an account is not one's alone."""
    owners: dict[str, str | None] = {}
    for each in of_type(decider.facts(Boundary.of(PEOPLE_TAG)), TechnicianRegistered):
        for account in each.fact.accounts:
            owners[account] = each.fact.person if owners.get(account, each.fact.person) == each.fact.person else None
    return owners


def _read(position: int, record: Recorded, targets: Mapping[str, str]) -> _Login | None:
    """Read a login that tells its time; None for what was erased, or has another form."""
    if record.state is not PayloadState.OPEN:
        return None
    try:
        said = read(record.data)
    except FormatError:
        return None
    data: dict[str, Any] = said["data"]
    if "natural" not in data or data.get("occurred_at_basis") == "import":
        return None
    host = str(data.get("host", ""))
    return _Login(
        position,
        data["natural"],
        targets.get(host, host),
        str(data.get("user", "")),
        data.get("source_address"),
        datetime.fromisoformat(said["occurred_at"]),
    )
