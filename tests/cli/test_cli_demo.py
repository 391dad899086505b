"""The demonstration, played once: what it writes is true, and what it left can be checked by whoever comes later."""

import json
from pathlib import Path

import pytest
from command_line import Answer, environment, program

from scripts.demo_story import IMPORTS


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    """Play it in Japanese, as people do."""
    directory = tmp_path_factory.mktemp("demo")
    return directory, program("demo", "--dir", directory, "--lang", "ja", env=environment())


def test_it_tells_the_story_to_its_end(played: tuple[Path, Answer]) -> None:
    _, answer = played
    assert answer.status == 0, answer
    assert answer.err == ""
    assert "すべて正しく検証され" in answer.out
    assert answer.out.count("SSH セッション  ") == 5


def test_the_summary_names_what_there_is(played: tuple[Path, Answer]) -> None:
    directory, _ = played
    summary = json.loads((directory / "summary.json").read_bytes())
    for name in ("package", "policy", "checkpoint"):
        assert Path(summary[name]).is_absolute()
        assert Path(summary[name]).is_file()
    kinds = [each["kind"] for each in summary["sessions"]]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "ssh_failed_login": 2,
        "ssh_session": 5,
        "desktop_session": 1,
        "desktop_failed_login": 1,
    }
    assert [each["recordings"] for each in summary["sessions"] if each["kind"] == "ssh_session"] == [1, 2, 1, 1, 1]
    assert [each["commands"] for each in summary["sessions"] if each["kind"] == "ssh_session"] == [6, 2, 0, 1, 2]
    assert {each["code"] for each in summary["findings"]} == {"invalid_utf8_output", "keystrokes_cut"}
    assert summary["entries"] > len(IMPORTS) * 5
    assert summary["verify"]["status"] == 0


_TOLD = (
    *("terms.version_published.v1", "terms.presented.v1", "terms.delivered.v1", "consent.deemed.v1"),
    *("work.requested.v1", "schedule.agreed.v1", "permission.granted.v1", "credential.provided.v1", "notice.sent.v1"),
    *("work.started.v1", "credential.checked_out.v1", "session.started.v1", "overrun.detected.v1"),
    *("overrun.notice_sent.v1", "session.ended.v1", "work.completed.v1", "check.requested.v1", "credential.erased.v1"),
    *("check.lapsed.v1", "work.follow_up_opened.v1"),
)


def test_the_work_order_is_told_to_its_end_and_nothing_speaks_against_it(played: tuple[Path, Answer]) -> None:
    directory, _ = played
    told = program("log", "--dir", directory, "--json", env=environment())
    types = [each["type"] for each in told.json_lines]
    places = [types.index(name) for name in _TOLD]
    assert places == sorted(places)
    assert not any(name.startswith(("violation.", "data.use_denied")) for name in types)


def test_the_full_check_names_the_changed_entry_and_found_nothing_before(played: tuple[Path, Answer]) -> None:
    directory, _ = played
    summary = json.loads((directory / "summary.json").read_bytes())
    assert (summary["fsck_before"]["status"], summary["fsck_before"]["findings"]) == (0, [])
    after = summary["fsck_after_tamper"]
    position = summary["tampered"]["position"]
    assert after["status"] == 1
    assert {"LEAF", "COLUMN"} <= {each["code"] for each in after["findings"] if each["position"] == position}
    assert "CHECKPOINT_ROOT" in {each["code"] for each in after["findings"]}


def test_whoever_comes_later_finds_the_same(played: tuple[Path, Answer]) -> None:
    directory, _ = played
    summary = json.loads((directory / "summary.json").read_bytes())
    found = program("fsck", "--dir", directory, "--json", env=environment())
    assert found.status == 1
    assert found.json["counts"] == summary["fsck_after_tamper"]["counts"]
    verified = program(
        "verify", summary["package"], "--policy", summary["policy"], "--held", summary["checkpoint"], env=environment()
    )
    assert verified.status == (1 if summary["runs_past_today"] else 0)


def test_a_directory_that_holds_something_is_left_alone(played: tuple[Path, Answer]) -> None:
    directory, _ = played
    before = sorted(directory.iterdir())
    refused = program("demo", "--dir", directory, env=environment())
    assert "not empty" in refused.check_refused()
    assert sorted(directory.iterdir()) == before
