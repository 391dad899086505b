"""Commands: sudo's JSON in syslog and in its own file, and environments that are not kept."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from log_runs import AUTH_LOGS, SUDO, by_type, import_bytes, import_file
from recording_runs import codes, facts, findings, rejected, unhurried
from sudo_lines import event, own_file

from ledger.ingest.model import Item
from ledger.ingest.registry import Options
from ledger.ingest.sudo_event import KEPT_ENVIRONMENT, MAX_ARGUMENT_CHARS, MAX_TEXT

UUIDS = {
    "0ad1f7faa0-7868-4395-8719-1c58f8a3b2": ["zaiko-ctl", "status"],
    "9ef10efb51-6d69-4a9a-2b4d-0b2ac4202f": ["tail", "-n", "12", "/var/log/zaiko/zaiko.log"],
    "be2d847969-de3f-469a-19bc-a41fb53b4a": ["/usr/bin/editor", "--", "/etc/zaiko/zaiko.conf"],
    "8c5469b565-0320-42bc-3473-92f6fdc4ac": ["zaiko-ctl", "restart"],
    "a54d46a639-03c0-4b9f-7705-30e67feadd": ["cat", "/var/log/auth.log"],
    "e73cc029d4-8251-4e95-6f64-24d380bed3": ["tail", "-n", "3", "/var/log/zaiko/zaiko.log"],
}


def test_the_own_log_tells_ten_commands_and_one_refusal() -> None:
    items = import_file("sudo", SUDO)
    assert by_type(items) == {"session.command_observed.v1": 11, "session.command_exited.v1": 10}
    assert not findings(items)
    observed = {fact.data["uuid"]: fact for fact in facts(items, "session.command_observed.v1")}
    for uuid, arguments in UUIDS.items():
        fact = observed[uuid]
        assert fact.data["arguments"] == arguments
        assert (fact.data["user"], fact.data["host"], fact.data["run_as"]) == ("t.sato", "kokyaku-ap01", "root")
        assert fact.data["tty"] == "pts/3"  # the inner terminal, where sshd tells the outer one
        assert fact.natural == f"sudo:{uuid}:{'reject' if uuid.startswith('a54') else 'accept'}"
    rejection = observed["a54d46a639-03c0-4b9f-7705-30e67feadd"]
    assert (rejection.data["decision"], rejection.data["reason"]) == ("rejected", "command not allowed")
    editing = [fact for fact in facts(items) if fact.data["uuid"].startswith("be2d")]
    assert [fact.occurred_at for fact in editing] == [
        "2026-11-22T09:05:32.959981447Z",
        "2026-11-22T09:05:43.955508790Z",
    ]
    assert (editing[1].data["exit_value"], editing[1].data["running_us"]) == (0, 10_995_527)


@pytest.mark.parametrize("name", list(AUTH_LOGS))
def test_syslog_tells_the_same_commands_under_the_same_names_and_times(name: str) -> None:
    def commands(items: list[Item]) -> list[tuple[str, str | None, object, str | None]]:
        told = [fact for fact in facts(items) if fact.type.startswith("session.")]
        return [(fact.natural, fact.occurred_at, fact.data.get("arguments"), fact.zone_assumed) for fact in told]

    assert commands(import_file(name, *AUTH_LOGS[name])) == commands(import_file("sudo", SUDO))


def test_of_an_environment_only_the_listed_variables_are_kept() -> None:
    for fact in facts(import_file("sudo", SUDO), "session.command_observed.v1"):
        assert {variable.partition("=")[0] for variable in fact.data["environment"]} <= KEPT_ENVIRONMENT
        assert fact.data["environment_withheld"] > 0
    (fact,) = facts(own_file(event(runenv=["AWS_SECRET_ACCESS_KEY=dummy", "SSH_TTY=/dev/pts/2", "X", 5])))
    assert fact.data["environment"] == ["SSH_TTY=/dev/pts/2"]
    assert fact.data["environment_withheld"] == 3
    assert "dummy" not in repr(fact)


def test_the_compact_form_is_read_as_well() -> None:
    lines = "".join(json.dumps(each) + "\n" for each in (event(), {"sudo": event("reject", uuid="u2")}, event("exit")))
    assert by_type(import_bytes("sudo", lines.encode())) == {
        "session.command_observed.v1": 2,
        "session.command_exited.v1": 1,
    }


def test_several_events_may_stand_in_one_line() -> None:
    text = json.dumps(event())[:-1] + "," + json.dumps(event("exit"))[1:-1] + ',"accept":5}\n'
    items = import_bytes("sudo", text.encode())
    assert by_type(items) == {"session.command_observed.v1": 1, "session.command_exited.v1": 1}
    assert [each.reason for each in rejected(items)] == ["text outside an event"]


@pytest.mark.parametrize("size", [0, 1, 2, 30, 46, 47, 500])
def test_a_log_that_is_being_written_loses_only_what_is_not_written(size: int) -> None:
    lines = SUDO.read_bytes().splitlines(keepends=True)[:size]
    items = import_bytes("sudo", b"".join(lines))
    whole = sum(fact.lines[1] <= size for fact in facts(import_file("sudo", SUDO)))
    assert len(facts(items)) == whole
    assert ("source_unfinished" in codes(items)) == (size > 0)
    assert bool(rejected(items)) == (size in {2, 30, 47, 500})


def test_after_a_torn_event_reading_goes_on_with_the_next() -> None:
    lines = SUDO.read_bytes().splitlines(keepends=True)
    torn = lines[:10] + lines[80:]  # from inside one event to inside another
    items = import_bytes("sudo", b"".join(torn))
    assert len(facts(items)) == 19
    lines[12] = b'        "iolog_path": "/var/log/su\n'
    items = import_bytes("sudo", b"".join(lines))
    assert len(facts(items)) == 20
    assert {each.line for each in rejected(items)} == set(range(13, 47))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"other": {}}', "not known"),
        ('{"accept": {}}', "tells no time"),
        ('{"accept": {"submit_time": {"seconds": 1, "nanoseconds": 1}}}', "neither user nor command"),
        ('{"accept": {"submit_time": {"seconds": -1, "nanoseconds": 1}}}', "tells no time"),
        ('{"accept": {"submit_time": {"seconds": 1.5, "nanoseconds": 1}}}', "tells no time"),
        ('{"accept": {"submit_time": {"seconds": 274877906944, "nanoseconds": 1}}}', "1970 to 9999"),
        ('{"accept": [1]}', "no object"),
        ('{"accept" {"a": {"b": }}}', "not JSON"),
        ("[1, 2]", "no object"),
        ("{}}", "not opened"),
        ("null", "outside an event"),
        (
            '{"accept": {"command": "\\ud800", "submit_time": {"seconds": 1, "nanoseconds": 1}, "runargv": [7]}}',
            "argument",
        ),
    ],
)
def test_events_that_cannot_be_read_are_named(text: str, reason: str) -> None:
    items = import_bytes("sudo", text.encode() + b"\n")
    assert not facts(items)
    assert reason in rejected(items)[0].reason


def test_texts_that_a_fact_cannot_hold_are_escaped_and_said_to_be() -> None:
    line = json.dumps(event(command="\ud800\0", runargv=["a", "\0"])).encode() + b"\n"
    (fact,) = facts(import_bytes("sudo", line))
    assert (fact.data["command"], fact.data["arguments"], fact.data["escaped"]) == (
        "\\ud800\\x00",
        ["a", "\\x00"],
        True,
    )
    raw = json.dumps(event(command="XX")).encode().replace(b"XX", b"\xe3\x83") + b"\n"
    (fact,) = facts(import_bytes("sudo", raw))
    assert (fact.data["command"], fact.data["escaped"]) == ("\\xe3\\x83", True)
    in_syslog = b"2026-11-22T10:00:00Z h sudo: @cee:" + raw
    (fact,) = facts(import_bytes("sshd-3339", in_syslog))
    assert (fact.data["command"], fact.data["escaped"]) == ("\\xe3\\x83", True)


def test_what_is_too_long_for_a_fact_is_cut_and_said_to_be() -> None:
    (fact,) = facts(own_file(event(command="x" * (MAX_TEXT + 1), runargv=["y" * (MAX_ARGUMENT_CHARS - 1), "zz", "w"])))
    assert len(fact.data["command"]) == MAX_TEXT
    assert [len(each) for each in fact.data["arguments"]] == [MAX_ARGUMENT_CHARS - 1, 1]
    assert fact.data["cut"] is True
    (fact,) = facts(own_file(event(runargv=["a"] * 5000)))
    assert len(fact.data["arguments"]) == 4096
    assert fact.data["cut"] is True


def test_commands_without_an_end_are_findings_where_ends_are_logged() -> None:
    assert codes(own_file(event(uuid="u1"), event(uuid="u2"))) == []
    items = own_file(event(uuid="u1"), event("exit", uuid="u1"), event(uuid="u2"))
    (unfinished,) = findings(items)
    assert (unfinished.code, unfinished.data) == ("command_unfinished", {"uuid": "u2", "host": "h", "user": "ann"})


def test_an_alert_is_a_finding() -> None:
    (alert,) = own_file(
        {"alert": {"reason": "problem parsing sudoers", "alert_time": {"seconds": 1, "nanoseconds": 1}}}
    )
    assert (alert.code, alert.data) == ("sudo_alert", {"reason": "problem parsing sudoers"})  # type: ignore[union-attr]


def test_an_event_without_uuid_is_named_by_what_it_says() -> None:
    one, two, other = (own_file(event(uuid=None, **more)) for more in ({}, {"server_time": 5}, {"command": "/bin/cat"}))
    assert facts(one)[0].natural == facts(two)[0].natural != facts(other)[0].natural


def test_an_event_of_syslog_that_cannot_be_read_is_rejected() -> None:
    (only,) = import_bytes("sshd-3339", b'2026-11-22T10:00:00Z h sudo: @cee:{"sudo":{"accept":{"uuid"\n')
    assert "sudo's event cannot be read: not JSON" in only.reason  # type: ignore[union-attr]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("ann"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*event()["accept"], "runenv", "run_time", "ttyname", "x"]), inner, max_size=5
        )
    ),  # type: ignore[misc]
    max_leaves=12,
)


@unhurried
@given(kind=st.sampled_from(["accept", "reject", "exit", "alert", "other"]), body=json_values)
def test_any_event_is_a_fact_or_named(kind: str, body: object) -> None:
    text = json.dumps({kind: body}).encode()
    assert import_bytes("sudo", text + b"\n")
    assert import_bytes("sshd-3339", b"2026-11-22T10:00:00Z h sudo: @cee:" + text + b"\n")


@unhurried
@given(data=st.binary(max_size=120), at=st.integers(0, 2000), cut=st.integers(0, 200))
def test_no_bytes_raise_and_no_line_is_lost(data: bytes, at: int, cut: int) -> None:
    whole = SUDO.read_bytes()[:4000]
    import_bytes("sudo", whole[:at] + data + whole[at + cut :])
    import_bytes("sshd-3339", b"2026-11-22T10:00:00Z h sudo: ann : " + data)


def test_deep_nesting_is_refused_by_name() -> None:
    deep = b'{"accept": ' + b'{"a":' * 3000 + b"1" + b"}" * 3000 + b"}\n"
    (only,) = import_bytes("sudo", deep)
    assert "nested too deeply" in only.reason  # type: ignore[union-attr]


def test_an_event_longer_than_any_is_refused_and_the_next_one_read() -> None:
    lines = [
        '{\n    "accept": {\n',
        *(f'        "x{n}": "{"y" * 1000}",\n' for n in range(4400)),
        '        "z": 1\n    },\n',
    ]
    rest = json.dumps(event(), indent=4)[1:] + "\n"
    items = import_bytes("sudo", ("".join(lines) + rest).encode())
    assert len(facts(items)) == 1
    assert "longer than an event may be" in rejected(items)[0].reason


@pytest.mark.parametrize(
    ("zone", "year", "hours"),
    [("+00:00", 2026, 9), ("+09:00", 2025, -365 * 24), ("+09:00", 2035, 9 * 365 * 24 + 2 * 24)],
)
def test_a_zone_or_year_that_sudo_contradicts_is_a_finding(zone: str, year: int, hours: int) -> None:
    path, right = AUTH_LOGS["sshd-3164"]
    assert "times_disagree" not in codes(import_file("sshd-3164", path, right))
    (found,) = [
        each
        for each in findings(import_file("sshd-3164", path, Options(zone=zone, year=year)))
        if each.code == "times_disagree"
    ]
    assert found.data["lines"] == path.read_text().count('"server_time"')
    assert found.data["by_s"] // 3600 == hours
    assert found.lines[0] == next(
        number for number, line in enumerate(path.read_text().splitlines(), 1) if "server_time" in line
    )
