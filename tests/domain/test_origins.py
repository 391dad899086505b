"""Excluded origins: both conditions together, and every exclusion on record."""

from dataclasses import replace

import pytest
from orders import SIGNED
from story import CUSTOMER, an_id, at, given

from ledger.domain.connected_on import days_of
from ledger.domain.contract import ContractAmended, ContractEnded, End, Remote
from ledger.domain.origins import (
    Centre,
    ConnectionExcluded,
    EndExcludedOrigin,
    ExcludeConnection,
    ExcludedOriginEnded,
    ExcludedOriginRegistered,
    RegisterExcludedOrigin,
)

ORIGIN, CONNECTION = an_id("origin"), an_id("connection")
REGISTERS = RegisterExcludedOrigin(origin=ORIGIN, centre=Centre.SMAC, gateway="smac-gw1", network="192.0.2.0/28")
REGISTERED = ExcludedOriginRegistered(origin=ORIGIN, centre=Centre.SMAC, gateway="smac-gw1", network="192.0.2.0/28")
EXCLUDES = ExcludeConnection(
    customer=CUSTOMER,
    connection=CONNECTION,
    origin=ORIGIN,
    contract=SIGNED.contract,
    gateway="smac-gw1",
    address="192.0.2.9",
    started_at=at("2026-11-18 02:00"),
    ended_at=at("2026-11-18 02:20"),
)
EXCLUDED = ConnectionExcluded(
    customer=CUSTOMER,
    connection=CONNECTION,
    origin=ORIGIN,
    centre=Centre.SMAC,
    contract=SIGNED.contract,
    clause="第8条",
    gateway="smac-gw1",
    address="192.0.2.9",
    started_at=EXCLUDES.started_at,
    ended_at=EXCLUDES.ended_at,
    days=days_of(CUSTOMER, EXCLUDES.started_at, EXCLUDES.started_at),
)
NOW = "2026-11-18 03:00"


def test_an_origin_is_registered_once() -> None:
    given().when(REGISTERS, at_=NOW).then(REGISTERED)
    given(REGISTERED).when(REGISTERS, at_=NOW).then()
    given(REGISTERED).when(replace(REGISTERS, gateway="clic-gw1"), at_=NOW).refused("R-05", cites=[0])


def test_r_05_an_origin_is_a_network() -> None:
    given().when(replace(REGISTERS, network="192.0.2.9/28"), at_=NOW).refused("R-05")
    given().when(replace(REGISTERS, network="anywhere"), at_=NOW).refused("R-05")


def test_an_origin_ends_once() -> None:
    ended = ExcludedOriginEnded(origin=ORIGIN)
    given(REGISTERED).when(EndExcludedOrigin(origin=ORIGIN), at_=NOW).then(ended).citing(0)
    given(REGISTERED, ended).when(EndExcludedOrigin(origin=ORIGIN), at_=NOW).refused("R-05", cites=[0])
    given().when(EndExcludedOrigin(origin=ORIGIN), at_=NOW).refused("R-05", cites=[])


def test_r_05_a_connection_from_a_centre_as_content_of_a_live_contract_is_excluded_and_recorded() -> None:
    given(REGISTERED, SIGNED).when(EXCLUDES, at_=NOW).then(EXCLUDED).citing(0, 1)


def test_an_exclusion_told_twice_is_recorded_once() -> None:
    given(REGISTERED, SIGNED, EXCLUDED).when(EXCLUDES, at_=NOW).then()
    other = replace(EXCLUDES, address="192.0.2.8")
    given(REGISTERED, SIGNED, EXCLUDED).when(other, at_=NOW).refused("R-05", cites=[2])


@pytest.mark.parametrize("changes", [{"gateway": "clic-gw1"}, {"address": "192.0.2.16"}, {"address": "nowhere"}])
def test_r_05_a_connection_from_elsewhere_is_in_scope_although_it_is_content_of_the_contract(
    changes: dict[str, str],
) -> None:
    given(REGISTERED, SIGNED).when(replace(EXCLUDES, **changes), at_=NOW).refused("R-05", cites=[0])  # type: ignore[arg-type]


def test_r_05_ad_hoc_work_from_a_centre_is_in_scope() -> None:
    given(REGISTERED).when(EXCLUDES, at_=NOW).refused("R-05", cites=[0])
    given(REGISTERED, replace(SIGNED, remote=Remote.NOT_STATED)).when(EXCLUDES, at_=NOW).refused("R-05", cites=[0])


def test_r_05_a_contract_that_has_ended_excludes_nothing() -> None:
    ended = ContractEnded(
        customer=CUSTOMER, contract=SIGNED.contract, ended_at=at("2026-11-18 00:00"), why=End.TERMINATED
    )
    given(REGISTERED, SIGNED, ended).when(EXCLUDES, at_=NOW).refused("R-05", cites=[0])


def test_r_05_the_clause_is_that_of_the_contract_as_it_stood_then() -> None:
    amended = ContractAmended(
        customer=CUSTOMER,
        contract=SIGNED.contract,
        reference="覚書",
        clause="第9条",
        remote=Remote.PERIODIC,
        ends_at=SIGNED.ends_at,
        effective_at=at("2026-11-01 00:00"),
    )
    given(REGISTERED, SIGNED, amended).when(EXCLUDES, at_=NOW).then(replace(EXCLUDED, clause="第9条")).citing(0, 2)


def test_r_05_an_origin_excludes_from_its_registration_until_its_end() -> None:
    given(SIGNED).at("2026-11-18 02:30", REGISTERED).when(EXCLUDES, at_=NOW).refused("R-05", cites=[1])
    ended = ExcludedOriginEnded(origin=ORIGIN)
    given(REGISTERED, SIGNED).at("2026-11-18 01:00", ended).when(EXCLUDES, at_=NOW).refused("R-05", cites=[0])
    given(REGISTERED, SIGNED).at("2026-11-18 02:30", ended).when(EXCLUDES, at_=NOW).then(EXCLUDED)


def test_r_05_nothing_is_excluded_in_advance() -> None:
    given(REGISTERED, SIGNED).when(EXCLUDES, at_="2026-11-18 01:59").refused("R-05")
