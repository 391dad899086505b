"""Excluded origins: connections of the group's operation centres to which the terms do not apply (2, R-05, A-04).

Guarantees: a connection is excluded only if both hold: it comes from a registered gateway of SMAC or CLIC, and it is
the content of a contract that is live at that instant. Each is recorded, thinly (time, centre, contract, clause), and
found by ``excluded:<customer>``, so that the exclusion cannot hide work that is in scope.

What is refused here is the exclusion, never the evidence: a connection that is not excluded is recorded as a session,
with the violations that it has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from ledger.domain.boundary import Boundary, tag
from ledger.domain.connected_on import days_of
from ledger.domain.contract import ContractAmended, ContractRegistered, Remote, contracts_due
from ledger.domain.contract import fold as fold_contracts
from ledger.domain.contract import of_customer as agreement_of
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.fact import Fact, fact, public, ref
from ledger.domain.instants import spelled
from ledger.domain.recorded import Facts, last, of_type
from ledger.domain.repeated import told_before
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults

ORIGINS_TAG = "origins:all"
"""The tag of all registered origins, in the chain ``log``."""


class Centre(StrEnum):
    """The group's operation centres that the terms name."""

    SMAC = "SMAC"
    CLIC = "CLIC"


@fact(
    "permission.excluded_origin_registered.v1",
    chain="log",
    retention="agreement",
    subject="origin",
    ja="適用除外元登録",
    en="Excluded origin registered",
    clause="2",
    tags=(ORIGINS_TAG,),
)
class ExcludedOriginRegistered(Fact):
    """From now on, this gateway of a centre, seen from this network, is an excluded origin."""

    origin: str = ref("origin")
    centre: Centre = public()
    gateway: str
    network: str
    """As ``192.0.2.0/28``."""


@fact(
    "permission.excluded_origin_ended.v1",
    chain="log",
    retention="agreement",
    subject="origin",
    ja="適用除外元解除",
    en="Excluded origin ended",
    clause="2",
    tags=(ORIGINS_TAG,),
)
class ExcludedOriginEnded(Fact):
    """The gateway is no excluded origin any more."""

    origin: str = ref("origin")


@fact(
    "permission.connection_excluded.v1",
    retention="trail",
    ja="除外接続",
    en="Connection excluded",
    clause="2",
    occurred="started_at",
)
class ConnectionExcluded(Fact):
    """The terms do not apply to this connection: from which centre, under which clause of which contract."""

    customer: str = ref("excluded")
    connection: str = ref("connection")
    origin: str = ref("origin")
    centre: Centre = public()
    contract: str = ref("contract")
    clause: str
    gateway: str
    address: str
    started_at: datetime
    ended_at: datetime | None = None
    days: tuple[str, ...] = ref("connected_on")


@dataclass(frozen=True, slots=True)
class Origin:
    """A registered origin; ``ended_at`` once it is none any more."""

    id: str
    centre: Centre
    gateway: str
    network: str
    position: int
    since: datetime
    ended_at: datetime | None = None

    def covers(self, gateway: str, address: str, moment: datetime) -> bool:
        """Tell whether what came from there at an instant came from this origin."""
        if moment < self.since or (self.ended_at is not None and self.ended_at <= moment):
            return False
        return gateway == self.gateway and _inside(address, self.network)


class Stating(NamedTuple):
    """The clause in which a contract speaks of remote connection, and the position that says so."""

    clause: str
    position: int


def fold(facts: Facts) -> Mapping[str, Origin]:
    """Give all origins by id."""
    origins: dict[str, Origin] = {}
    for each in facts:
        match each.fact:
            case ExcludedOriginRegistered() as made:
                origins[made.origin] = Origin(
                    made.origin, made.centre, made.gateway, made.network, each.position, each.at
                )
            case ExcludedOriginEnded(origin=origin):
                origins[origin] = replace(origins[origin], ended_at=each.at)
            case _:
                pass
    return origins


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterExcludedOrigin:
    """Register a gateway of a centre."""

    origin: str
    centre: Centre
    gateway: str
    network: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndExcludedOrigin:
    """Take a gateway off the list."""

    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludeConnection:
    """Record that the terms do not apply to a connection, which may be over already."""

    customer: str
    connection: str
    origin: str
    contract: str
    gateway: str
    address: str
    started_at: datetime
    ended_at: datetime | None = None


def _origins(_: object) -> Boundary:
    return Boundary.of(ORIGINS_TAG)


@decides(RegisterExcludedOrigin, boundary=_origins)
def register_excluded_origin(
    command: RegisterExcludedOrigin, facts: Facts, _now: datetime, _defaults: Defaults
) -> Decision:
    """Register; an id is used once, and the network is one."""
    registered = ExcludedOriginRegistered(
        origin=command.origin, centre=command.centre, gateway=command.gateway, network=command.network
    )
    before = next((e for e in of_type(facts, ExcludedOriginRegistered) if e.fact.origin == command.origin), None)
    if told_before(before, registered, "R-05", "origin_known"):
        return decided()
    try:
        ip_network(command.network)
    except ValueError:
        raise Refusal("R-05", "origin_network", network=command.network) from None
    return decided(registered)


@decides(EndExcludedOrigin, boundary=_origins)
def end_excluded_origin(command: EndExcludedOrigin, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """End; what was excluded until now stays so."""
    origin = fold(facts).get(command.origin)
    if origin is None or origin.ended_at is not None:
        raise Refusal("R-05", "origin_unknown", [] if origin is None else [origin.position])
    return decided(ExcludedOriginEnded(origin=command.origin), cites=[origin.position])


@decides(
    ExcludeConnection,
    boundary=lambda c: Boundary.of(ORIGINS_TAG, tag("connection", c.connection)) | agreement_of(c.customer),
    timers=lambda command: (contracts_due(command.customer),),
)
def exclude_connection(command: ExcludeConnection, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record the exclusion where both conditions hold."""
    origin, contract = fold(facts).get(command.origin), stating(facts, command.contract, command.started_at)
    check_excluded(command, origin, contract, now)
    if origin is None or contract is None:  # only with the rule switched off
        return decided()
    excluded = ConnectionExcluded(
        customer=command.customer,
        connection=command.connection,
        origin=origin.id,
        centre=origin.centre,
        contract=command.contract,
        clause=contract.clause,
        gateway=command.gateway,
        address=command.address,
        started_at=command.started_at,
        ended_at=command.ended_at,
        days=days_of(command.customer, command.started_at, command.ended_at or command.started_at),
    )
    if told_before(last(facts, ConnectionExcluded), excluded, "R-05", "excluded_connection_known"):
        return decided()
    return decided(excluded, cites=[origin.position, contract.position])


@rule("R-05")
def check_excluded(
    command: ExcludeConnection,
    origin: Origin | None,
    contract: Stating | None,
    now: datetime,
) -> None:
    """Refuse the exclusion unless the origin is registered and the work is the content of a live contract."""
    if command.started_at > now:
        raise Refusal("R-05", "excluded_connection_to_come", at=spelled(command.started_at))
    if origin is None or not origin.covers(command.gateway, command.address, command.started_at):
        raise Refusal(
            "R-05",
            "origin_not_excluded",
            [] if origin is None else [origin.position],
            gateway=command.gateway,
            address=command.address,
        )
    if contract is None:
        raise Refusal("R-05", "excluded_without_contract", [origin.position])


def stating(facts: Facts, contract: str, moment: datetime) -> Stating | None:
    """Give where a contract that is live at an instant speaks of remote connection; None where none does."""
    found = fold_contracts(facts).get(contract)
    stated = None if found is None else found.at(moment)
    if stated is None or stated.remote is Remote.NOT_STATED:
        return None
    spoken = (each.fact for each in facts if each.position == stated.position)
    clauses = (each.clause for each in spoken if isinstance(each, ContractRegistered | ContractAmended))
    return Stating(next(clauses), stated.position)


def _inside(address: str, network: str) -> bool:
    try:
        return ip_address(address) in ip_network(network)
    except ValueError:
        return False
