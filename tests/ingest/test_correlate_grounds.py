"""The grounds of correlation one by one, and where they end: what joins, what prevents a join, what is let go when."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ledger.ingest.correlate import Correlator, Record, correlate, correlate_in_order
from ledger.ingest.correlation import Basis, Correlation, Outcome, Unplaced
from ledger.ingest.line_match import LEAST_LINES, LEAST_LINES_CUT, contains
from ledger.ingest.login_session import same_host, short_host

START = datetime(2026, 11, 22, 9, tzinfo=UTC)


def spelled(second: float, digits: int = 6) -> str:
    text = (START + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return (text[: 20 + digits] if digits else text[:19]) + "Z"


def login(
    start: float, end: float | None, *, host: str = "h", port: int = 5, log: str = "a", digits: int = 6, **more: object
) -> list[Record]:
    """A login and, if it ended, its end."""
    data = {"host": host, "user": "ann", "source_address": "192.0.2.1", "source_port": port, "sshd_pid": 7} | more
    name = f"{host}:7:192.0.2.1:{port}:{spelled(start, 0)}"
    at = spelled(start, digits)
    told = [Record(f"{log} login {port} {start}", log, "login.accepted.v1", at, f"login:{name}", data)]
    if end is not None:
        data = data | {"accepted_at": at}
        told.append(
            Record(f"{log} end {port} {start}", log, "login.ended.v1", spelled(end, digits), f"logout:{name}", data)
        )
    return told


def command(at: float, *, uuid: str = "u", log: str = "s", kind: str = "observed", **more: object) -> Record:
    data = {"host": "h", "user": "ann", "uuid": uuid} | more
    return Record(f"{log} {uuid} {kind}", log, f"session.command_{kind}.v1", spelled(at), f"sudo:{uuid}:{kind}", data)


def port(number: int) -> list[str]:
    return ["LANG=C", f"SSH_CONNECTION=192.0.2.1 {number} 192.0.2.9 22"]


def grounds(outcomes: Iterator[Outcome]) -> dict[str, tuple[str, str] | tuple[str, ...]]:
    """For each command its session's port and the ground, or the ports of its candidates."""
    found: dict[str, tuple[str, str] | tuple[str, ...]] = {}
    for outcome in outcomes:
        if isinstance(outcome, Unplaced):
            found[outcome.record] = tuple(sorted(candidate.split(":")[4] for candidate in outcome.candidates))
        else:
            for member in outcome.members:
                if member.record.startswith(("s ", "j ")):
                    found[member.record] = (outcome.session.split(":")[4], member.basis.value)
    return found


def test_user_host_and_time_join_where_one_login_alone_fits() -> None:
    assert grounds(correlate([*login(0, 10), command(5)])) == {"s u observed": ("5", "user_host_time")}
    both = [*login(0, 10), *login(2, 12, port=6)]
    assert grounds(correlate([*both, command(5)])) == {"s u observed": ("5", "6")}
    assert grounds(correlate([*both, command(1)])) == {"s u observed": ("5", "user_host_time")}


def test_outside_the_login_or_of_another_user_or_host_nothing_is_joined() -> None:
    for other in (
        command(-0.001),
        command(10.001),
        command(5, user="bob"),
        command(5, host="g"),
        command(5, user=None),
    ):
        assert grounds(correlate([*login(0, 10), other])) == {"s u observed": ()}


def test_a_log_in_whole_seconds_leaves_its_last_second_open() -> None:
    coarse = login(0.9, 10.1, digits=0)
    assert grounds(correlate([*coarse, command(0.2)])) == {"s u observed": ("5", "user_host_time")}
    assert grounds(correlate([*coarse, command(10.9)])) == {"s u observed": ("5", "user_host_time")}
    # A more precise log of the same login tells that it was not open then.
    assert grounds(correlate([*coarse, *login(0.9, 10.1, log="b"), command(10.9)])) == {"s u observed": ()}


def test_the_kernel_s_number_joins_and_keeps_apart() -> None:
    both = [*login(0, 10, audit_session=7), *login(2, 12, port=6, audit_session=8)]
    assert grounds(correlate([*both, command(5, audit_session=8)])) == {"s u observed": ("6", "audit_session")}
    assert grounds(correlate([*login(0, 10, audit_session=7), command(5, audit_session=9)])) == {"s u observed": ()}
    # Of a login without a number, user, host and time decide.
    assert grounds(correlate([*login(0, 10), command(5, audit_session=9)])) == {"s u observed": ("5", "user_host_time")}


def test_the_kernel_counts_anew_with_every_boot() -> None:
    first = login(0, 10, audit_session=7, boot_id="x" * 32)
    second = login(2, 12, port=6, audit_session=7, boot_id="y" * 32)
    told = command(5, audit_session=7, boot_id="y" * 32)
    assert grounds(correlate([*first, *second, told])) == {"s u observed": ("6", "audit_session")}
    assert grounds(correlate([*first, *second, command(5, audit_session=7)])) == {"s u observed": ("5", "6")}


def test_the_port_in_the_environment_joins_within_its_user_alone() -> None:
    both = [*login(0, 10), *login(2, 12, port=6)]
    assert grounds(correlate([*both, command(5, environment=port(6))])) == {"s u observed": ("6", "source_port")}
    others = [*login(0, 10), *login(2, 12, port=6, user="bob")]
    # Ann cannot put her command into Bob's session; and that her only one has another port is not overlooked.
    assert grounds(correlate([*others, command(5, environment=port(6))])) == {"s u observed": ("5",)}


def test_a_port_that_contradicts_prevents_the_join() -> None:
    assert grounds(correlate([*login(0, 10), command(5, environment=port(99))])) == {"s u observed": ("5",)}
    numbered = [*login(0, 10, audit_session=7), *login(2, 12, port=6, audit_session=8)]
    told = command(5, audit_session=7, environment=port(6))
    # The kernel excludes the login whose port the environment tells: the kernel is believed.
    assert grounds(correlate([*numbered, told])) == {"s u observed": ("5", "audit_session")}
    unnumbered = [*login(0, 10, audit_session=7), *login(2, 12, port=6)]
    assert grounds(correlate([*unnumbered, told])) == {"s u observed": ("5", "6")}


def test_what_one_record_of_a_command_proves_holds_for_all() -> None:
    both = [*login(0, 10, audit_session=7), *login(2, 12, port=6, audit_session=8)]
    told = [command(5), command(5, log="j", audit_session=8), command(6, kind="exited", host=None, user=None)]
    assert grounds(correlate([*both, *told])) == {
        "s u observed": ("6", "uuid"),
        "j u observed": ("6", "audit_session"),
        "s u exited": ("6", "uuid"),
    }


def test_the_end_of_a_long_command_goes_where_its_beginning_went() -> None:
    told = [command(5), command(5000, kind="exited", host=None, user=None)]
    assert grounds(correlate([*login(0, 5001), *told]))["s u exited"] == ("5", "uuid")
    # Long after the login's own end nothing is remembered of it.
    late = [command(5), command(5000, kind="exited", host=None, user=None)]
    assert grounds(correlate([*login(0, 10), *late]))["s u exited"] == ()


def test_a_record_that_comes_when_its_command_is_placed_goes_there_too() -> None:
    goes_on = [command(100 * n, uuid=f"v{n}", log="a", user="bob") for n in range(1, 6)]
    late = [command(300, kind="exited", host=None, user=None), command(310, kind="exited", log="j", audit_session=7)]
    found = grounds(correlate([*login(0, 400, audit_session=7), command(5), *goes_on, *late]))
    assert found["s u exited"] == ("5", "uuid")
    assert found["j u exited"] == ("5", "audit_session")


def recording(start: float, end: float | None, **data: object) -> list[Record]:
    """A terminal recording of the same user, and its end if there is one."""
    told = {"recording": "r", "kind": "terminal", "host": "h", "user": "ann", "started_at": spelled(start), **data}
    records = [Record("s started", "t", "recording.started.v1", spelled(start), "r:started", told)]
    if end is not None:
        records.append(Record("s finalized", "t", "recording.finalized.v1", spelled(end), "r:finalized", told))
    return records


def test_a_recording_must_lie_within_its_login_but_for_its_last_message() -> None:
    for start, end in ((0, 10), (3, 4), (3, 14)):
        found = grounds(correlate([*login(0, 10), *recording(start, end)]))
        assert found == {"s started": ("5", "user_host_time"), "s finalized": ("5", "user_host_time")}
    for start, end in ((-1, 10), (3, 16), (10.5, 11)):
        assert grounds(correlate([*login(0, 10), *recording(start, end)])) == {"s started": (), "s finalized": ()}


def test_a_recording_without_an_end_is_placed_by_its_beginning() -> None:
    assert grounds(correlate([*login(0, 10), *recording(3, None)])) == {"s started": ("5", "user_host_time")}
    month = 32 * 86_400
    later = login(month, month + 1, port=6)
    in_order = correlate_in_order([*login(0, None, log="b"), *recording(3, None), *later])
    assert grounds(in_order) == {"s started": ("5",)}


def test_one_login_in_two_logs_is_one_though_they_disagree_about_the_second() -> None:
    one, two = login(42.999990, 50, log="a"), login(43.000010, 50.2, log="b")
    (found,) = correlate([*one, *two])
    assert isinstance(found, Correlation)
    assert len(found.members) == 4
    assert found.session.endswith("T09:00:42Z")
    assert [name[-9:] for name in found.names] == ["09:00:42Z", "09:00:43Z"]


def test_a_process_and_port_that_are_used_again_later_are_another_login() -> None:
    assert len(list(correlate([*login(0, 10), *login(60, 70)]))) == 2


def test_a_host_with_and_without_its_domain_is_one() -> None:
    short, full = login(0, 10, log="a"), login(0, 10, host="h.example.test", log="b")
    told = [command(5, uuid="x", host="h"), command(5, uuid="y", host="h.example.test")]
    found = grounds(correlate([*short, *full, *told]))
    assert found == {"s x observed": ("5", "user_host_time"), "s y observed": ("5", "user_host_time")}
    (session,) = (outcome for outcome in correlate([*short, *full]) if isinstance(outcome, Correlation))
    assert session.host == "h"
    two_hosts = [*login(0, 10, host="h.tokyo.example"), *login(0, 10, host="h.osaka.example", port=6)]
    assert grounds(correlate([*two_hosts, command(5)])) == {"s u observed": ("5", "6")}
    assert grounds(correlate([*two_hosts, command(5, host="h.osaka.example")])) == {
        "s u observed": ("6", "user_host_time")
    }


def test_names_of_hosts() -> None:
    assert same_host("h", "h.example")
    assert not same_host("h.a", "h.b")
    assert not same_host("h", "g.example")
    assert short_host("h.example") == "h"
    assert short_host("192.0.2.1") == "192.0.2.1"
    assert short_host("2001:db8::1") == "2001:db8::1"
    assert short_host(None) == "-"


def test_an_open_login_is_a_choice_as_far_as_its_log_goes_and_a_candidate_after() -> None:
    log_goes_on = command(20, uuid="later", log="a", user="bob")
    assert grounds(correlate([*login(0, None), command(5), log_goes_on]))["s u observed"] == ("5", "user_host_time")
    assert grounds(correlate([*login(0, None), command(5)])) == {"s u observed": ("5",)}
    closed = login(2, 12, port=6)
    assert grounds(correlate([*login(0, None, log="b"), *closed, command(5)])) == {"s u observed": ("5", "6")}


def test_an_end_without_its_beginning_finds_it_by_port_or_process() -> None:
    def ended(at: float, **data: object) -> Record:
        return Record("s end", "b", "login.ended.v1", spelled(at), "logout:x:start-not-seen", {"host": "h", **data})

    by_port = ended(10, source_address="192.0.2.1", source_port=5)
    by_process = ended(10, sshd_pid=7, user="ann")
    for record, basis in ((by_port, Basis.SOURCE_PORT), (by_process, Basis.PID)):
        (found,) = correlate([*login(0, None), record])
        assert isinstance(found, Correlation)
        assert found.ended_at == spelled(10)
        assert {member.basis for member in found.members} == {Basis.LOGIN, basis}
    for record in (
        ended(-1, source_address="192.0.2.1", source_port=5),
        ended(10, source_address="192.0.2.1", source_port=6),
        ended(10, sshd_pid=8),
        ended(10, sshd_pid=7, user="bob"),
        ended(10),
    ):
        assert grounds(correlate([*login(0, None), record]))["s end"] == ()
    assert grounds(correlate([*login(0, 4), by_process]))["s end"] == ()
    two = [*login(0, None), *login(60, None, port=6)]
    assert grounds(correlate([*two, ended(70, sshd_pid=7)]))["s end"] == ("5", "6")


def test_a_desktop_recording_that_tells_its_time_must_lie_within_the_connection() -> None:
    def gateway(start: float, end: float | None) -> list[Record]:
        data = {"recording_file": "f.1", "opened_at": spelled(start, 0)}
        told = [Record("g opened", "g", "desktop.connection_opened.v1", spelled(start, 0), "gateway:x:opened", data)]
        if end is not None:
            kind = "desktop.connection_closed.v1"
            told.append(Record("g closed", "g", kind, spelled(end, 0), "gateway:x:closed", data))
        return told

    def desktop(start: float, end: float) -> list[Record]:
        data = {"recording": "d", "kind": "desktop", "recording_file": "f.1", "started_at": spelled(start)}
        return [Record("s d", "d", "recording.finalized.v1", spelled(end), "d:finalized", data)]

    def joined(*records: Record) -> bool:
        (found,) = [each for each in correlate(records) if isinstance(each, Correlation)]
        return "s d" in {member.record for member in found.members}

    assert joined(*gateway(0, 60), *desktop(0.5, 60.5))
    assert joined(*gateway(0, None), *desktop(0.5, 60.5))
    assert not joined(*gateway(0, 60), *desktop(-5, 60.5))
    assert not joined(*gateway(0, 60), *desktop(0.5, 70))


def test_sessions_are_given_while_records_come() -> None:
    correlator = Correlator()
    given: list[Outcome] = []
    for number in range(200):
        for record in [
            *login(number * 100, number * 100 + 50, port=number),
            command(number * 100 + 5, uuid=f"u{number}"),
        ]:
            correlator.take(record)
        if number % 10 == 0:
            given.extend(correlator.settled())
    assert len(given) > 150
    assert len([*given, *correlator.finish()]) == 200


def test_a_login_without_an_end_is_let_go_after_a_month() -> None:
    month = 32 * 86_400
    told = [*login(0, None), *login(month, month + 1, port=6)]
    first, second = correlate_in_order(told)
    assert isinstance(first, Correlation)
    assert isinstance(second, Correlation)
    assert (first.ended_at, second.ended_at) == (None, spelled(month + 1))


def test_content_is_told_by_lines_that_run_on() -> None:
    lines = [f"line {n}" for n in range(20)]
    assert contains(["greeting", *lines, "after"], lines)
    assert contains(lines[:LEAST_LINES], lines[:LEAST_LINES])
    assert not contains(lines[: LEAST_LINES - 1], lines[: LEAST_LINES - 1])
    assert not contains(lines, [])
    assert not contains(["greeting", *lines[:10], "other", *lines[10:]], lines)
    assert contains(["greeting", *lines[:LEAST_LINES_CUT]], lines)
    assert not contains(["greeting", *lines[: LEAST_LINES_CUT - 1]], lines)
    assert contains([lines[0], *lines], lines)
