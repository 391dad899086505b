"""What there is can be listed, so that nobody has to look for an id: states as the log says them, nothing appended."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from command_line import Answer, environment, recorded
from office import Office, founded
from rich.cells import cell_len
from terminal import at_terminal

from ledger.store.embedded import Urls
from scripts import screen
from scripts.cli import STEP_GROUPS
from scripts.commands.listing import GROUPS

OF_ALL = {"terms", "person", "origin"}
LIVED = {
    "consent": ("consent", "effective"),
    "contract": ("contract", "live"),
    "contact": ("contact", "registered"),
    "work": ("work_order", "completed"),
    "permission": ("permission", "granted"),
    "credential": ("credential", "held"),
    "session": ("session", "ended"),
    "gateway": ("login", "out"),
    "recording": ("recording", "finalized"),
    "data": ("use", "used"),
    "hold": ("hold", "released"),
    "request": ("request", "acknowledged"),
    "terms": ("terms", "published"),
    "person": ("technician", "bound"),
    "origin": ("origin", "ended"),
}
"""What the story of one work order leaves: by which name its id is known, and how far it has come."""


def rows(office: Office, group: str, customer: str | None = None) -> list[dict[str, Any]]:
    of = [] if group in OF_ALL else ["--customer", customer or office.ids["customer"]]
    answer = office.answers("technician", group, "list", *of, "--json")
    assert answer.status == 0, answer
    return answer.json_lines


def log_of(office: Office) -> Callable[..., Answer]:
    return lambda *arguments: office.answers("technician", *arguments)


def test_every_group_that_has_subjects_can_list_them() -> None:
    assert LIVED.keys() == GROUPS
    assert set(STEP_GROUPS) - GROUPS == {"settings"}


@pytest.mark.parametrize("group", LIVED)
def test_what_was_made_is_listed_with_its_state_and_its_first_entry(lived: Office, group: str) -> None:
    name, state = LIVED[group]
    before = recorded(log_of(lived))
    (row,) = [each for each in rows(lived, group) if each["id"] == lived.ids[name]]
    assert row["state"] == state
    assert recorded(log_of(lived)) == before
    entries = {each["position"]: each for each in lived.answers(None, "log", "--json").json_lines}
    assert row["position"] in entries
    if not row["id"].startswith(("contact_", "person_")):  # what names a person is blinded
        named = [place for place, each in entries.items() if any(row["id"] in tag for tag in each["tags"])]
        assert row["position"] == min(named)


def test_what_belongs_together_is_named(lived: Office) -> None:
    ids = {group: {each["id"]: each["ids"] for each in rows(lived, group)} for group in GROUPS}
    order = lived.ids["work_order"]
    assert ids["permission"][lived.ids["permission"]] == {"work_order": [order]}
    assert ids["credential"][lived.ids["credential"]] == {"work_order": [order]}
    assert ids["session"][lived.ids["session"]]["work_order"] == [order]
    assert ids["session"][lived.ids["session"]]["recording"] == [lived.ids["recording"]]
    assert ids["work"][order]["person"] == [lived.ids["technician"]]
    assert ids["request"][lived.ids["request"]] == {"work_order": [order]}
    assert ids["gateway"][lived.ids["login"]] == {"person": [lived.ids["technician"]]}
    assert ids["recording"][lived.ids["recording"]] == {"session": [lived.ids["session"]]}
    assert ids["data"][lived.ids["item"]]["work_order"] == [order]
    assert lived.ids["session"] in ids["data"][lived.ids["use"]]["session"]
    (consent,) = rows(lived, "consent")
    assert consent["notes"] == ["in_force"]


def test_r_36_nothing_of_another_customer_is_listed(lived: Office) -> None:
    other = lived.answers("manager", "customer", "add", "別のお客様", "--json").json["id"]
    for group in GROUPS - OF_ALL:
        assert rows(lived, group, other) == []
    told = lived.answers("manager", "work", "list", "--customer", other, "--lang", "ja")
    assert told.out == "該当するものはありません。\n"
    assert "cus_unknown" in lived.answers("manager", "work", "list", "--customer", "cus_unknown").check_refused()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_ids_stand_whole_on_a_terminal(lived: Office, language: str) -> None:
    for group in ("work", "session", "contact"):
        arguments = [group, "list", "--customer", lived.ids["customer"], "--lang", language]
        seen = at_terminal(*arguments, answers=[], env=environment(**lived.settings), columns=80)
        assert seen.status == 0
        assert all(cell_len(line) <= 80 for line in seen.lines), seen.screen
        words = {word for line in seen.lines for word in line.split()}
        for row in rows(lived, group):
            assert {row["id"], *(each for ids in row["ids"].values() for each in ids)} <= words
        assert "(JST)" in seen.screen


@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_list_is_wider_than_a_terminal_of_80_columns(
    lived: Office, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr(screen, "watched", lambda *, error=False: not error)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    for group in sorted(GROUPS):
        of = [] if group in OF_ALL else ["--customer", lived.ids["customer"]]
        told = lived.answers("technician", group, "list", *of, "--lang", language).out
        lines = re.sub("\x1b\\[[0-9;]*m", "", told).splitlines()
        assert all(cell_len(line) <= 80 for line in lines), told
        assert len(lines) > 2, "something is listed"


@pytest.mark.parametrize("columns", [120, 80, 50, 20])
def test_no_cell_is_cut_however_narrow_the_screen(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setattr(screen, "watched", lambda *, error=False: not error)
    monkeypatch.setenv("COLUMNS", str(columns))
    id_ = f"work_order_{'0123456789abcdef' * 2}"
    shown = screen.table(("id", "state", "begun"), [(id_, "進行中", "2026-11-20 10:00")], whole=(0,))
    lines = [line.removesuffix("\n") for line in shown.splitlines()[2:]]
    assert all(cell_len(line) <= columns for line in lines)
    told = "".join("".join(line.split()) for line in lines)
    if columns >= 80:
        assert id_ in lines[0].split()
    assert sorted(told) == sorted(f"{id_}進行中2026-11-2010:00")


@pytest.fixture(scope="module")
def behind(postgres: Urls, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Give an office of more than a year ago, with an order that was cancelled when a permission had been asked for."""
    office = founded(tmp_path_factory.mktemp("lists"), postgres, behind=timedelta(days=400))
    office.ids["customer"] = office.answers("manager", "customer", "add", "見本商事", "--json").json["id"]
    office.of("manager", "contact register", "--name", "見本 太郎", "--roles", "work_contact")
    office.of(
        *("manager", "contract register", "--reference", "C-2026", "--clause", "第 3 条", "--remote", "possible"),
        *("--starts-at", office.ago(days=200)),
    )
    office.of(
        *("manager", "work request", "--basis", "contract", "--title", "点検", "--purpose", "点検"),
        *("--targets", "ap01", "--requested-by", office.ids["contact"], "--requested-at", office.now()),
    )
    office.on("manager", "permission request", "--targets", "ap01", "--protocols", "ssh")
    office.on("manager", "work cancel", "--by", "customer", *("--contact", office.ids["contact"]), "--reason", "不要に")
    return office


def test_what_is_due_and_not_written_is_said_and_what_was_erased_is_told_as_that(behind: Office) -> None:
    (asked,) = rows(behind, "permission")
    assert (asked["state"], asked["due"]) == ("requested", False)
    (order,) = rows(behind, "work")
    assert (order["state"], order["due"]) == ("cancelled", True), "the term of its trail begins"
    behind.does("custodian", "clock run")
    assert [each["due"] for each in rows(behind, "work")] == [False]
    entries = behind.answers("manager", "log", "--customer", behind.ids["customer"], "--json").json_lines
    keys = sorted({each["key"] for each in entries if (each["key"] or "").startswith("trail:")})  # midnight may pass
    behind.clock.let_pass()
    (late,) = rows(behind, "permission")
    assert (late["state"], late["due"]) == ("requested", True)
    of = ("permission", "list", "--customer", behind.ids["customer"])
    assert "'shoseki clock run'" in behind.answers("manager", *of).out
    assert "shoseki clock run で" in behind.answers("manager", *of, "--lang", "ja").out
    behind.does("custodian", "clock run")
    (lapsed,) = rows(behind, "permission")
    assert (lapsed["state"], lapsed["due"]) == ("lapsed", False)
    for key in keys:
        behind.of("custodian", "retention destroy", "--key", key)
    for group, name in (("permission", "permission"), ("work", "work_order")):
        (gone,) = rows(behind, group)
        assert (gone["id"], gone["state"], gone["due"]) == (behind.ids[name], "erased", False)
    assert "消去済み" in behind.answers("manager", *of, "--lang", "ja").out


def test_beginnings_are_found_page_by_page(lived: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rows(lived, "work")
    monkeypatch.setattr("ledger.store.reader.PAGE", 1)
    assert rows(lived, "work") == whole
