"""What is kept is not destroyed at the command line, and the rule that keeps it is named."""

import getpass
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from command_line import Answer, here

from ledger.keys.classes import JST
from ledger.store.embedded import Urls


@pytest.fixture(scope="module")
def customer(postgres: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give a customer of a log of its own, in which whoever runs this is the evidence custodian."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOSEKI_DIR", str(tmp_path_factory.mktemp("destroying") / "log"))
        patch.setenv("SHOSEKI_DATABASE_URL", postgres.application)
        patch.setenv("SHOSEKI_OWNER_DATABASE_URL", postgres.owner)
        done("init", "--origin", "shoseki.example/destroying")
        person = done("person", "operator", "--name", "管理 花子", "--roles", "evidence_custodian").json["ids"][
            "person"
        ]
        done("person", "bind", "--person", person, "--os-user", getpass.getuser())
        yield done("customer", "add", "見本商事").json["id"]


def done(*arguments: str) -> Answer:
    answer = here(*arguments, "--json")
    assert answer.status == 0, answer
    return answer


def test_r_16_what_is_not_expired_is_not_destroyed(customer: str) -> None:
    today = datetime.now(UTC).astimezone(JST).date()
    refused = here("retention", "destroy", "--customer", customer, "--key", f"trail:{today}", "--lang", "en")
    assert "R-16: The term of the trail" in refused.check_refused()
    types = [each["type"] for each in done("log").json_lines]
    assert "retention.destruction_ordered.v1" not in types
    assert "key.destroyed.v1" not in types


def test_a_key_that_is_no_days_is_refused(customer: str) -> None:
    refused = here("retention", "destroy", "--customer", customer, "--key", "agreement:0123", "--lang", "en")
    assert "belongs to no day" in refused.check_refused()
