"""Steps at a real terminal: what is missing is asked for in words; without one it is refused, and never waits."""

import pwd
import re
import subprocess
from functools import partial

import pytest
from command_line import PROGRAM, ROOT, environment, recorded
from office import TERMS, Office, founded
from rich.cells import cell_len
from terminal import Seen, at_terminal

from ledger.store.embedded import Urls

NO_SET = f"dataset_{'0' * 32}"


@pytest.fixture(scope="module")
def office(postgres: Urls, tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = founded(tmp_path_factory.mktemp("prompts"), postgres)
    office.file("terms.txt", TERMS)
    office.ids["customer"] = office.answers("manager", "customer", "add", "見本商事", "--json").json["id"]
    return office


def environment_of(office: Office) -> dict[str, str]:
    return environment(**office.settings, SUDO_UID=str(pwd.getpwnam(office.users["manager"]).pw_uid))


def typed(office: Office, *arguments: str, answers: list[str], language: str = "en") -> Seen:
    seen = at_terminal(*arguments, "--lang", language, answers=answers, env=environment_of(office))
    assert all(cell_len(line) <= 80 for line in seen.lines), seen.screen
    return seen


@pytest.mark.parametrize(
    ("language", "question", "choice", "wrong", "recorded"),
    [
        ("en", "Why", "  2  dispute", "--why is one of legal, dispute, incident.", "Hold ordered."),
        ("ja", "理由", "  2  紛争", "--why は legal, dispute, incident のいずれかです。", "保全指示。"),
    ],
)
def test_a_choice_is_asked_for_in_words_and_given_by_number_or_code(
    office: Office, language: str, question: str, choice: str, wrong: str, recorded: str
) -> None:
    step = ["hold", "order", "--customer", office.ids["customer"], "--words", "損害の主張"]
    by_number = typed(office, *step, answers=["4", "2"], language=language)
    assert by_number.status == 0
    assert question in by_number.lines
    assert choice in by_number.lines
    assert wrong in by_number.lines
    assert any(line.endswith(recorded) for line in by_number.lines)
    assert typed(office, *step, answers=["dispute"], language=language).status == 0


@pytest.mark.parametrize(
    ("language", "wrong", "yes"),
    [("en", "Answer y or n.", "YES"), ("ja", "y または n でお答えください。", "はい")],
)
def test_yes_or_no_is_asked_for_until_it_is_one(office: Office, language: str, wrong: str, yes: str) -> None:
    step = ["data", "review-set", "--dataset", NO_SET, "--words", "x"]
    seen = typed(office, *step, answers=["perhaps", yes], language=language)
    assert wrong in seen.lines
    assert (seen.status, "R-31" in seen.screen) == (2, True)


@pytest.mark.parametrize(
    ("language", "wrong"),
    [
        ("en", "--amount is a whole number, not 'much'."),
        ("ja", "--amount は整数で指定してください（'much'）。"),
    ],
)
def test_a_number_is_asked_for_until_it_is_one(office: Office, language: str, wrong: str) -> None:
    step = ["request", "quote", "--customer", office.ids["customer"], "--request", f"request_{'0' * 32}"]
    seen = typed(office, *step, answers=["much", "30000"], language=language)
    assert wrong in seen.lines
    assert (seen.status, "R-28" in seen.screen) == (2, True)


@pytest.mark.parametrize(
    ("language", "no_day", "no_file"),
    [
        ("en", "--dated is not a date: '昨日'; write it as 2026-11-24.", "/nonexistent"),
        (
            "ja",
            "--dated の日付 '昨日' を読めません。2026-11-24 のように指定してください。",
            "/nonexistent は使えません",
        ),
    ],
)
def test_days_and_files_are_asked_for_until_they_can_be_read(
    office: Office, language: str, no_day: str, no_file: str
) -> None:
    label = f"1.0-{language}"
    text = office.file(f"{label}.txt", TERMS + label)
    answers = [label, "昨日", "2021-05-10", "/nonexistent", str(text)]
    seen = typed(office, "terms", "publish", answers=answers, language=language)
    assert no_day in seen.lines
    assert no_file in seen.screen
    assert "2026-11-24" in seen.screen
    assert seen.status == (0 if language == "en" else 2)  # a second version is judged first: R-33
    assert ("R-33" in seen.screen) is (language == "ja")


def test_times_and_several_values_are_asked_for(office: Office) -> None:
    step = ["contract", "register", "--customer", office.ids["customer"], "--reference", "C", "--clause", "3"]
    seen = typed(office, *step, answers=["2", "soon", "2026-04-01T09:00"])
    assert "--starts-at is not a time: 'soon'; write it as" in " ".join(seen.lines)
    assert seen.status == 0
    contact = ["contact", "register", "--customer", office.ids["customer"], "--name", "見本 太郎"]
    several = typed(office, *contact, answers=["1, 7", "1, 2,6"])
    assert several.status == 0
    position = re.search(r"Recorded at position (\d+)", several.screen)
    assert position
    shown = office.answers("manager", "show", position[1], "--purpose", "proper_use_check", "--json").json
    assert shown["payload"]["data"]["roles"] == ["consent_signatory", "work_contact", "credential_owner"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_who_ends_the_input_stops_the_step_and_nothing_is_recorded(office: Office, language: str) -> None:
    before = recorded(partial(office.answers, "manager"))
    seen = typed(
        office, "hold", "order", "--customer", office.ids["customer"], answers=["2", "\x04"], language=language
    )
    assert seen.status == 2
    assert {"en": "shoseki: Stopped.", "ja": "中断"}[language] in seen.screen
    assert recorded(partial(office.answers, "manager")) == before


def test_who_is_nobody_is_told_before_anything_is_asked(office: Office) -> None:
    env = {name: value for name, value in environment_of(office).items() if name != "SUDO_UID"}
    seen = at_terminal("hold", "order", "--customer", office.ids["customer"], answers=[], env=env)
    assert seen.status == 2
    assert "shared account" in seen.screen
    assert "> " not in seen.screen


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("given", [subprocess.DEVNULL, subprocess.PIPE], ids=["nothing", "pipe"])
def test_without_a_terminal_what_is_missing_is_one_sentence(office: Office, language: str, given: int) -> None:
    command = [*PROGRAM, "hold", "order", "--customer", office.ids["customer"], "--lang", language]
    with subprocess.Popen(
        command, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment_of(office), cwd=ROOT
    ) as process:
        out, err = process.communicate(timeout=120)  # the pipe stays open, and nothing comes
    assert (process.returncode, out) == (2, b"")
    sentence = err.decode()
    assert sentence.count("\n") == 1
    assert "--why, --words" in sentence


def test_a_secret_is_typed_unseen_and_twice(office: Office) -> None:
    step = [
        *("credential", "provide", "--customer", office.ids["customer"], "--work-order", f"work_order_{'0' * 32}"),
        *("--origin", "customer", "--targets", "db01", "--account", "x", "--channel", "portal"),
        *("--received-at", "2026-11-01T10:00"),
    ]
    seen = at_terminal(*step, "--lang", "ja", answers=["hi-mi-tsu"] * 2, env=environment_of(office), prompt=": ")
    assert "秘密" in seen.screen
    assert "hi-mi-tsu" not in seen.screen
    assert seen.status == 2  # there is no such work order
    assert "R-09" in seen.screen
