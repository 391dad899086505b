"""What is typed is kept byte for byte: long texts come from files, and odd targets are told and never refused."""

import json
import sys
from io import BytesIO, TextIOWrapper
from typing import Any, get_args

import pytest
from office import Office, ago, founded
from working_day import agree

from ledger.store.embedded import Urls
from scripts.commands.step import members_of
from scripts.commands.steps import STEPS
from scripts.texts import Language, text


@pytest.fixture(scope="module")
def office(postgres: Urls, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Give an office with a customer, before any work."""
    office = founded(tmp_path_factory.mktemp("as_given"), postgres)
    agree(office)
    return office


def request(office: Office, *targets: str, status: int = 0, more: tuple[str, ...] = ("--title", "調査")) -> Any:
    named = [each for target in targets for each in ("--targets", target)]
    return office.of(
        *("manager", "work request", "--basis", "contract", "--purpose", "原因の調査", *named, *more),
        *("--requested-by", office.ids["contact"], "--requested-at", ago(days=1)),
        status=status,
    )


def told(office: Office, done: Any) -> Any:
    position = done["facts"][-1]["position"]
    return office.does("custodian", "show", str(position), "--purpose", "contract_performance")["payload"]["data"]


def test_a_target_with_blanks_is_recorded_as_it_is_with_a_hint(office: Office) -> None:
    done = request(office, "db9 ", " db8", "db7")
    assert len(done["hints"]) == 2
    assert all(any(f"'{each}'" in hint for hint in done["hints"]) for each in ("db9 ", " db8"))
    assert told(office, done)["targets"] == ["db9 ", " db8", "db7"]
    assert done["status"] == 0
    blank = request(office, " ", status=2)
    assert (blank["rule"], len(blank["hints"])) == ("R-04", 1)


def test_a_target_that_only_looks_like_a_known_one_is_told(office: Office) -> None:
    assert request(office, "DB9")["hints"] == []
    office.on("manager", "work accept")
    alike = office.on("manager", "permission request", "--targets", "DB9", "--protocols", "ssh")
    assert alike["hints"] == []
    options = [*("--customer", office.ids["customer"]), *office.gives("work_order"), "--protocols", "ssh"]
    for target in ("ＤＢ９", "DB9 "):
        step = ["permission", "request", *options, "--targets", target]
        told_in_json = json.loads(office.answers("manager", *step, "--json").out)
        assert told_in_json["rule"] == "R-04"
        assert len(told_in_json["hints"]) == (2 if target.endswith(" ") else 1)
        warned = office.answers("manager", *step, "--lang", "ja").err
        assert f"対象「{target}」は既にある「DB9」に似て" in warned.replace("\n", "")


@pytest.mark.parametrize("by_input", [False, True])
def test_a_long_free_text_is_given_by_file_or_standard_input(
    office: Office, monkeypatch: pytest.MonkeyPatch, *, by_input: bool
) -> None:
    words = "@調査の経緯 \u3000e\u0301\r\n" * 30_000 + "\n"
    assert len(words.encode()) > 128 << 10, "longer than the system lets one argument be"
    path = office.place / "words.txt"
    path.write_bytes(words.encode())
    if by_input:
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(words.encode())))
    done = request(office, "db1", more=("--title-from", "-" if by_input else str(path)))
    assert told(office, done)["title"] == words


def test_a_text_that_begins_like_a_file_is_text(office: Office) -> None:
    done = request(office, "db1", more=("--title", "@/etc/hostname"))
    assert told(office, done)["title"] == "@/etc/hostname"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--title", "a", "--title-from", "b"), "--title is told twice"),
        (("--title-from", "/nonexistent"), "/nonexistent"),
        ((), "--title"),
    ],
)
def test_a_text_is_told_once_and_can_be_read(office: Office, options: tuple[str, ...], said: str) -> None:
    assert said in request(office, "db1", more=options, status=2)["error"]


def test_two_texts_do_not_come_by_one_input(office: Office) -> None:
    done = office.of("manager", "work request", "--title-from", "-", "--purpose-from", "-", status=2)
    assert "--title, --purpose" in done["error"]


def test_what_is_no_text_is_refused(office: Office) -> None:
    path = office.place / "no.txt"
    path.write_bytes(b"\xff")
    assert "no.txt is not UTF-8" in request(office, "db1", more=("--title-from", str(path)), status=2)["error"]


def test_an_option_is_explained_by_what_it_is_of_its_step() -> None:
    explained = {(step.name, each.option): each.explained for step in STEPS for each in members_of(step)}
    assert text("en", explained["credential provide", "origin"]) == "Where the credential comes from."
    assert text("en", explained["origin end", "origin"]) == "Id of the excluded origin."
    for language in get_args(Language):
        assert text(language, explained["session file", "name"]) != text(
            language, explained["contact register", "name"]
        )
