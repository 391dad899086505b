"""The vendor's people and the customers' contacts: one person a system user, roles that stay apart."""

import pytest
from story import CUSTOMER, an_id, given

from ledger.domain.contacts import (
    ContactEnded,
    ContactRegistered,
    ContactRole,
    EndContact,
    RegisterContact,
)
from ledger.domain.decision import Refusal
from ledger.domain.duties import check_registered
from ledger.domain.people import (
    BindOsUser,
    EndPerson,
    OperatorRegistered,
    OsUserBound,
    OsUserUnbound,
    PersonLeft,
    RegisterOperator,
    RegisterTechnician,
    Role,
    TechnicianRegistered,
    UnbindOsUser,
    fold,
    person_of,
)

ONE, TWO = an_id("person", 1), an_id("person", 2)
SATO = OperatorRegistered(person=ONE, name="佐藤", roles=(Role.LEGAL,))
ITO = TechnicianRegistered(person=TWO, name="伊藤", employer="協力会社", accounts=("ito",))
BOUND = OsUserBound(person=ONE, os_user="sato")
NOW = "2026-11-16 10:00"


def test_a_technician_is_registered_with_the_employer() -> None:
    command = RegisterTechnician(person=TWO, name="伊藤", employer="協力会社", accounts=("ito",))
    given(SATO).when(command, at_=NOW).then(ITO)


def test_an_id_of_a_person_is_used_once() -> None:
    given(SATO).when(RegisterTechnician(person=ONE, name="伊藤"), at_=NOW).refused("R-34", cites=[0])
    given(SATO).when(RegisterOperator(person=ONE, name="伊藤", roles=()), at_=NOW).refused("R-34", cites=[0])


def test_an_operator_is_registered_with_roles() -> None:
    given().when(RegisterOperator(person=ONE, name="佐藤", roles=(Role.LEGAL,)), at_=NOW).then(SATO)


@pytest.mark.parametrize(
    "roles",
    [
        (Role.TECHNICIAN, Role.EVIDENCE_CUSTODIAN),
        (Role.AUDITOR, Role.TECHNICIAN),
        (Role.GATEWAY_OPERATOR, Role.LEGAL, Role.CHECKPOINT_SIGNER),
        (Role.EVIDENCE_CUSTODIAN, Role.GATEWAY_OPERATOR),
    ],
)
def test_r_35_roles_that_control_each_other_stay_apart(roles: tuple[Role, ...]) -> None:
    given().when(RegisterOperator(person=ONE, name="佐藤", roles=roles), at_=NOW).refused("R-35")


def test_a_system_user_is_bound_and_binding_it_again_changes_nothing() -> None:
    bind = BindOsUser(person=ONE, os_user="sato")
    given(SATO).when(bind, at_=NOW).then(BOUND).citing(0)
    given(SATO, BOUND).when(bind, at_=NOW).then().citing(1)


def test_r_34_a_system_user_is_one_persons() -> None:
    bind = BindOsUser(person=TWO, os_user="sato")
    given(SATO, ITO, BOUND).when(bind, at_=NOW).refused("R-34", cites=[2])


def test_r_34_only_registered_active_persons_are_bound() -> None:
    given(SATO).when(BindOsUser(person=TWO, os_user="ito"), at_=NOW).refused("R-34")
    given(ITO, PersonLeft(person=TWO)).when(BindOsUser(person=TWO, os_user="ito"), at_=NOW).refused("R-34", cites=[0])


def test_a_system_user_that_was_unbound_can_be_somebody_elses() -> None:
    unbound = OsUserUnbound(person=ONE, os_user="sato")
    given(SATO, BOUND).when(UnbindOsUser(os_user="sato"), at_=NOW).then(unbound).citing(1)
    story = given(SATO, ITO, BOUND, unbound)
    story.when(BindOsUser(person=TWO, os_user="sato"), at_=NOW).then(OsUserBound(person=TWO, os_user="sato"))
    story.when(UnbindOsUser(os_user="sato"), at_=NOW).refused("R-34")


def test_who_left_works_as_nobody() -> None:
    given(SATO, BOUND).when(EndPerson(person=ONE), at_=NOW).then(PersonLeft(person=ONE))
    people = fold(given(SATO, BOUND, PersonLeft(person=ONE)).recorded)
    assert person_of(people, "sato") is None
    given(SATO, PersonLeft(person=ONE)).when(EndPerson(person=ONE), at_=NOW).refused("R-34", cites=[0])


def test_r_34_only_who_is_registered_and_has_not_left_acts() -> None:
    people = fold(given(SATO, ITO, PersonLeft(person=ONE)).recorded)
    check_registered(people, TWO)
    for person, cites in ((ONE, (0,)), (an_id("person", 3), ())):
        with pytest.raises(Refusal, match="R-34") as refused:
            check_registered(people, person)
        assert refused.value.cites == cites


def test_a_contact_is_registered_and_its_newest_registration_counts() -> None:
    first = ContactRegistered(customer=CUSTOMER, contact=ONE, name="山田", roles=(ContactRole.WORK_CONTACT,))
    command = RegisterContact(customer=CUSTOMER, contact=ONE, name="山田", roles=(ContactRole.BILLING_CONTACT,))
    second = ContactRegistered(customer=CUSTOMER, contact=ONE, name="山田", roles=(ContactRole.BILLING_CONTACT,))
    given(first).when(command, at_=NOW).then(second).citing(0)


def test_a_contact_is_ended_once() -> None:
    first = ContactRegistered(customer=CUSTOMER, contact=ONE, name="山田", roles=(ContactRole.WORK_CONTACT,))
    ended = ContactEnded(customer=CUSTOMER, contact=ONE)
    end = EndContact(customer=CUSTOMER, contact=ONE)
    given(first).when(end, at_=NOW).then(ended).citing(0)
    given(first, ended).when(end, at_=NOW).refused("R-34", cites=[1])
    given().when(end, at_=NOW).refused("R-34")
