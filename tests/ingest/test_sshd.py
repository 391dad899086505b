"""Logins: the captured evening exactly, and what is left of it where lines are missing."""

import pytest
from log_runs import AUTH_LOGS, JST, auth_lines, by_type, import_bytes, import_file
from recording_runs import codes, facts, findings, rejected

from ledger.ingest.model import Item

GOOD_KEY = "SHA256:pb+dhtLp0pWN9dHWWTCKiLfXgXRuJ9g38GthR1x+qKE"
RETIRED_KEY = "SHA256:6F/PQyTaledQPlzWdnd6yYEEwGj5N3ThwMAqa2h0MpA"
SESSIONS = {
    "S1": {"accepted": "09:04:51.929164", "closed": "09:06:36.591756", "port": 49397, "pids": (1037, 1041)},
    "S2": {"accepted": "09:06:57.165569", "closed": "09:07:27.000059", "port": 50351, "pids": (1599, 1603)},
    "S3": {"accepted": "09:07:43.009455", "closed": "09:07:59.926870", "port": 40025, "pids": (2009, 2013)},
    "S4": {"accepted": "09:08:20.274664", "closed": "09:16:44.074653", "port": 54253, "pids": (2710, 2714)},
    "S5": {"accepted": "09:16:51.381629", "closed": "09:19:50.267628", "port": 59199, "pids": (5101, 5105)},
}
LINES = {"S1": (8, 40), "S2": (41, 60), "S3": (61, 74), "S4": (77, 86), "S5": (89, 102)}
T0 = 1_795_338_291_000_000


@pytest.fixture(params=list(AUTH_LOGS))
def evening(request: pytest.FixtureRequest) -> tuple[str, list[Item]]:
    name = request.param
    return name, import_file(name, *AUTH_LOGS[name])


def spelled(name: str, time: str) -> str:
    return f"2026-11-22T{time.partition('.')[0] if name == 'sshd-3164' else time}Z"


def test_the_evening_is_five_logins_two_failures_and_nothing_else(evening: tuple[str, list[Item]]) -> None:
    _, items = evening
    assert by_type(items) == {
        "login.accepted.v1": 5,
        "login.ended.v1": 5,
        "login.failed.v1": 2,
        "session.command_observed.v1": 11,
        "session.command_exited.v1": 10,
    }
    assert not findings(items)
    assert not rejected(items)


def test_each_login_is_what_the_ground_truth_says(evening: tuple[str, list[Item]]) -> None:
    name, items = evening
    for fact, (session, truth) in zip(facts(items, "login.accepted.v1"), SESSIONS.items(), strict=True):
        data = fact.data
        assert fact.occurred_at == spelled(name, truth["accepted"])
        assert fact.zone_assumed == ("+09:00" if name == "sshd-3164" else None)
        assert (data["host"], data["user"], data["uid"]) == ("kokyaku-ap01", "t.sato", 1201)
        assert (data["source_address"], data["source_port"]) == ("127.0.10.15", truth["port"])
        assert data["sshd_pid"] == truth["pids"][0]
        assert (data["method"], data["key_type"], data["key_fingerprint"]) == ("publickey", "ED25519", GOOD_KEY)
        assert data["refused_attempts"] == 0
        assert fact.lines[0] == LINES[session][0]
        if session in {"S1", "S2", "S3"}:
            assert data["child_pid"] == truth["pids"][1]
            assert data["tty"] == ("pts/1" if session == "S3" else "pts/2")
            assert data["started"] == "shell"
            assert (data["server_address"], data["server_port"]) == ("127.0.0.1", 22022)
        else:  # log level INFO tells neither child nor terminal
            assert not {"child_pid", "tty", "started", "server_port"} & set(data)


def test_each_end_is_what_the_ground_truth_says(evening: tuple[str, list[Item]]) -> None:
    name, items = evening
    for fact, (session, truth) in zip(facts(items, "login.ended.v1"), SESSIONS.items(), strict=True):
        data = fact.data
        assert fact.occurred_at == spelled(name, truth["closed"])
        assert data["accepted_at"] == spelled(name, truth["accepted"])
        assert (data["sshd_pid"], data["child_pid"]) == truth["pids"]
        assert fact.lines == LINES[session]
        if session == "S3":
            assert data["end_reason"] == "connection_lost"
            assert (data["bytes_sent"], data["bytes_received"]) == (5792, 4724)
            assert "disconnect_code" not in data
        else:
            assert data["end_reason"] == "by_user"
            assert (data["disconnect_code"], data["disconnect_text"]) == (11, "disconnected by user")


def test_the_failed_logins_are_one_fact_each(evening: tuple[str, list[Item]]) -> None:
    name, items = evening
    stranger, retired = facts(items, "login.failed.v1")
    assert stranger.occurred_at == spelled(name, "09:04:36.166552")
    assert stranger.data["reason"] == "unknown_user"
    assert (stranger.data["user"], stranger.data["source_address"], stranger.data["source_port"]) == (
        "m.suzuki",
        "127.0.99.7",
        49429,
    )
    assert (stranger.data["sshd_pid"], stranger.data["end"], stranger.lines) == (836, "by_client", (2, 4))
    assert retired.occurred_at == spelled(name, "09:04:42.761060")
    assert retired.data["reason"] == "key_refused"
    assert (retired.data["user"], retired.data["source_port"], retired.data["sshd_pid"]) == ("t.sato", 35769, 999)
    assert (retired.data["key_fingerprint"], retired.data["refused_keys"]) == (RETIRED_KEY, [RETIRED_KEY])
    assert (retired.data["methods"], retired.data["refused_attempts"]) == (["publickey"], 1)


def test_a_happening_has_the_same_name_in_all_three_forms() -> None:
    names = [[fact.natural for fact in facts(import_file(name, *AUTH_LOGS[name]))] for name in AUTH_LOGS]
    assert names[0] == names[1] == names[2]
    assert "login:kokyaku-ap01:1037:127.0.10.15:49397:2026-11-22T09:04:51Z" in names[0]


def test_start_and_stop_of_the_service_say_nothing() -> None:
    assert import_bytes("sshd-3164", auth_lines(1, 75, 76, 87, 88, 103), JST) == []


def test_a_login_that_is_open_at_the_end_is_a_finding() -> None:
    items = import_bytes("sshd-3164", auth_lines(*range(8, 17)), JST)
    (accepted,) = facts(items)
    (unfinished,) = findings(items)
    assert accepted.data["tty"] == "pts/2"
    assert unfinished.code == "session_unfinished"
    assert (unfinished.lines, unfinished.occurred_at) == ((1, 9), accepted.occurred_at)
    assert unfinished.data["source_port"] == 49397


def test_an_end_without_a_beginning_is_a_fact_and_a_finding() -> None:
    items = import_bytes("sshd-3164", auth_lines(38, 39, 40), JST)
    (ended,) = facts(items, "login.ended.v1")
    assert codes(items) == ["session_start_missing"]
    assert "accepted_at" not in ended.data
    assert (ended.data["sshd_pid"], ended.data["child_pid"]) == (1037, 1041)
    assert (ended.data["source_port"], ended.data["user"], ended.data["end_reason"]) == (49397, "t.sato", "by_user")
    assert ended.natural.endswith(":start-not-seen")


def test_cut_before_pam_closed_it_the_session_ends_where_the_child_says_so() -> None:
    items = import_bytes("sshd-3164", auth_lines(*range(41, 50), 58, 59), JST)
    (ended,) = facts(items, "login.ended.v1")
    assert (ended.occurred_at, ended.data["end_reason"]) == ("2026-11-22T09:07:26Z", "by_user")
    assert not findings(items)
