"""One work order lived at the command line alone: every step decided, nothing against it, and the log is whole."""

import pytest
from office import SHARED, Office

from scripts.cli import STEP_GROUPS


def entries(office: Office) -> list[dict[str, object]]:
    return office.answers("custodian", "log", "--json").json_lines


def test_the_whole_work_order_is_lived_at_the_command_line(lived: Office) -> None:
    assert {step.split()[0] for step in lived.steps} >= set(STEP_GROUPS)
    types = [str(each["type"]) for each in entries(lived)]
    assert types.count("session.ended.v1") == 1
    assert types.count("request.receipt_acknowledged.v1") == 1
    assert not {each for each in types if each.startswith(("violation.", "finding.")) or "denied" in each}


def test_what_was_lived_stands_in_a_log_that_is_whole(lived: Office) -> None:
    clock = lived.answers("manager", "clock", "run", "--json")
    assert (clock.status, clock.json["against"], clock.json["failed"]) == (0, [], [])
    checked = lived.answers("custodian", "fsck", "--json")
    assert (checked.status, checked.json["findings"]) == (0, [])


@pytest.mark.parametrize("who", ["manager", "custodian", "technician"])
def test_r_34_everything_bears_the_person_who_gave_it(lived: Office, who: str) -> None:
    shown = [
        lived.answers("manager", "show", str(position), "--purpose", "proper_use_check", "--json").json
        for position in lived.acted[who][:3]
    ]
    actors = [each["payload"]["actor"] for each in shown if each.get("payload")]
    assert actors
    assert all(each == {"kind": "person", "id": lived.ids[who]} for each in actors)


def test_the_first_person_is_registered_by_whoever_founds_the_log(lived: Office) -> None:
    registered = next(each for each in entries(lived) if each["type"] == "people.operator_registered.v1")
    shown = lived.answers(
        "manager", "show", str(registered["position"]), "--purpose", "proper_use_check", "--json"
    ).json
    assert shown["payload"]["actor"] == {"kind": "operator", "id": SHARED}
