"""One refused step in every group: by its rule, on the entries it was decided on, in both languages and as JSON."""

import re
from collections.abc import Callable

import pytest
from command_line import OF_A_DAY
from office import Office, ago, ahead, now
from working_day import TARGET, reason, words

from scripts.cli import STEP_GROUPS

Arguments = list[str]


def of(office: Office, *arguments: str) -> Arguments:
    return [*arguments, "--customer", office.ids["customer"]]


def on(office: Office, *arguments: str) -> Arguments:
    return [*of(office, *arguments), *office.gives("work_order")]


def classify(office: Office) -> Arguments:
    text = str(office.place / "terms-1.1.txt")
    return ["terms", "classify", *office.gives("terms"), "--file", text, "--change", "minor", *reason()]


def answer(office: Office) -> Arguments:
    return of(office, "consent", "answer", *office.gives("consent", "suspension"), "--answered-at", now(), *words())


def end_contract(office: Office) -> Arguments:
    return of(office, "contract", "end", *office.gives("contract"), "--ended-at", ago(days=900))


def end_contact(office: Office) -> Arguments:
    known = office.ids["contact"]
    office.of("manager", "contact register", "--name", "退任者", "--roles", "work_contact")
    left, office.ids["contact"] = office.ids["contact"], known
    office.of("manager", "contact end", "--contact", left)
    return of(office, "contact", "end", "--contact", left)


def bind(office: Office) -> Arguments:
    return ["person", "bind", "--person", office.ids["custodian"], "--os-user", office.users["manager"]]


def accept(office: Office) -> Arguments:
    return on(office, "work", "accept")


def grant(office: Office) -> Arguments:
    return [
        *on(office, "permission", "grant", *office.gives("permission"), "--approver", office.ids["contact"]),
        *("--form", "portal", "--targets", TARGET, "--protocols", "ssh", "--begins", now(), "--ends", ahead(hours=1)),
        *("--received-at", now()),
    ]


def end_origin(office: Office) -> Arguments:
    return ["origin", "end", *office.gives("origin")]


def check_out(office: Office) -> Arguments:
    return on(office, "credential", "check-out", *office.gives("credential"), "--used-for", office.ids["work_order"])


def log_out(office: Office) -> Arguments:
    return of(office, "gateway", "logout", *office.gives("login"), "--why", "lost", "--logged-out-at", now())


def connect(office: Office) -> Arguments:
    options = ["--target", TARGET, "--protocol", "ssh", "--version", "SSH-2.0"]
    return on(office, "session", "connect", *office.gives("session", "permission"), *options)


def start_again(office: Office) -> Arguments:
    options = ["--recorder", "another", "--started-at", ago(minutes=1)]
    return of(office, "recording", "start", *office.gives("session", "recording"), *options)


def review(office: Office) -> Arguments:
    customers = [each for number in range(5) for each in ("--customers", f"cus_{number:032x}")]
    content = str(office.place / "report.txt")
    office.does(
        *("manager", "data set", "--fields", "month", *customers, "--least-group", "5"),
        *("--content-file", content, *reason()),
    )
    return ["data", "review-set", *office.gives("dataset"), "--approved", *words()]


def release(office: Office) -> Arguments:
    return of(office, "hold", "release", *office.gives("hold"), *words())


def receive(office: Office) -> Arguments:
    return of(office, "request", "accept", *office.gives("request"))


def set_(_office: Office) -> Arguments:
    return ["settings", "set", "--setting", "quote_days", "--value", "32"]


REFUSED: dict[str, tuple[str, Callable[[Office], Arguments], str]] = {
    "terms": ("manager", classify, "R-33"),
    "consent": ("manager", answer, "R-02"),
    "contract": ("manager", end_contract, "R-06"),
    "contact": ("manager", end_contact, "R-34"),
    "person": ("manager", bind, "R-34"),
    "work": ("manager", accept, "R-06"),
    "permission": ("manager", grant, "R-08"),
    "origin": ("manager", end_origin, "R-05"),
    "credential": ("technician", check_out, "R-10"),
    "gateway": ("technician", log_out, "R-18"),
    "session": ("technician", connect, "R-04"),
    "recording": ("technician", start_again, "R-20"),
    "data": ("manager", review, "R-31"),
    "hold": ("custodian", release, "R-17"),
    "request": ("manager", receive, "R-28"),
    "settings": ("technician", set_, "R-35"),
}


def test_there_is_a_refused_step_for_every_group() -> None:
    assert REFUSED.keys() == set(STEP_GROUPS)


@pytest.mark.parametrize("group", REFUSED)
def test_a_refusal_names_the_rule_and_the_entries(lived: Office, group: str) -> None:
    who, arguments_of, rule = REFUSED[group]
    arguments = arguments_of(lived)
    before = lived.answers("custodian", "log", "--json").json_lines
    english = lived.answers(who, *arguments, "--lang", "en").check_refused()
    assert english.startswith(f"shoseki: {rule}: ")
    assert (cited := re.search(r"decided on entries ([\d, ]+)\)$", english))
    japanese = lived.answers(who, *arguments, "--lang", "ja").check_refused()
    assert japanese.startswith(f"shoseki: {rule}: ")
    assert f"（根拠: 記録 {cited[1]}）" in japanese
    assert japanese != english
    told = lived.answers(who, *arguments, "--json")
    assert (told.status, told.json["status"], told.json["rule"]) == (2, 2, rule)
    assert [str(each) for each in told.json["cites"]] == cited[1].split(", ")
    after = lived.answers("custodian", "log", "--json").json_lines
    written = {each["type"] for each in after[len(before) :]}
    assert written <= {"ledger.clock_run.v1"} | OF_A_DAY  # what is due is written first
