"""A time that was agreed on by telephone at night and is typed in the morning, at the command line."""

import pytest
from command_line import Answer
from office import Office
from working_day import TARGET


@pytest.fixture
def order(lived: Office) -> list[str]:
    """Give an order whose work was begun and done at night, with nothing told before, as options."""
    requested = lived.answers(
        *("manager", "work", "request", "--customer", lived.ids["customer"], "--basis", "contract"),
        *("--title", "緊急対応", "--purpose", "復旧", "--targets", TARGET, "--requested-by", lived.ids["contact"]),
        *("--requested-at", lived.ago(hours=5), "--json"),
    )
    assert requested.status == 0, requested
    work_order = ["--customer", lived.ids["customer"], "--work-order", requested.json["ids"]["work_order"]]
    assert lived.answers("manager", "work", "accept", *work_order).status == 0
    assert lived.answers("technician", "work", "start", *work_order, "--started-at", lived.ago(hours=3)).status == 1
    done = lived.answers("technician", "work", "complete", *work_order, "--completed-at", lived.ago(hours=2, minutes=5))
    assert done.status == 0
    return work_order


def test_r_21_what_was_agreed_on_by_telephone_is_told_after_the_work(lived: Office, order: list[str]) -> None:
    window = ["--starts-at", lived.ago(hours=3, minutes=5), "--planned-end", lived.ago(hours=2)]
    propose = ["work", "propose", *order, "--by", "vendor", *window]

    def refused(*arguments: str, english: str, japanese: str) -> None:
        assert lived.answers("manager", *arguments, "--lang", "en").check_refused().startswith(f"shoseki: {english}")
        assert japanese in lived.answers("manager", *arguments, "--lang", "ja").check_refused()

    def told(*arguments: str) -> Answer:
        answer = lived.answers("manager", *arguments, "--json")
        assert answer.status in {0, 1}, answer
        return answer

    refused(*propose, english="R-21: The planned end", japanese="その日時（--proposed-at）を指定してください")
    proposed = told(*propose, "--proposed-at", lived.ago(hours=3, minutes=20))
    agree = ["work", "agree", *order, "--by", "customer", "--contact", lived.ids["contact"]]
    agree += ["--proposal", proposed.json["ids"]["proposal"]]
    refused(*agree, english="R-21: The planned end", japanese="その日時（--agreed-at）を指定してください")
    agreed = told(*agree, "--agreed-at", lived.ago(hours=3, minutes=15))
    assert [each["type"] for each in agreed.json["facts"]] == [
        "schedule.agreed.v1",
        "finding.recorded.v1",
        "finding.recorded.v1",
    ]
    assert agreed.status == 1
