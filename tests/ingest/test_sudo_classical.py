"""Classical lines of sudo in a syslog file: commands, refusals, and lines that were split."""

import pytest
from log_runs import import_bytes
from recording_runs import codes, facts
from sudo_lines import classical


def test_a_classical_line_is_a_command() -> None:
    text = "  t.sato : TTY=pts/3 ; PWD=/home/t.sato ; USER=root ; COMMAND=/usr/bin/tail -n 3 /var/log/x ; y"
    (fact,) = facts(classical(text))
    assert fact.data == {
        "service": "sudo",
        "host": "h",
        "user": "t.sato",
        "tty": "pts/3",
        "run_directory": "/home/t.sato",
        "run_as": "root",
        "command_line": "/usr/bin/tail -n 3 /var/log/x ; y",
        "decision": "accepted",
    }
    assert fact.occurred_at == "2026-11-22T10:00:00Z"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ann : command not allowed ; TTY=pts/3 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/cat x", "command not allowed"),
        ("ann : user NOT in sudoers ; TTY=unknown ; PWD=/ ; USER=root ; COMMAND=list", "user NOT in sudoers"),
        (
            "ann : 3 incorrect password attempts ; TTY=pts/0 ; USER=root ; COMMAND=/bin/sh",
            "3 incorrect password attempts",
        ),
        ("ann : a password is required ; COMMAND=/bin/sh", "a password is required"),
    ],
)
def test_a_refused_classical_line_tells_why(text: str, reason: str) -> None:
    (fact,) = facts(classical(text))
    assert (fact.data["decision"], fact.data["reason"], fact.data["user"]) == ("rejected", reason, "ann")


def test_variables_that_a_user_sets_are_withheld() -> None:
    (fact,) = facts(classical("ann : HOST=other ; TTY=pts/0 ; USER=root ; ENV=TOKEN=dummy A=b ; COMMAND=/bin/sh"))
    assert (fact.data["environment_withheld"], fact.data["host"]) == (2, "other")
    assert "dummy" not in repr(fact)


def test_lines_of_sudo_without_a_command_are_left() -> None:
    assert (
        classical("pam_unix(sudo:session): session opened for user root(uid=0) by t.sato(uid=0)", "hello", "a : b")
        == []
    )


def test_a_split_line_is_put_together() -> None:
    start = "ann : TTY=pts/0 ; USER=root ; COMMAND=/bin/echo " + "x" * 900
    items = classical(start, "ann : (command continued) yyy", "ann : (command continued) zzz", "+5", "bob : nothing")
    (fact,) = facts(items)
    assert fact.data["command_line"] == "/bin/echo " + "x" * 900 + " yyy zzz"
    assert (fact.lines, fact.occurred_at) == ((1, 3), "2026-11-22T10:00:00Z")


def test_a_long_line_that_does_not_go_on_is_given_in_time_or_at_the_end() -> None:
    long = "ann : TTY=pts/0 ; USER=root ; COMMAND=/bin/echo " + "x" * 900
    assert [fact.lines for fact in facts(classical(long, "ann : TTY=pts/0 ; USER=root ; COMMAND=/bin/ls"))] == [
        (1, 1),
        (2, 2),
    ]
    assert len(facts(classical(long))) == 1


def test_a_continuation_alone_is_a_finding() -> None:
    assert codes(classical("ann : (command continued) yyy")) == ["command_start_missing"]
    other = "bob : (command continued) yyy"
    long = "ann : TTY=pts/0 ; USER=root ; COMMAND=/bin/echo " + "x" * 900
    assert codes(classical(long, other)) == ["command_start_missing"]


def test_an_exit_is_one_only_where_its_command_is_open() -> None:
    command = "ann : TTY=pts/0 ; USER=root ; COMMAND=/bin/sleep 9"
    items = classical(command, f"{command} ; EXIT=3")
    assert [fact.type for fact in facts(items)] == ["session.command_observed.v1", "session.command_exited.v1"]
    assert (facts(items)[1].data["exit_value"], facts(items)[1].data["command_line"]) == (3, "/bin/sleep 9")
    killed = facts(classical(command, f"{command} ; SIGNAL=TERM ; EXIT=143"))[1]
    assert (killed.data["signal"], killed.data["exit_value"]) == ("TERM", 143)
    items = classical(f"{command} ; EXIT=0")
    assert codes(items) == ["command_ambiguous"]
    assert facts(items)[0].data["command_line"] == "/bin/sleep 9 ; EXIT=0"


def test_the_same_command_twice_in_one_second_is_two() -> None:
    line = b"2026-11-22T10:00:00Z h sudo: ann : TTY=pts/0 ; USER=root ; COMMAND=/bin/ls\n"
    one, two = facts(import_bytes("sshd-3339", line * 2))
    assert two.natural == f"{one.natural}#2"
