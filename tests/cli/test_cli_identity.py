"""Who acts is known from the system: no option, no name in the environment, and two sign-offs take two (R-34, R-35)."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from command_line import here
from office import OTHERS, SHARED, TERMS, Office, OfficeClock, founded

from ledger.store.embedded import Urls


@pytest.fixture(scope="module")
def office(postgres: Urls, tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = founded(tmp_path_factory.mktemp("identity"), postgres)
    text = office.file("terms.txt", TERMS)
    office.does("manager", "terms publish", "--version", "1.0", "--dated", "2021-05-10", "--file", text)
    office.ids["customer"] = office.answers("manager", "customer", "add", "見本商事", "--json").json["id"]
    return office


@pytest.fixture
def empty(postgres: Urls, tmp_path: Path) -> Office:
    """Give a log in which nobody is registered."""
    settings = {
        "SHOSEKI_DIR": str(tmp_path / "log"),
        "SHOSEKI_DATABASE_URL": postgres.application,
        "SHOSEKI_OWNER_DATABASE_URL": postgres.owner,
    }
    office = Office(tmp_path, settings, OfficeClock(timedelta(0)))
    assert office.answers(None, "init", "--origin", "shoseki.example/empty").status == 0
    return office


def operator(name: str) -> list[str]:
    return ["person", "operator", "--name", name, "--roles", "legal"]


def test_somebody_has_to_be_the_first_and_it_is_said(empty: Office) -> None:
    english = empty.answers(None, *operator("佐藤"), "--lang", "en")
    assert english.status == 0
    assert (
        f"Nobody is bound to a system user yet, so this is recorded as done by the system user {SHARED}." in english.out
    )
    assert "OS 利用者に結び付けられた者がまだいない" in empty.answers(None, *operator("鈴木"), "--lang", "ja").out
    refused = empty.answers(None, "customer", "add", "x").status, empty.answers(None, "origin", "end", "--origin", "x")
    assert refused[0] == 0  # a customer is no step of the terms
    assert "R-34" in refused[1].check_refused()


def test_once_somebody_is_bound_nobody_else_registers_or_binds(empty: Office) -> None:
    person = empty.answers(None, *operator("佐藤"), "--json").json["ids"]["person"]
    bind = ["person", "bind", "--person", person, "--os-user"]
    assert empty.answers(None, *bind, OTHERS[0].pw_name).status == 0
    refused = empty.answers(None, *operator("鈴木"), "--lang", "en").check_refused()
    assert f"R-34: The system user {SHARED} is bound to no registered person" in refused
    assert "shoseki person bind" in refused
    assert f"OS 利用者 {SHARED} は登録済みの者に" in empty.answers(None, *bind, SHARED, "--lang", "ja").check_refused()


def test_a_bound_system_user_acts_as_that_person_whatever_the_environment_says(
    empty: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = empty.answers(None, *operator("佐藤"), "--json").json["ids"]["person"]
    assert empty.answers(None, "person", "bind", "--person", person, "--os-user", SHARED).status == 0
    for name in ("USER", "LOGNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, OTHERS[0].pw_name)
    empty.users["somebody"] = OTHERS[0].pw_name
    registered = empty.answers("somebody", *operator("鈴木"), "--json").json["facts"][0]["position"]
    shown = empty.answers(None, "show", str(registered), "--purpose", "proper_use_check", "--json").json
    assert shown["payload"]["actor"] == {"kind": "person", "id": person}


def test_an_account_that_is_shared_needs_sudo_and_a_person_behind_it(office: Office) -> None:
    alone = office.answers(None, *operator("誰か"), "--lang", "en").check_refused()
    assert f"R-34: {SHARED} is a shared account: run the command from your own account with sudo." in alone
    office.users["stranger"] = OTHERS[3].pw_name
    stranger = office.answers("stranger", *operator("誰か"), "--lang", "en").check_refused()
    assert f"The system user {OTHERS[3].pw_name} is bound to no registered person" in stranger


@pytest.mark.parametrize("value", ["", "-1", "root", "１", "99999999999999999999", "0 "])
def test_a_sudo_uid_that_is_none_makes_nobody(office: Office, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    with office.at_work(None):
        monkeypatch.setenv("SUDO_UID", value)
        refused = here(*operator("誰か")).check_refused()
    assert "R-34" in refused


def classify(office: Office, text: Path) -> list[str]:
    known = office.gives("terms") if "signed" in office.ids else []
    return ["terms", "classify", "--file", str(text), "--change", "minor", "--reason", "追記のみ", *known]


def test_a_change_of_terms_takes_two_persons_with_two_system_users(office: Office) -> None:
    text = office.file("terms-1.1.txt", TERMS + "追記\n")
    first = office.answers("manager", *classify(office, text), "--json").json
    office.ids |= {"terms": first["ids"]["terms"], "signed": "yes"}
    again = office.answers("manager", *classify(office, text), "--lang", "en").check_refused()
    assert "R-34: Two sign-offs take two persons" in again
    # Somebody else takes the manager's system user over: the account is the same, so it is no second sign-off.
    manager, custodian = office.users["manager"], office.users["custodian"]
    office.does("custodian", "person unbind", "--os-user", manager)
    office.does("custodian", "person bind", "--person", office.ids["custodian"], "--os-user", manager)
    same = office.answers("custodian", *classify(office, text), "--lang", "en").check_refused()
    assert f"R-35: Two sign-offs take two system users, and who signed first was {manager}." in same
    assert str(first["facts"][0]["position"]) in same
    office.does("custodian", "person unbind", "--os-user", manager)
    office.does("custodian", "person bind", "--person", office.ids["manager"], "--os-user", manager)
    assert custodian != manager
    second = office.does("custodian", "terms classify", *classify(office, text)[2:])
    assert [each["type"] for each in second["facts"]] == [
        "terms.classification_signed.v1",
        "terms.change_classified.v1",
    ]


def test_a_hold_is_released_by_two_steps_of_two_persons(office: Office) -> None:
    words = ["--words", "和解"]
    office.of("manager", "hold order", "--why", "dispute", *words)
    hold = ["--customer", office.ids["customer"], *office.gives("hold"), *words]
    unproposed = office.answers("custodian", "hold", "release", *hold, "--lang", "en").check_refused()
    assert "R-34: Nobody has proposed yet to release this hold." in unproposed
    office.does("manager", "hold propose-release", *hold)
    alone = office.answers("manager", "hold", "release", *hold, "--lang", "en").check_refused()
    assert "R-34: Two sign-offs take two persons" in alone
    released = office.does("custodian", "hold release", *hold)
    assert [each["type"] for each in released["facts"]] == ["retention.hold_release_ordered.v1"]


@pytest.mark.parametrize(
    "step",
    [
        lambda office: ["hold", "order", "--person", office.ids["custodian"]],
        lambda office: ["hold", "release", "--approver", office.ids["custodian"]],
        lambda office: ["permission", "grant", "--recorded-by", office.ids["custodian"]],
        lambda office: ["work", "start", "--technician", office.ids["technician"]],
    ],
)
def test_no_option_says_who_acts(office: Office, step: Callable[[Office], list[str]]) -> None:
    assert "No such option" in office.answers("manager", *step(office), "--lang", "en").check_refused()
