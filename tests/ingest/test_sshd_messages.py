"""Single messages of sshd, as versions and settings have them: what each means for a login."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_runs import JST, auth_lines, by_type, import_bytes
from recording_runs import codes, facts, findings, unhurried

from ledger.ingest.message import Message
from ledger.ingest.model import Fact, Item
from ledger.ingest.sshd import CLOSING_US, OPENING_US, TRYING_US, SshdLogins

T0 = 1_795_338_291_000_000


def say(*texts: str, program: SshdLogins | None = None) -> list[Item]:
    """Feed messages ``pid text``, one second apart; ``+n`` lets n seconds pass."""
    program = program or SshdLogins()
    at = T0
    items: list[Item] = []
    for number, text in enumerate(texts, 1):
        if text.startswith("+"):
            at += int(text[1:]) * 1_000_000
            items.extend(program.elapse(at))
            continue
        pid, _, message = text.partition(" ")
        second = at // 1_000_000
        stamp = f"2026-11-22T{9 + second % 86400 // 3600 - 9:02d}:{second % 3600 // 60:02d}:{second % 60:02d}Z"
        if at >= program.due:
            items.extend(program.elapse(at))
        items.extend(program.feed(Message(at, stamp, None, "h", int(pid), message, False, (number, number))) or ())
        at += 1_000_000
    return [*items, *program.finish()]


OPEN = "7 Accepted password for ann from 192.0.2.1 port 5 ssh2"
PAM_OPEN = "7 pam_unix(sshd:session): session opened for user ann by (uid=0)"
PAM_CLOSE = "7 pam_unix(sshd:session): session closed for user ann"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("8 Received disconnect from 192.0.2.1 port 5:11: disconnected by user", "by_user"),
        ("8 Received disconnect from 192.0.2.1 port 5:2: protocol error", "by_client"),
        ("8 Disconnected from user ann 192.0.2.1 port 5", "by_user"),
        ("8 Connection closed by 192.0.2.1 port 5", "connection_lost"),
        ("8 Connection closed by user ann 192.0.2.1 port 5", "connection_lost"),
        ("8 Connection reset by user ann 192.0.2.1 port 5", "connection_lost"),
        ("8 Read error from remote host 192.0.2.1 port 5: Connection reset by peer", "connection_lost"),
        ("8 ssh_dispatch_run_fatal: Connection from user ann 192.0.2.1 port 5: Broken pipe", "connection_lost"),
        ("8 fatal: Connection from user ann 192.0.2.1 port 5 timed out", "connection_lost"),
        ("8 Timeout, client not responding from user ann 192.0.2.1 port 5", "timeout"),
        ("8 Disconnecting user ann 192.0.2.1 port 5: Too many channels", "by_server"),
        ("7 Exiting on signal 15", "by_server"),
    ],
)
def test_why_a_session_ended(text: str, reason: str) -> None:
    items = say(OPEN, PAM_OPEN, text, PAM_CLOSE)
    (ended,) = facts(items, "login.ended.v1")
    assert ended.data["end_reason"] == reason
    assert ended.lines == (1, 4)
    assert not findings(items)


def test_a_session_that_only_pam_saw_end_has_no_reason() -> None:
    (ended,) = facts(say(OPEN, PAM_OPEN, PAM_CLOSE), "login.ended.v1")
    assert ended.data["end_reason"] == "unknown"


def test_without_pam_the_child_tells_the_end() -> None:
    disconnected = "7 Disconnected from user ann 192.0.2.1 port 5"
    (ended,) = facts(say(OPEN, disconnected, f"+{CLOSING_US // 1_000_000 + 1}"), "login.ended.v1")
    assert (ended.lines, ended.data["end_reason"]) == ((1, 2), "by_user")
    assert "child_pid" not in ended.data  # the process that accepted is the one that ends


def test_a_late_line_of_pam_does_not_end_it_again() -> None:
    disconnected = "8 Disconnected from user ann 192.0.2.1 port 5"
    items = say(OPEN, disconnected, "+20", PAM_CLOSE, disconnected)
    assert by_type(items) == {"login.accepted.v1": 1, "login.ended.v1": 1}
    assert not findings(items)


def test_a_login_waits_for_its_terminal_and_no_longer_than_that() -> None:
    program = SshdLogins()
    message = Message(T0, "2026-11-22T09:04:51Z", None, "h", 7, OPEN[2:], False, (1, 1))
    assert list(program.feed(message) or ()) == []
    assert not program.elapse(T0 + OPENING_US - 1)
    assert program.due == T0 + OPENING_US
    (accepted,) = program.elapse(T0 + OPENING_US)
    assert isinstance(accepted, Fact)
    assert accepted.lines == (1, 1)


def test_subsystems_and_commands_are_told() -> None:
    sftp = "8 Starting session: subsystem 'sftp' for ann from 192.0.2.1 port 5 id 0"
    forced = "8 Starting session: forced-command (key-option) 'secret --x' for ann from 192.0.2.1 port 5 id 1"
    (accepted,) = facts(say(OPEN, sftp, forced, PAM_CLOSE), "login.accepted.v1")
    assert accepted.data["started"] == "subsystem 'sftp'"
    assert "tty" not in accepted.data
    (accepted,) = facts(say(OPEN, forced, PAM_CLOSE), "login.accepted.v1")
    assert accepted.data["started"] == "forced-command"


def test_a_certificate_is_told() -> None:
    text = (
        "7 Accepted publickey for ann from 192.0.2.1 port 5 ssh2: ED25519-CERT SHA256:aaa ID ann, tokyo (serial 42)"
        " CA ED25519 SHA256:ca"
    )
    (accepted,) = facts(say(text), "login.accepted.v1")
    assert accepted.data["key_fingerprint"] == "SHA256:aaa"
    assert accepted.data["certificate"] == {
        "id": "ann, tokyo",
        "serial": "42",
        "ca_type": "ED25519",
        "ca_fingerprint": "SHA256:ca",
    }


def test_attempts_before_a_login_are_counted_in_it() -> None:
    refused = "7 Failed password for ann from 192.0.2.1 port 5 ssh2"
    items = say(refused, "7 message repeated 2 times: [ Failed password for ann from 192.0.2.1 port 5 ssh2]", OPEN)
    (accepted,) = facts(items)
    assert accepted.type == "login.accepted.v1"
    assert accepted.data["refused_attempts"] == 3


@pytest.mark.parametrize(
    ("texts", "reason", "end"),
    [
        (
            [
                "7 Failed password for root from 192.0.2.1 port 5 ssh2",
                "7 Connection closed by authenticating user root 192.0.2.1 port 5 [preauth]",
            ],
            "password_refused",
            "by_client",
        ),
        (
            ["7 Failed keyboard-interactive/pam for root from 192.0.2.1 port 5 ssh2"],
            "authentication_refused",
            "not_seen",
        ),
        (
            [
                "7 error: PAM: Authentication failure for root from 192.0.2.1",
                "7 Connection reset by authenticating user root 192.0.2.1 port 5 [preauth]",
            ],
            "authentication_refused",
            "by_client",
        ),
        (
            [
                "7 User root from 192.0.2.1 not allowed because not listed in AllowUsers",
                "7 Connection closed by invalid user root 192.0.2.1 port 5 [preauth]",
            ],
            "unknown_user",
            "by_client",
        ),
        (
            ["7 User root from 192.0.2.1 not allowed because not listed in AllowUsers"],
            "account_not_allowed",
            "not_seen",
        ),
        (["7 Connection closed by authenticating user root 192.0.2.1 port 5 [preauth]"], "gave_up", "by_client"),
        (
            [
                "7 Received disconnect from 192.0.2.1 port 5:11: Bye Bye [preauth]",
                "7 Disconnected from authenticating user root 192.0.2.1 port 5 [preauth]",
            ],
            "gave_up",
            "by_client",
        ),
        (
            ["7 fatal: Access denied for user root by PAM account configuration [preauth]"],
            "authentication_refused",
            "not_seen",
        ),
        (["7 Invalid user root from 192.0.2.1"], "unknown_user", "not_seen"),
        (
            [
                "7 Failed password for root from 192.0.2.1 port 5 ssh2",
                "7 fatal: Timeout before authentication for 192.0.2.1 port 5",
            ],
            "password_refused",
            "timeout",
        ),
    ],
)
def test_why_a_login_failed(texts: list[str], reason: str, end: str) -> None:
    (failed,) = say(*texts)
    assert isinstance(failed, Fact)
    assert (failed.type, failed.data["reason"], failed.data["end"]) == ("login.failed.v1", reason, end)
    assert failed.data["user"] == "root"


def test_too_many_attempts_are_one_failed_login() -> None:
    items = say(
        "7 Failed password for invalid user bob from 192.0.2.1 port 5 ssh2",
        "7 error: maximum authentication attempts exceeded for invalid user bob from 192.0.2.1 port 5 ssh2 [preauth]",
        "7 Disconnecting invalid user bob 192.0.2.1 port 5: Too many authentication failures [preauth]",
    )
    (failed,) = facts(items)
    assert (failed.data["reason"], failed.data["end"], failed.data["user"]) == ("unknown_user", "by_server", "bob")


def test_two_connections_of_one_process_number_are_two_failed_logins() -> None:
    first, second = (f"7 Failed password for ann from 192.0.2.1 port {port} ssh2" for port in (5, 6))
    assert [fact.data["source_port"] for fact in facts(say(first, second))] == [5, 6]


def test_a_failed_login_without_an_end_is_given_in_time() -> None:
    program = SshdLogins()
    text = "Failed password for ann from 192.0.2.1 port 5 ssh2"
    program.feed(Message(T0, "2026-11-22T09:04:51Z", None, "h", 7, text, False, (1, 1)))
    assert program.due == T0 + TRYING_US
    assert not program.elapse(T0 + TRYING_US - 1)
    (failed,) = program.elapse(T0 + TRYING_US)
    assert isinstance(failed, Fact)
    assert failed.data["end"] == "not_seen"
    assert not program.finish()


def test_a_port_scan_is_no_login() -> None:
    assert (
        say(
            "7 Connection from 192.0.2.1 port 5 on 192.0.2.9 port 22",
            "7 Connection closed by 192.0.2.1 port 5 [preauth]",
            "8 Did not receive identification string from 192.0.2.1 port 6",
            "9 Connection closed by 192.0.2.1 port 7 [preauth]",
        )
        == []
    )


def test_a_process_number_that_is_used_again_ends_the_login_before_with_a_finding() -> None:
    again = "7 Accepted password for bob from 192.0.2.2 port 6 ssh2"
    items = say(OPEN, again, "7 pam_unix(sshd:session): session closed for user bob")
    assert codes(items) == ["session_unfinished"]
    assert findings(items)[0].data["user"] == "ann"
    assert [fact.data["user"] for fact in facts(items)] == ["ann", "bob", "bob"]


def test_a_line_that_was_logged_twice_is_one_login() -> None:
    items = say(OPEN, OPEN, PAM_CLOSE)
    assert by_type(items) == {"login.accepted.v1": 1, "login.ended.v1": 1}
    assert codes(items) == ["line_repeated"]


def test_too_many_open_logins_let_the_oldest_go_with_a_finding() -> None:
    program = SshdLogins(max_open=3)
    items = say(
        *(f"{pid} Accepted password for ann from 192.0.2.1 port {pid} ssh2" for pid in range(10, 15)), program=program
    )
    assert len(facts(items, "login.accepted.v1")) == 5
    assert codes(items) == ["session_let_go"] * 2 + ["session_unfinished"] * 3


def test_too_many_tries_let_the_oldest_go_as_failed() -> None:
    program = SshdLogins(max_trying=2)
    texts = [f"{pid} Failed password for ann from 192.0.2.1 port {pid} ssh2" for pid in range(10, 15)]
    assert [fact.data["sshd_pid"] for fact in facts(say(*texts, program=program))] == [10, 11, 12, 13, 14]


def test_old_servers_log_no_port_at_the_end() -> None:
    items = say(OPEN, "8 Received disconnect from 192.0.2.1: 11: disconnected by user", PAM_CLOSE)
    (ended,) = facts(items, "login.ended.v1")
    assert (ended.data["end_reason"], ended.data["child_pid"]) == ("by_user", 8)
    two = "9 Accepted password for ann from 192.0.2.1 port 6 ssh2"
    items = say(OPEN, two, "8 Received disconnect from 192.0.2.1: 11: disconnected by user", PAM_CLOSE)
    (ended,) = facts(items, "login.ended.v1")
    assert ended.data["end_reason"] == "unknown"  # either of two logins may have been meant


@pytest.mark.parametrize(
    "name",
    [
        "root from 198.51.100.9 port 22 ssh2",
        "root from 198.51.100.9 port 22 ssh2: ED25519 SHA256:fake",
        "x 198.51.100.9 port 22",
        "a b",
        "",
        " : COMMAND=/bin/sh",
    ],
)
def test_a_user_name_cannot_forge_its_source(name: str) -> None:
    items = say(
        f"7 Invalid user {name} from 192.0.2.1 port 5",
        f"7 Failed password for invalid user {name} from 192.0.2.1 port 5 ssh2",
        f"7 Connection closed by invalid user {name} 192.0.2.1 port 5 [preauth]",
    )
    (failed,) = facts(items)
    assert (failed.data["user"], failed.data["source_address"], failed.data["source_port"]) == (name, "192.0.2.1", 5)
    (accepted,) = facts(say(f"7 Accepted password for {name} from 192.0.2.1 port 5 ssh2"))
    assert (accepted.data["user"], accepted.data["source_address"]) == (name, "192.0.2.1")


def test_bytes_that_are_no_text_are_escaped_and_said_to_be() -> None:
    line = b"2026-11-22T10:00:00Z h sshd[7]: Accepted password for \xe3\x83\0 from 192.0.2.1 port 5 ssh2\n"
    (accepted,) = facts(import_bytes("sshd-3339", line))
    assert accepted.data["user"] == "\\xe3\\x83\\x00"
    assert accepted.data["escaped"] is True


def test_a_message_longer_than_sshd_writes_is_none_of_its() -> None:
    line = b"2026-11-22T10:00:00Z h sshd[7]: Invalid user " + b"a" * 9000 + b" from 192.0.2.1 port 5\n"
    assert import_bytes("sshd-3339", line) == []


words = st.sampled_from(
    [
        *(text.partition(" ")[2] for text in (OPEN, PAM_OPEN, PAM_CLOSE)),
        "User child is on pid 8",
        "Starting session: shell on pts/2 for ann from 192.0.2.1 port 5 id 0",
        "Received disconnect from 192.0.2.1 port 5:11: disconnected by user",
        "Disconnected from user ann 192.0.2.1 port 5",
        "Connection closed by authenticating user ann 192.0.2.1 port 5 [preauth]",
        "Failed publickey for ann from 192.0.2.1 port 6 ssh2: RSA SHA256:x",
        "Connection from 192.0.2.1 port 5 on 192.0.2.9 port 22",
        "Invalid user eve from 192.0.2.1 port 6",
        "Exiting on signal 15",
        "Transferred: sent 1, received 2 bytes",
        "message repeated 2 times: [ message repeated 2 times: [ Failed none for eve from 192.0.2.1 port 6 ssh2]]",
    ]
)


@settings(unhurried, max_examples=300)
@given(steps=st.lists(st.tuples(st.integers(7, 9), words, st.integers(0, 700)), max_size=30))
def test_every_login_ends_once_in_a_fact_or_a_finding(steps: list[tuple[int, str, int]]) -> None:
    texts = [text for pid, word, wait in steps for text in (f"{pid} {word}", f"+{wait}")]
    items = say(*texts)
    accepted = facts(items, "login.accepted.v1")
    ended = [fact for fact in facts(items, "login.ended.v1") if "accepted_at" in fact.data]
    left = [each for each in findings(items) if each.code in {"session_unfinished", "session_let_go"}]
    assert len(accepted) == len(ended) + len(left)
    assert len(accepted) + len(findings(items, "line_repeated")) == sum(word == OPEN[2:] for _, word, _ in steps)


@unhurried
@given(noise=st.lists(st.binary(max_size=80), max_size=8), seed=st.integers(0, 1000))
def test_no_bytes_raise_and_no_line_is_lost(noise: list[bytes], seed: int) -> None:
    lines = auth_lines(*range(1, 104)).splitlines()
    for index, junk in enumerate(noise):
        place = (seed * 31 + index * 17) % len(lines)
        lines[place] = lines[place][: seed % 60] + junk.replace(b"\n", b"") + lines[place][seed % 90 :]
    for name in ("sshd", "sshd-3164"):
        import_bytes(name, b"\n".join(lines), JST)
