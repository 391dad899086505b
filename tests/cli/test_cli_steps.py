"""The steps at the command line: every command of the domain is one, told in two languages, and carried out."""

import dataclasses
import inspect
import os
import pwd
from collections.abc import Iterator
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from command_line import ROOT, Answer, here
from rich.cells import cell_len

from ledger.domain.access import AccessAtTerminal
from ledger.domain.credential_custody import RecordErasure, RecordErasureFailure
from ledger.domain.credential_giving import RecordExposure
from ledger.domain.decision import commands
from ledger.domain.destroying import OrderDestruction
from ledger.domain.housekeeping import RecordVerification
from ledger.domain.providing import SealPackage
from ledger.domain.reconciliation import ReconcileLogin
from ledger.store.embedded import Urls
from scripts import texts
from scripts.cli import STEP_GROUPS
from scripts.commands.asking import choice_name
from scripts.commands.step import Step, members_of
from scripts.commands.steps import STEPS

MACHINES = {
    AccessAtTerminal: "accessing",  # whatever shows or exports evidence gives it, before it does
    SealPackage: "providing",  # 'export --request' makes a package and seals it as it lies there
    ReconcileLogin: "reconciling",  # an import gives it, for each login at a target
    RecordErasure: "credentials",  # a certificate follows the destruction: 'credential erase' does both
    RecordErasureFailure: "credentials",  # 'credential erase' says itself what it could not destroy
    RecordExposure: "credentials",  # whoever typed it would know the secret: an import finds it
    OrderDestruction: "destroying",  # 'retention destroy' reads all that could keep a key
    RecordVerification: "checking",  # the full check gives it, with its result
}
"""Commands that no person gives, and the module of ``ledger.application`` that does."""

TERMS = "従つて、本書は Ⅴ ｶﾅ が\u3099 を含みます。🖋\n"


@pytest.fixture(scope="module")
def log(postgres: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Give a log of its own in which the terms are published: their id, and the file of their text."""
    place = tmp_path_factory.mktemp("steps")
    text = place / "terms.txt"
    text.write_bytes(TERMS.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOSEKI_DIR", str(place / "log"))
        patch.setenv("SHOSEKI_DATABASE_URL", postgres.application)
        patch.setenv("SHOSEKI_OWNER_DATABASE_URL", postgres.owner)
        Shell.does("init", "--origin", "shoseki.example/steps")
        person = Shell.does("person", "operator", "--name", "佐藤", "--roles", "legal")["ids"]["person"]
        Shell.does("person", "bind", "--person", person, "--os-user", pwd.getpwuid(os.geteuid()).pw_name)
        publish = ["terms", "publish", "--version", "1.0", "--dated", "2021-05-10", "--once", "publish 1.0"]
        published = Shell.does(*publish, "--file", text)
        yield {"terms": published["ids"]["terms"], "text": str(text)}


@pytest.fixture
def shoseki(log: dict[str, str]) -> "type[Shell]":
    return Shell


class Shell:
    """The command line as a person uses it."""

    @staticmethod
    def does(*arguments: str | Path) -> Any:
        answer = here(*arguments, "--json")
        assert answer.status == 0, answer
        return answer.json

    @staticmethod
    def answers(*arguments: str | Path) -> Answer:
        return here(*arguments)


def test_every_command_of_the_domain_is_a_step_or_given_by_a_machine() -> None:
    ours = {command for command in commands() if command.__module__.startswith("ledger.")}  # tests make some, too
    assert {step.command for step in STEPS} | MACHINES.keys() == ours
    assert not {step.command for step in STEPS} & MACHINES.keys()
    assert len({step.name for step in STEPS}) == len(STEPS)
    assert {step.name.split()[0] for step in STEPS} == set(STEP_GROUPS)


@pytest.mark.parametrize("command", MACHINES, ids=lambda command: command.__name__)
def test_what_no_person_gives_is_given_by_the_code_that_is_named(command: type[Any]) -> None:
    assert f"{command.__name__}(" in inspect.getsource(import_module(f"ledger.application.{MACHINES[command]}"))


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_step_says_of_members_that_there_are_where_they_come_from(step: Step) -> None:
    names = {each.name for each in dataclasses.fields(step.command)}
    known = {*step.draws, *step.draws_with.values(), *step.filled, *step.fixed, *step.sizes, *step.sizes.values()}
    assert {name for name in known if "." not in name} <= names
    assert step.runner is None or step.runner in names


ACTING = {"person", "technician", "author", "reviewer", "recorded_by", "participant"}
"""Members that name somebody of the vendor who acts."""
TOLD_OF = {
    ("person bind", "person"): "whom somebody else binds",
    ("person end", "person"): "who left",
    ("work assign", "technician"): "who is to do it",
    ("work release", "technician"): "who is to do it no more",
    ("gateway login", "technician"): "whom a gateway saw",
    ("gateway login-failed", "technician"): "whom a gateway saw",
    ("session told", "technician"): "whom a gateway saw",
    ("session let-in", "participant"): "the customer's person, who has no account here",
    ("session let-out", "participant"): "who was seen leaving",
    ("data acquired", "technician"): "who was found to have done it",
    ("data used", "person"): "who was found to have done it",
}


def test_r_34_no_option_names_who_acts() -> None:
    told = {(step.name, member.name) for step in STEPS for member in members_of(step) if member.name in ACTING}
    drawn = {(step.name, name) for step in STEPS for name in step.draws}
    assert told - drawn == TOLD_OF.keys()


def enumerations(kind: Any) -> Iterator[type[StrEnum]]:
    """Give the enumerations of which a command's members are."""
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        yield kind
    elif isinstance(kind, type) and dataclasses.is_dataclass(kind):
        for hint in get_type_hints(kind).values():
            yield from enumerations(hint)
    for each in get_args(kind):
        yield from enumerations(each)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_code_is_told_in_both_languages(step: Step) -> None:
    for value in (each for kind in enumerations(step.command) for each in kind):
        assert texts.has_text(choice_name(value)), value
        assert texts.text("ja", choice_name(value)) != texts.text("en", choice_name(value))


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_step_and_every_option_is_told_in_both_languages(step: Step) -> None:
    names = [f"help_{step.name.replace(' ', '_').replace('-', '_')}", f"help_{step.name.split()[0]}"]
    names += [member.explained for member in members_of(step)]
    names += [f"step_id_{name.rpartition('.')[2]}" for name in step.draws]
    for name in names:
        assert texts.has_text(name), name
        assert texts.text("ja", name) != texts.text("en", name)


@pytest.fixture
def agreed(shoseki: "type[Shell]", log: dict[str, str]) -> dict[str, str]:
    """Give the ids of a customer, its signatory, and the presentation of the terms to it."""
    customer = shoseki.does("customer", "add", "見本株式会社")["id"]
    contact = shoseki.does(
        "contact", "register", "--customer", customer, "--name", "見本 太郎", "--roles", "consent_signatory"
    )
    presented = shoseki.does(
        *("consent", "present", "--customer", customer, "--terms", log["terms"], "--cause", "initial"),
        *("--channel", "mail", "--text-file", log["text"]),
    )
    shown = shoseki.does("show", str(presented["facts"][-1]["position"]), "--purpose", "proper_use_check")
    assert shown["payload"]["data"]["text"] == TERMS
    return {
        "customer": customer,
        "contact": contact["ids"]["contact"],
        "terms": log["terms"],
        "consent": presented["ids"]["consent"],
        "at": shown["at"],
    }


def test_a_step_under_one_key_is_done_once(shoseki: "type[Shell]", agreed: dict[str, str]) -> None:
    step = [
        *("consent", "express", "--customer", agreed["customer"], "--consent", agreed["consent"]),
        *("--signatory", agreed["contact"], "--form", "portal", "--received-at", agreed["at"], "--once", agreed["at"]),
    ]
    done = shoseki.does(*step)
    assert [each["type"] for each in done["facts"]] == ["consent.expressed.v1"]
    again = shoseki.does(*step)
    assert (again["already"], again["facts"]) == (True, done["facts"])


def test_a_refusal_names_the_rule_and_the_entries_in_the_language_of_the_run(
    shoseki: "type[Shell]", agreed: dict[str, str]
) -> None:
    step = [
        *("consent", "present", "--customer", agreed["customer"], "--terms", agreed["terms"]),
        *("--cause", "initial", "--channel", "mail"),
    ]
    english = shoseki.answers(*step, "--lang", "en").check_refused()
    assert "R-33: " in english
    assert "decided on entries " in english
    japanese = shoseki.answers(*step, "--lang", "ja").check_refused()
    assert "R-33: " in japanese
    assert "根拠: 記録" in japanese


def test_what_is_missing_or_cannot_be_read_is_one_sentence(shoseki: "type[Shell]", agreed: dict[str, str]) -> None:
    step = ["consent", "object", "--customer", agreed["customer"], "--consent", agreed["consent"]]
    missing = shoseki.answers(*step, "--words", "いいえ").check_refused()
    assert "--received-at, --form" in missing
    no_time = shoseki.answers(*step, "--form", "mail", "--words", "いいえ", "--received-at", "昨日").check_refused()
    assert "2026-11-24T10:00" in no_time
    no_date = shoseki.answers("terms", "publish", "--version", "9", "--dated", "9", "--file", ROOT).check_refused()
    assert "--dated" in no_date
    no_file = shoseki.answers(
        "terms", "publish", "--version", "9", "--dated", "2026-11-22", "--file", "/nonexistent"
    ).check_refused()
    assert "/nonexistent" in no_file


def test_the_run_of_the_clock_writes_what_is_due_once_and_that_it_ran(
    shoseki: "type[Shell]", agreed: dict[str, str]
) -> None:
    contract = [
        *("contract", "register", "--customer", agreed["customer"], "--reference", "C-1", "--clause", "3"),
        *("--remote", "periodic", "--starts-at", "2020-01-01", "--ends-at", "2021-01-01"),
    ]
    subject = shoseki.does(*contract)["ids"]["contract"]
    assert subject.startswith("contract_")
    first = shoseki.does("clock", "run")
    assert {"contract.ended.v1"} == {
        type_ for each in first["due"] if each["chain"] == agreed["customer"] for type_ in each["types"]
    }
    second = shoseki.does("clock", "run")
    assert second["due"] == []
    assert second["position"] > first["position"]
    size = shoseki.does("status")["entries"]
    assert shoseki.does("clock", "run", "--at", "2026-01-01T00:00")["written"] is False
    assert shoseki.does("status")["entries"] == size
    assert "after now" in shoseki.answers("clock", "run", "--at", "2999-01-01").check_refused()


def test_a_key_that_did_something_else_is_a_conflict_that_names_what_differs(
    shoseki: "type[Shell]", agreed: dict[str, str], log: dict[str, str], tmp_path: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("別の条件書\n", encoding="utf-8")
    publish = ["terms", "publish", "--version", "1.0", "--dated", "2021-05-10", "--once", "publish 1.0"]
    assert shoseki.does(*publish, "--file", log["text"])["already"] is True
    conflict = shoseki.answers(*publish, "--file", other, "--lang", "en").check_refused()
    assert "differing in --file:" in conflict
    assert "--dated" not in conflict
    japanese = shoseki.answers(*publish[:-2], "--once", "publish 1.0", "--file", other, "--lang", "ja")
    assert "相違: --file" in japanese.check_refused()
    contract = [
        *("contract", "register", "--customer", agreed["customer"], "--reference", "C-9", "--clause", "3"),
        *("--remote", "possible", "--starts-at", "2020-01-01", "--once", "contract 9"),
    ]
    registered = shoseki.does(*contract, "--document-file", log["text"])
    again = shoseki.does(*contract, "--document-file", log["text"])
    assert (again["already"], again["ids"]) == (True, registered["ids"])
    assert "--document-file" in shoseki.answers(*contract, "--document-file", other).check_refused()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_word_of_a_page_of_help_is_cut_off_or_too_wide(
    language: texts.Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for step in STEPS:
        shown = here(*step.name.split(), "--help", "--lang", language).out
        assert all(cell_len(line) <= 80 for line in shown.splitlines()), shown
        told = "".join(shown.split())
        assert all("".join(texts.text(language, each.explained).split()) in told for each in members_of(step))


def test_a_group_without_a_command_says_which_there_are() -> None:
    answer = here("hold")
    assert answer.status == 2
    assert "propose-release" in answer.out
    assert answer.err == ""
