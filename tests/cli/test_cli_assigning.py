"""Who gives work to technicians and takes it from them, at the command line: never the technician (R-35)."""

import pytest
from office import Office
from working_day import TARGET


@pytest.fixture
def order(lived: Office) -> list[str]:
    """Give another order of the customer's, as options."""
    requested = lived.answers(
        *("manager", "work", "request", "--customer", lived.ids["customer"], "--basis", "contract"),
        *("--title", "点検", "--purpose", "点検", "--targets", TARGET, "--requested-by", lived.ids["contact"]),
        *("--requested-at", lived.now(), "--json"),
    )
    assert requested.status == 0, requested
    work_order = requested.json["ids"]["work_order"]
    return ["--customer", lived.ids["customer"], "--work-order", work_order, *lived.gives("technician")]


def types(office: Office, who: str, step: str, order: list[str]) -> list[str]:
    done = office.answers(who, "work", step, *order, "--json")
    assert done.status == 0, done
    return [each["type"] for each in done.json["facts"]]


def refused(office: Office, who: str, step: str, order: list[str]) -> None:
    english = office.answers(who, "work", step, *order, "--lang", "en").check_refused()
    assert english.startswith("shoseki: R-35: This step belongs to: ")
    japanese = office.answers(who, "work", step, *order, "--lang", "ja").check_refused()
    assert japanese.startswith("shoseki: R-35: この手続きは")


def test_r_35_work_is_given_by_whoever_answers_for_it(lived: Office, order: list[str]) -> None:
    for who in ("technician", "custodian"):
        refused(lived, who, "assign", order)
    assert types(lived, "manager", "assign", order) == ["work.technician_assigned.v1"]


def test_r_35_a_technician_does_not_take_the_work_from_himself_for_a_while(lived: Office, order: list[str]) -> None:
    types(lived, "manager", "assign", order)
    for who in ("technician", "custodian"):
        refused(lived, who, "release", order)
    assert types(lived, "manager", "release", order) == ["work.technician_released.v1"]
    assert types(lived, "manager", "assign", order) == ["work.technician_assigned.v1"]
