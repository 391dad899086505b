"""The settings at the command line: shown with their ranges, changed by the person whose duty it is."""

import getpass
from collections.abc import Iterator

import pytest
from command_line import Answer, here

from ledger.store.embedded import Urls


@pytest.fixture(scope="module")
def lawyer(postgres: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give a log of its own in which whoever runs this is of the legal duty: the person's id."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOSEKI_DIR", str(tmp_path_factory.mktemp("settings") / "log"))
        patch.setenv("SHOSEKI_DATABASE_URL", postgres.application)
        patch.setenv("SHOSEKI_OWNER_DATABASE_URL", postgres.owner)
        done("init", "--origin", "shoseki.example/settings")
        person: str = done("person", "operator", "--name", "法務 太郎", "--roles", "legal").json["ids"]["person"]
        done("person", "bind", "--person", person, "--os-user", getpass.getuser())
        yield person


def done(*arguments: str) -> Answer:
    answer = here(*arguments, "--json")
    assert answer.status == 0, answer
    return answer


def shown(setting: str) -> dict[str, object]:
    (found,) = [each for each in done("settings", "show").json_lines if each["setting"] == setting]
    return found


@pytest.mark.usefixtures("lawyer")
def test_a_setting_is_shown_with_its_range_and_the_entry_that_set_it() -> None:
    assert shown("check_business_days") == {
        "default": "5",
        "highest": "20",
        "lowest": "1",
        "position": None,
        "rule": "R-25",
        "setting": "check_business_days",
        "value": "5",
    }
    changed = done("settings", "set", "--setting", "check_business_days", "--value", "10").json
    position = changed["facts"][-1]["position"]
    assert changed["facts"] == [{"position": position, "type": "settings.changed.v1"}]
    assert (shown("check_business_days")["value"], shown("check_business_days")["position"]) == ("10", position)
    assert done("settings", "set", "--setting", "check_business_days", "--value", "10").json["facts"] == []
    assert "check_business_days" in here("settings", "show", "--lang", "ja").out


@pytest.mark.usefixtures("lawyer")
def test_a_value_outside_its_range_is_refused_by_its_rule() -> None:
    refused = here("settings", "set", "--setting", "erasure", "--value", "25h", "--lang", "en").check_refused()
    assert "R-11: The setting erasure is from 1min to 24h, not 25h." in refused
    refused = here("settings", "set", "--setting", "trail_months", "--value", "6", "--lang", "ja").check_refused()
    assert "trail_months という設定はありません" in refused
    assert shown("erasure")["position"] is None
