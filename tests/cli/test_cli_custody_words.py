"""A secret that is typed where words are asked for: refused by the member's name, and repeated nowhere."""

import json
import sys
import traceback
from datetime import UTC, datetime, timedelta
from io import BytesIO, TextIOWrapper

import pytest
from command_line import here
from office import Office, founded
from working_day import agree

from ledger.domain.decision import Refusal
from ledger.store.embedded import Urls

SECRET = "Tr0ub4dor&3-従つた"
TARGET = "db01"


def a_moment_ago() -> str:
    return (datetime.now(UTC) - timedelta(seconds=1)).isoformat()


@pytest.fixture(scope="module")
def office(postgres: Urls, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Give an office that has taken a customer's secret in."""
    office = founded(tmp_path_factory.mktemp("custody_words"), postgres)
    agree(office)
    contact = office.ids["contact"]
    office.of(
        *("manager", "work request", "--basis", "contract", "--title", "調査", "--purpose", "原因の調査"),
        *("--targets", TARGET, "--requested-by", contact, "--requested-at", a_moment_ago()),
    )
    office.on("manager", "work accept")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(f"{SECRET}\n".encode())))
        office.on(
            *("manager", "credential provide", "--origin", "customer", "--targets", TARGET, "--account", "maint"),
            *("--channel", "portal", "--received-at", a_moment_ago(), "--provider", contact),
        )
    return office


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize(
    ("step", "member", "options"),
    [
        ("credential reject", "words", ("--why", "not_working", "--words", f"pw {SECRET} は使えません")),
        ("work block", "words", ("--obstacle", "information", "--words", SECRET)),
        ("permission request", "targets", ("--protocols", "ssh", "--targets", f" {SECRET} ")),
    ],
)
def test_r_09_a_secret_among_words_is_refused_and_not_repeated(
    office: Office, step: str, member: str, options: tuple[str, ...], language: str, *, as_json: bool
) -> None:
    named = [*("--customer", office.ids["customer"]), *office.gives("work_order")]
    named += office.gives("credential") if step.startswith("credential") else []
    how = ["--json"] if as_json else []
    answer = office.answers("manager", *step.split(), *named, *options, "--lang", language, *how)
    assert answer.status == 2
    shown = answer.out + answer.err
    assert "R-09: " in shown.replace("\n", "")
    assert f" {member} " in shown.replace("\n", " ")
    assert not any(part in shown for part in (SECRET, SECRET[:9], SECRET[-3:]))
    if as_json:
        told = json.loads(answer.out)
        assert told["rule"] == "R-09"
        assert "hints" not in told, "a hint repeats what was told"


def test_r_09_whoever_looks_for_the_cause_does_not_see_the_secret(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["--customer", office.ids["customer"], *office.gives("work_order", "credential")]
    before = office.does("custodian", "status")["entries"]
    with office.at_work("manager"):
        monkeypatch.setenv("SHOSEKI_DEBUG", "1")
        with pytest.raises(Refusal, match="R-09") as raised:
            here("credential", "reject", *options, "--why", "exposed", "--words", SECRET)
    assert SECRET not in "".join(traceback.format_exception(raised.value))
    assert office.does("custodian", "status")["entries"] == before + 1, "who asked is on record"


def test_r_09_no_customer_is_named_by_a_secret(office: Office) -> None:
    answer = office.answers("manager", "customer", "add", SECRET, "--lang", "en")
    assert " name " in answer.check_refused()
    assert SECRET not in answer.err + office.answers("manager", "customer", "list", "--json").out
