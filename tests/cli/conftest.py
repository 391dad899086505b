"""One initialised log with an imported evening for all tests of the command line, on the session's PostgreSQL."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import CAPTURED, Answer, here
from office import Office, founded
from trail import Trail
from working_day import AHEAD, STORY

from ledger.store.embedded import Urls


@pytest.fixture(scope="session")
def trail(postgres: Urls, tmp_path_factory: pytest.TempPathFactory) -> Trail:
    """Give the log; made by the commands themselves, each step as a user would."""
    place = tmp_path_factory.mktemp("trail")
    settings = {
        "SHOSEKI_DIR": str(place / "log"),
        "SHOSEKI_DATABASE_URL": postgres.application,
        "SHOSEKI_OWNER_DATABASE_URL": postgres.owner,
    }

    def done(*arguments: str | Path) -> Answer:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(name, value)
            answer = here(*arguments, "--json")
        assert answer.status == 0, answer
        return answer

    policy = Path(done("init", "--origin", "shoseki.example/cli").json["policy"])
    customer = done("customer", "add", "見本商事").json["id"]
    done("import", "sshd-5424", CAPTURED / "ssh" / "auth-rfc5424.log", "--customer", customer)
    checkpoint = place / "checkpoint.txt"
    checkpoint.write_text(done("checkpoint").json["note"], encoding="utf-8")
    held = done("status").json["signed"]
    done("receipt", "7", "--out", place / "receipt.json")
    done("export", place / "package.zip", "--customer", customer, "--held", str(held))
    return Trail(place / "log", settings, customer, place / "package.zip", policy, place / "receipt.json", checkpoint)


@pytest.fixture
def shoseki(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """Run a command on the shared log in this process."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "SHOSEKI_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in trail.settings.items():
        monkeypatch.setenv(name, value)
    return here


@pytest.fixture(scope="session")
def lived(postgres: Urls, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Give an office in which one work order was lived to its end."""
    office = founded(tmp_path_factory.mktemp("office"), postgres, behind=AHEAD)
    for part in STORY:
        part(office)
    return office
