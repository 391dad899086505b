"""A time that was agreed on by telephone at night and is typed in the morning, at the command line."""

from pathlib import Path

import pytest
from command_line import Answer
from office import Office, founded
from working_day import AHEAD, TARGET, agree, plan, wait

from ledger.store.embedded import Urls


@pytest.fixture
def agreed(postgres: Urls, tmp_path: Path) -> Office:
    """Give an office of its own: what is told here is a violation, and stays in the log."""
    office = founded(tmp_path / "office", postgres, behind=AHEAD)
    for part in (agree, plan, wait):
        part(office)
    return office


@pytest.fixture
def order(agreed: Office) -> list[str]:
    """Give an order whose work was begun and done at night, with nothing told before, as options."""
    requested = agreed.answers(
        *("manager", "work", "request", "--customer", agreed.ids["customer"], "--basis", "contract"),
        *("--title", "緊急対応", "--purpose", "復旧", "--targets", TARGET, "--requested-by", agreed.ids["contact"]),
        *("--requested-at", agreed.ago(hours=5), "--json"),
    )
    assert requested.status == 0, requested
    work_order = ["--customer", agreed.ids["customer"], "--work-order", requested.json["ids"]["work_order"]]
    assert agreed.answers("manager", "work", "accept", *work_order).status == 0
    assert agreed.answers("technician", "work", "start", *work_order, "--started-at", agreed.ago(hours=3)).status == 1
    done = agreed.answers(
        "technician", "work", "complete", *work_order, "--completed-at", agreed.ago(hours=2, minutes=5)
    )
    assert done.status == 0
    return work_order


def test_r_21_what_was_agreed_on_by_telephone_is_told_after_the_work(agreed: Office, order: list[str]) -> None:
    window = ["--starts-at", agreed.ago(hours=3, minutes=5), "--planned-end", agreed.ago(hours=2)]
    propose = ["work", "propose", *order, "--by", "vendor", *window]

    def refused(*arguments: str, english: str, japanese: str) -> None:
        assert agreed.answers("manager", *arguments, "--lang", "en").check_refused().startswith(f"shoseki: {english}")
        assert japanese in agreed.answers("manager", *arguments, "--lang", "ja").check_refused()

    def told(*arguments: str) -> Answer:
        answer = agreed.answers("manager", *arguments, "--json")
        assert answer.status in {0, 1}, answer
        return answer

    refused(*propose, english="R-21: The planned end", japanese="その日時（--proposed-at）を指定してください")
    proposed = told(*propose, "--proposed-at", agreed.ago(hours=3, minutes=20))
    telephoned = ["work", "agree", *order, "--by", "customer", "--contact", agreed.ids["contact"]]
    telephoned += ["--proposal", proposed.json["ids"]["proposal"]]
    refused(*telephoned, english="R-21: The planned end", japanese="その日時（--agreed-at）を指定してください")
    told_late = told(*telephoned, "--agreed-at", agreed.ago(hours=3, minutes=15))
    assert [each["type"] for each in told_late.json["facts"]] == [
        "schedule.agreed.v1",
        "finding.recorded.v1",
        "finding.recorded.v1",
    ]
    assert told_late.status == 1


def test_r_19_what_was_permitted_by_telephone_is_told_after_the_session_was_cut(
    agreed: Office, order: list[str]
) -> None:
    began = agreed.ago(hours=2, minutes=30)
    runs = agreed.answers(
        *("technician", "session", "told", *order, "--technician", agreed.ids["technician"], "--gateway", "gw01"),
        *("--targets", TARGET, "--started-at", began, "--json"),
    )
    assert runs.status == 1, runs
    session = ["--customer", agreed.ids["customer"], "--session", runs.json["ids"]["session"]]
    permits = ["session", "permit-gap", *session, "--contact", agreed.ids["contact"], "--words", "続けてください"]
    refused = agreed.answers("manager", *permits, "--lang", "ja").check_refused()
    assert refused.startswith("shoseki: R-04: このセッションは既に終わっています。")
    told = agreed.answers("manager", *permits, "--permitted-at", began, "--json")
    assert [each["type"] for each in told.json["facts"]] == [
        "session.recording_gap_permitted.v1",
        "finding.recorded.v1",
    ]
    assert told.status == 1
