"""Imports at the command line tell of each login that no recorded session accounts for (R-18)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_line import CAPTURED, Answer, here

from ledger.store.embedded import Urls


@pytest.fixture(scope="module")
def customer(postgres: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give a customer of a log in which one technician is registered."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOSEKI_DIR", str(tmp_path_factory.mktemp("reconciling") / "log"))
        patch.setenv("SHOSEKI_DATABASE_URL", postgres.application)
        patch.setenv("SHOSEKI_OWNER_DATABASE_URL", postgres.owner)
        done("init", "--origin", "shoseki.example/reconciling")
        done("person", "technician", "--name", "佐藤 保守担当", "--accounts", "t.sato")
        yield done("customer", "add", "見本商事").json["id"]


@pytest.fixture
def yesterday(tmp_path: Path) -> Path:
    """Give the captured evening as if it had been yesterday: what is still to come is not reconciled."""
    day = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    text = (CAPTURED / "ssh" / "auth-rfc5424.log").read_text(encoding="utf-8")
    log = tmp_path / "auth.log"
    log.write_text(text.replace("2026-11-22T", f"{day}T"), encoding="utf-8")
    return log


def done(*arguments: str | Path) -> Answer:
    answer = here(*arguments, "--json")
    assert answer.status == 0, answer
    return answer


def test_r_18_logins_past_the_gateway_are_told_a_line_each_and_are_a_finding_each_time(
    customer: str, yesterday: Path
) -> None:
    given = ("import", "sshd-5424", yesterday, "--customer", customer)
    first = here(*given, "--json")
    assert first.status == 1
    found = first.json["reconciled"]
    assert (found["logins"], found["matched"], len(found["against"])) == (5, 0, 5)
    for each in found["against"]:
        assert each["rule"] == "R-18"
        told = done("show", str(each["entry"])).json
        violation = done("show", str(each["position"])).json
        assert (told["type"], violation["type"]) == ("login.accepted.v1", "violation.recorded.v1")
    again = here(*given, "--lang", "en")
    assert again.status == 1
    lines = [" ".join(each.split()) for each in again.err.splitlines()]
    assert len([each for each in lines if each.startswith("R-18: ")]) == 5
    assert "kokyaku-ap01" in again.err
    assert "5 logins were compared with recorded sessions; 0 belong to one." in " ".join(again.out.split())
    assert "R-18: 対象 kokyaku-ap01" in here(*given, "--lang", "ja").err


def test_a_host_without_a_name_is_refused(customer: str, yesterday: Path) -> None:
    answer = here("import", "sshd-5424", yesterday, "--customer", customer, "--target", "kokyaku-ap01", "--lang", "en")
    assert "HOST=NAME" in answer.check_refused()
