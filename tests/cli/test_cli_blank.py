"""A blank text of the vendor's own is refused, what others said is kept however blank, and no option counts twice."""

from collections.abc import Callable
from typing import Any

import pytest
from command_line import Answer, recorded
from office import Office, ago, founded
from working_day import agree

from ledger.domain.completion_facts import Defect
from ledger.domain.work_facts import Side
from ledger.store.embedded import Urls
from scripts.commands.hints import check_words, hints_on_words, is_blank
from scripts.commands.step import By, Step, members_of
from scripts.commands.steps import STEPS
from scripts.console import Session
from scripts.refusals import CommandRefusedError

BLANK = ["", " ", "\u3000\t", "\u200b\n"]
OTHERS = {
    ("consent bounced", "reason"),
    ("consent question", "words"),
    ("consent object", "words"),
    ("consent withdraw", "words"),
    ("work confirm-check", "words"),
    ("work follow-up", "words"),
    ("permission deny", "words"),
    ("permission revoke", "words"),
    ("credential provide", "account"),
    ("session permit-gap", "words"),
    ("data access-own", "reason"),
    ("request receive", "words"),
}
"""What somebody else said, or has: blank it may be, and is recorded."""


@pytest.fixture(scope="module")
def office(postgres: Urls, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Give an office with a customer, before any work."""
    office = founded(tmp_path_factory.mktemp("blank"), postgres)
    agree(office)
    return office


def requested(office: Office, *more: str, status: int = 0) -> Any:
    return office.of(
        *("manager", "work request", "--basis", "contract", "--purpose", "原因の調査", *more),
        *("--requested-by", office.ids["contact"], "--requested-at", ago(days=1)),
        status=status,
    )


@pytest.mark.parametrize("text", ["", "　", "\u200b", "\r\n", "\u2028"])
def test_what_nobody_can_see_is_blank(text: str) -> None:
    assert is_blank(text)
    assert not is_blank(f"{text}証")
    assert not is_blank("\ue000"), "what a font of one's own may show"


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_blank_text_is_refused_by_its_option_unless_somebody_else_said_it(step: Step) -> None:
    session, members = Session(language="en"), members_of(step)
    assert set(step.heard) <= {each.name for each in members}
    for each in members:
        if not each.of_words:
            continue
        told = {(each.within, each.name): ("x", " ") if each.several else "\u3000"}
        if step.by is By.ANYBODY or (step.name, each.name) in OTHERS:
            check_words(session, step, members, told)
            assert hints_on_words(session, members, told) == [f"{each.flag} is blank."]
        else:
            with pytest.raises(CommandRefusedError, match=f"^{each.flag} is blank"):
                check_words(session, step, members, told)
            if any(member.kind is Side for member in members):
                check_words(session, step, members, {**told, ("", "by"): Side.CUSTOMER})


@pytest.mark.parametrize("words", BLANK)
def test_a_symptom_that_the_customer_did_not_name_is_kept_and_told_of(words: str) -> None:
    [step] = [each for each in STEPS if each.name == "work report-defect"]
    session, members = Session(language="en"), members_of(step)
    told = {("", "defects"): (Defect("ap01", "遅い"), Defect("db01", words))}
    check_words(session, step, members, told)
    assert hints_on_words(session, members, told) == ["--defects is blank."]
    assert hints_on_words(session, members, {("", "defects"): told["", "defects"][:1]}) == []


@pytest.mark.parametrize("blank", BLANK)
def test_nothing_is_recorded_for_a_blank_title(office: Office, blank: str) -> None:
    def log(*arguments: str) -> Answer:
        return office.answers("manager", *arguments)

    before = recorded(log)
    assert requested(office, "--targets", "db1", "--title", blank, status=2)["error"].startswith("--title is blank")
    path = office.file("blank.txt", blank)
    refused = log("work", "request", "--title-from", str(path), "--lang", "ja").check_refused()
    assert refused == "shoseki: --title が空白です。内容を指定してください。"
    hold = ("hold", "order", "--customer", office.ids["customer"], "--why", "dispute")
    assert "--words is blank" in log(*hold, "--words", blank).check_refused()
    assert "--reason is blank" in log("show", str(office.acted["manager"][-1]), "--reason", blank).check_refused()
    assert recorded(log) == before


def test_what_the_customer_said_is_kept_however_blank_with_a_hint(office: Office) -> None:
    requested(office, "--targets", "db1", "--title", "調査")
    received = office.of(
        *("manager", "request receive", "--applicant", office.ids["contact"], "--provision", "plain", "--words", ""),
        *("--work-orders", office.ids["work_order"], "--form", "signed_pdf"),
        *("--document-file", office.place / "terms.txt", "--received-at", office.now()),
    )
    assert received["hints"] == ["--words is blank."]
    off = ("--reason", " ", "--contact", office.ids["contact"])
    assert "--reason is blank" in office.on("manager", "work cancel", "--by", "vendor", *off, status=2)["error"]
    cancelled = office.on("manager", "work cancel", "--by", "customer", *off)
    assert cancelled["hints"] == ["--reason is blank."]
    assert [each["type"] for each in cancelled["facts"]] == ["work.cancelled.v1"]


def test_a_target_with_a_sign_unseen_is_recorded_as_it_is_with_a_hint(office: Office) -> None:
    for target in ("ap\n01", "ap\u200b01"):
        (hint,) = requested(office, "--targets", target, "--title", "調査")["hints"]
        assert "not seen" in hint
    assert requested(office, "--targets", "ap01", "--title", "調査")["hints"] == []


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["work", "request", "--title", "a", "--title", "b"], "--title"),
        (["log", "--start", "1", "--start", "2"], "--start"),
        (["show", "1", "--reason=a", "--reason", "a"], "--reason"),
        (["--dir", "a", "--dir", "b", "log"], "--dir"),
    ],
)
def test_an_option_of_one_value_is_given_once(
    shoseki: Callable[..., Answer], arguments: list[str], option: str
) -> None:
    english = shoseki("--lang", "en", *arguments).check_refused()
    assert english.startswith(f"shoseki: Option {option} is given more than once; it takes one value (try 'shoseki")
    japanese = shoseki("--lang", "ja", *arguments).check_refused()
    assert japanese.startswith(f"shoseki: オプション {option} が二回以上指定されています。")


def test_options_that_may_be_repeated_and_switches_are(office: Office, shoseki: Callable[..., Answer]) -> None:
    targets = ("--targets", "db1", "--targets", "db2")
    assert requested(office, *targets, "--title", "調査")["status"] == 0
    assert shoseki("customer", "list", "--json", "--json").status == 0
