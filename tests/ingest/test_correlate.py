"""Correlation of the captured evening: the ground truth, the ten traps, any order and any subset of the imports."""

import io
import itertools
import random
from collections import Counter
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_runs import AUTH_LOGS, JOURNALS, SUDO, auth_lines, import_bytes, import_file
from recording_runs import CAPTURED, facts, public_sample, unhurried

from ledger.ingest.correlate import CorrelationOrderError, Record, correlate, correlate_in_order
from ledger.ingest.correlation import MEMBERS_PER_FACT, Basis, Correlation, Member, Outcome, Unplaced
from ledger.ingest.lines import read_lines
from ledger.ingest.model import Fact
from ledger.ingest.registry import Options, open_format
from ledger.log.canonical import encode

S1, S2, S3, S4, S5 = SESSIONS = [
    f"ssh:kokyaku-ap01:{name}"
    for name in (
        "1037:127.0.10.15:49397:2026-11-22T09:04:51Z",
        "1599:127.0.10.15:50351:2026-11-22T09:06:57Z",
        "2009:127.0.10.15:40025:2026-11-22T09:07:43Z",
        "2710:127.0.10.15:54253:2026-11-22T09:08:20Z",
        "5101:127.0.10.15:59199:2026-11-22T09:16:51Z",
    )
]
DESKTOP = "desktop:2026-11-22T09:08:29Z:127.0.0.1:127.0.0.1:25977"
DESKTOP_FAILED = "desktop:2026-11-22T09:08:16Z:127.0.0.1:127.0.0.1:25977"
RECORDED = ("", "412-619e4", "644-64acf", "7de-65cb8", "a9b-66b46", "13f2-732ec")
GATEWAY_FILES = {"d9": "kokyaku-gw01-20261122.9", "d11": "kokyaku-gw01-20261122.11"}
JST = Options(zone="+09:00")


@cache
def imported() -> dict[str, list[Fact]]:
    """Every captured source, imported once."""
    sources = {name: import_file(name, *AUTH_LOGS[name]) for name in AUTH_LOGS}
    sources |= {name: import_file(name, path) for name, path in JOURNALS.items()}
    sources["sudo"] = import_file("sudo", SUDO)

    def unlogged(name: str, path: str, options: Options = JST) -> list[Fact]:
        importer = open_format(name, options).importer
        with (CAPTURED / path).open("rb") as file:
            items = [item for line in read_lines(file) for item in importer.feed(line)]
        return facts([*items, *importer.finish()])

    told = {name: facts(items) for name, items in sources.items()}
    told |= {f"tlog-S{n}": unlogged("tlog", f"tlog/recording-S{n}.jsonl", Options()) for n in range(1, 6)}
    told["cast"] = unlogged("asciinema", "asciinema/session-S2.cast", Options())
    told["gateway"] = unlogged("websockify-log", "desktop/websockify.log")
    told["vnc"] = unlogged("xtigervnc-log", "desktop/xtigervnc.log")
    for name, file in GATEWAY_FILES.items():
        told[name] = unlogged("websockify", f"desktop/{file}", Options(file_name=file))
    return told


def records(*names: str) -> list[Record]:
    """The facts of these imports as the log would hold them; all of them without names."""
    return [
        Record(f"{name} {number}", name, fact.type, fact.occurred_at, fact.natural, fact.data)
        for name in names or imported()
        for number, fact in enumerate(imported()[name])
    ]


def sessions(outcomes: list[Outcome]) -> dict[str, Correlation]:
    found = {outcome.session: outcome for outcome in outcomes if isinstance(outcome, Correlation)}
    assert len(found) == sum(isinstance(outcome, Correlation) for outcome in outcomes)
    return found


def unplaced(outcomes: list[Outcome]) -> dict[str, tuple[str, ...]]:
    return {outcome.record: outcome.candidates for outcome in outcomes if isinstance(outcome, Unplaced)}


def placed(outcomes: list[Outcome]) -> dict[str, tuple[str, Basis]]:
    """Which record was joined to which session on which ground; no record may be joined twice."""
    found: dict[str, tuple[str, Basis]] = {}
    for outcome in outcomes:
        if isinstance(outcome, Correlation):
            for member in outcome.members:
                assert member.record not in found
                found[member.record] = (outcome.session, member.basis)
    return found


def at_sessions(*names: str) -> dict[str, list[str | None]]:
    """Where each import's records went, in order."""
    found = placed(list(correlate(records(*names))))
    return {name: [found.get(f"{name} {n}", (None,))[0] for n in range(len(imported()[name]))] for name in names}


@cache
def whole() -> tuple[Outcome, ...]:
    return tuple(correlate(records()))


def test_the_evening_is_five_sessions_two_failures_and_two_desktop_connections() -> None:
    found = sessions(list(whole()))
    assert Counter(each.kind for each in found.values()) == {
        "ssh_session": 5,
        "ssh_failed_login": 2,
        "desktop_session": 1,
        "desktop_failed_login": 1,
    }
    assert set(SESSIONS) < set(found)
    assert (found[DESKTOP].kind, found[DESKTOP_FAILED].kind) == ("desktop_session", "desktop_failed_login")
    assert not unplaced(list(whole()))
    for session in SESSIONS:
        assert (found[session].host, found[session].user) == ("kokyaku-ap01", "t.sato")
    # The most precise record tells the times: here the journal's.
    assert (found[S1].started_at, found[S1].ended_at) == ("2026-11-22T09:04:51.929094Z", "2026-11-22T09:06:36.591756Z")


def test_every_record_is_where_the_ground_truth_says() -> None:
    went = placed(list(whole()))
    assert len(went) == len(records())
    commands = {"0ad1": S1, "9ef1": S1, "be2d": S1, "8c54": S1, "a54d": S1, "e73c": S1, "f557": S2, "b2c2": S2}
    commands |= {"fef8": S4, "1f22": S5, "82d5": S5}
    for record in records():
        session = went[record.id][0]
        if record.type.startswith("session.command"):
            assert session == commands[record.data["uuid"][:4]]
        elif record.type.startswith(("login.accepted", "login.ended")):
            assert session.split(":")[4] == str(record.data["source_port"])
        elif record.data.get("format") == "tlog":
            assert session == SESSIONS[[end in record.data["recording"] for end in RECORDED[1:]].index(True)]
        elif record.data.get("format") == "asciinema":
            assert session == S2
        elif record.import_id in {"d9", "d11"}:
            assert session == (DESKTOP if record.import_id == "d11" else DESKTOP_FAILED)


@pytest.mark.parametrize("seed", range(20))
def test_no_order_of_the_imports_or_records_makes_a_difference(seed: int) -> None:
    shuffled = records()
    random.Random(seed).shuffle(shuffled)
    assert set(correlate(shuffled)) == set(whole())
    by_import = list(imported())
    random.Random(seed).shuffle(by_import)
    assert set(correlate(records(*by_import))) == set(whole())


def test_records_in_the_order_of_their_times_need_no_sorting() -> None:
    in_order = sorted(records(), key=lambda record: record.occurred_at or "")
    assert set(correlate_in_order(in_order)) == set(whole())
    with pytest.raises(CorrelationOrderError, match="comes too late"):
        list(correlate_in_order([*in_order, in_order[5]] * 2))


LOGS = [("sshd-3164",), ("sshd-5424",), ("journal-json",), ("sudo",), ("tlog-S1", "tlog-S2", "tlog-S4"), ("cast",)]
LOGS += [("gateway",), ("vnc", "d9", "d11"), ("tlog-S3", "tlog-S5")]


@pytest.mark.parametrize("size", range(1, len(LOGS)))
def test_every_subset_of_the_imports_gives_a_part_of_the_whole(size: int) -> None:
    went = placed(list(whole()))
    names = {
        member.record: outcome.names
        for outcome in whole()
        if isinstance(outcome, Correlation)
        for member in outcome.members
    }
    for chosen in itertools.combinations(LOGS, size):
        part = list(correlate(records(*itertools.chain(*chosen))))
        for record, (session, _) in placed(part).items():
            assert session == went[record][0]
            assert session in names[record]
        for record, candidates in unplaced(part).items():
            assert len(candidates) != 1 or candidates[0] == went[record][0]


# The ten traps of the captured evening.


def test_trap_1_terminals_repeat_and_join_nothing() -> None:
    went = at_sessions("sshd-5424", "sudo")
    for fact, session in zip(imported()["sudo"], went["sudo"], strict=True):
        if fact.data.get("tty") == "pts/2":  # sudo's terminal in S5, and sshd's in S1 and S2
            assert session == S5
    told = [Record(r.id, r.import_id, r.type, r.occurred_at, r.natural, {**r.data, "tty": "pts/9"}) for r in records()]
    assert set(correlate(told)) == set(whole())


def test_trap_2_parent_and_child_are_one_login_at_both_log_levels() -> None:
    for name in AUTH_LOGS:
        for session in SESSIONS:
            ended = [
                member
                for member in sessions(list(correlate(records(name))))[session].members
                if member.natural.startswith("logout:")
            ]
            assert len(ended) == 1


def test_trap_3_a_login_whose_number_comes_late_is_joined_by_it_all_the_same() -> None:
    went = placed(list(correlate(records("journal-json"))))
    bases = {session: {basis for s, basis in went.values() if s == session} for session in SESSIONS}
    assert bases[S1] == {Basis.LOGIN, Basis.AUDIT_SESSION}
    assert bases[S4] == {Basis.LOGIN, Basis.AUDIT_SESSION}  # log level INFO: the number is told with the end


def test_trap_4_a_lost_connection_ends_the_session_after_its_recording() -> None:
    found = sessions(list(whole()))[S3]
    assert found.ended_at == "2026-11-22T09:07:59.926870Z"
    (end,) = [fact for fact in imported()["tlog-S3"] if fact.type == "recording.finalized.v1"]
    assert end.occurred_at is not None
    assert end.occurred_at < found.ended_at
    assert at_sessions("sshd-3164", "tlog-S3")["tlog-S3"] == [S3, S3]


def test_trap_5_messages_of_one_moment_in_any_order_are_one_recording() -> None:
    lines = (CAPTURED / "tlog" / "recording-S1.jsonl").read_bytes().splitlines(keepends=True)
    lines[12], lines[13] = lines[13], lines[12]  # ids 13 and 14 share their place in time
    importer = open_format("tlog", Options()).importer
    items = [item for line in read_lines(io.BytesIO(b"".join(lines))) for item in importer.feed(line)]
    told = facts([*items, *importer.finish()])
    swapped = [Record(f"tlog-S1 {n}", "tlog-S1", f.type, f.occurred_at, f.natural, f.data) for n, f in enumerate(told)]
    others = [record for record in records() if record.import_id != "tlog-S1"]
    assert set(correlate([*others, *swapped])) == set(whole())


def test_trap_6_bytes_that_are_no_text_do_not_keep_a_recording_from_its_session() -> None:
    went = placed(list(correlate(records("journal-export", "tlog-S4"))))
    assert went["tlog-S4 0"] == went["tlog-S4 1"] == (S4, Basis.AUDIT_SESSION)
    assert at_sessions("sshd-3164", "tlog-S4")["tlog-S4"] == [S4, S4]


def test_trap_7_a_secret_that_was_typed_is_in_no_fact_and_no_correlation() -> None:
    said = repr(records()) + repr(whole())
    assert "dummy" not in said
    assert "secret" not in said


def test_trap_8_an_end_that_falls_into_the_next_second_is_the_same_end() -> None:
    found = sessions(list(correlate(records("sshd-3164", "sshd-3339", "sshd-5424", "journal-json"))))[S2]
    assert sum(member.natural.startswith("logout:") for member in found.members) == 4
    assert found.ended_at == "2026-11-22T09:07:27.000059Z"


def test_trap_9_sudoedit_is_joined_by_the_port_in_its_environment() -> None:
    went = placed(list(correlate(records("sshd-3164", "sudo"))))
    editing = {f"sudo {n}": fact for n, fact in enumerate(imported()["sudo"]) if fact.data["uuid"].startswith("be2d")}
    assert [went[record] for record in editing] == [(S1, Basis.SOURCE_PORT), (S1, Basis.UUID)]
    others = {basis for record, (_, basis) in went.items() if record.startswith("sudo ") and record not in editing}
    assert others == {Basis.USER_HOST_TIME, Basis.UUID}


def test_trap_10_what_a_screen_shows_is_no_record() -> None:
    assert not [
        record for record in records() if record.occurred_at and record.occurred_at.startswith("2026-11-22T09:05:04")
    ]
    assert not any("09:05:04" in outcome.session for outcome in whole() if isinstance(outcome, Correlation))


def test_the_desktop_session_is_not_joined_to_the_login_of_the_same_time() -> None:
    went = at_sessions("sshd-5424", "journal-json", "tlog-S4", "gateway", "vnc", "d9", "d11")
    for name, session in (("gateway", DESKTOP), ("vnc", DESKTOP), ("d11", DESKTOP)):
        assert session in went[name]
    assert not {S4} & {*went["gateway"], *went["vnc"], *went["d11"], *went["d9"]}
    bases = Counter((member.basis, member.record.split()[0]) for member in sessions(list(whole()))[DESKTOP].members)
    assert bases == {(Basis.CONNECTION, "gateway"): 2, (Basis.TIME, "vnc"): 2, (Basis.FILE, "d11"): 3}


# Recordings without names.


def test_an_asciicast_is_joined_by_its_content_alone() -> None:
    assert at_sessions("sshd-3164", "tlog-S2", "cast")["cast"] == [S2, S2]
    # S1, S3 and S5 show some of the same lines; without S2's recording nothing proves anything.
    for others in (("tlog-S1", "tlog-S3", "tlog-S4", "tlog-S5"), ("journal-export",)):
        names = [name for name in others if name != "journal-export"]
        assert at_sessions("sshd-3164", *names, "cast")["cast"] == [None, None]
    went = placed(list(correlate(records("journal-export", "cast"))))
    assert went["cast 1"] == (S2, Basis.CONTENT)


def test_a_desktop_recording_without_its_name_is_joined_to_nothing() -> None:
    nameless = [
        Record(r.id, r.import_id, r.type, r.occurred_at, r.natural, {**r.data, "recording_file": None})
        for r in records("d11")
    ]
    assert unplaced(list(correlate([*records("gateway"), *nameless]))) == {f"d11 {n}": () for n in range(3)}


def test_a_file_name_that_two_connections_bear_joins_neither() -> None:
    later = [
        Record(
            f"{r.id} later",
            "gateway 2",
            r.type,
            "2026-11-23T" + str(r.occurred_at)[11:],
            r.natural.replace("-22T", "-23T"),
            {**r.data, "opened_at": str(r.data["opened_at"]).replace("-22T", "-23T")},
        )
        for r in records("gateway")
    ]
    outcomes = list(correlate([*records("gateway", "d11"), *later]))
    assert unplaced(outcomes) == {f"d11 {n}": (DESKTOP, DESKTOP.replace("-22T", "-23T")) for n in range(3)}


def test_two_connections_of_the_same_time_are_not_told_apart_by_it() -> None:
    twin = [
        Record(f"{r.id} twin", "vnc 2", r.type, r.occurred_at, r.natural.replace("37494", "40000"), r.data)
        for r in records("vnc")
        if "37494" in r.natural
    ]
    outcomes = list(correlate([*records("gateway", "vnc"), *twin]))
    assert set(unplaced(outcomes)) == {"vnc 2", "vnc 3", "vnc 2 twin", "vnc 3 twin"}


# Ends, beginnings and logs that are cut.


def test_a_rotated_log_is_one_session() -> None:
    def cut(lines: range, name: str) -> list[Record]:
        told = facts(import_bytes("sshd-3164", auth_lines(*lines), AUTH_LOGS["sshd-3164"][1]))
        return [Record(f"{name} {n}", name, f.type, f.occurred_at, f.natural, f.data) for n, f in enumerate(told)]

    before, after = cut(range(1, 38), "old"), cut(range(38, 104), "new")
    found = sessions(list(correlate([*after, *before])))[S1]
    assert found.ended_at == "2026-11-22T09:06:36Z"
    assert Basis.SOURCE_PORT in {member.basis for member in found.members}
    assert set(correlate([*before, *after])) == set(correlate([*after, *before]))


def test_a_command_after_the_end_of_a_cut_log_is_not_joined_to_a_login_that_was_open() -> None:
    told = facts(import_bytes("sshd-3164", auth_lines(*range(1, 20)), AUTH_LOGS["sshd-3164"][1]))
    cut = [Record(f"cut {n}", "cut", f.type, f.occurred_at, f.natural, f.data) for n, f in enumerate(told)]
    outcomes = list(correlate([*cut, *records("sudo")]))
    # The first command stands in the cut log as well, which therefore was open then; of later ones nobody knows.
    assert placed(outcomes)["sudo 0"] == (S1, Basis.USER_HOST_TIME)
    uncertain = unplaced(outcomes)
    assert uncertain["sudo 2"] == (S1,)
    assert all(candidates in {(S1,), ()} for candidates in uncertain.values())


def test_public_journals_are_one_session_each() -> None:
    for sample, pid in (("journal-good.txt", 1515), ("journal-bad-timing.txt", 1816)):
        told = facts(import_file("journal-export", public_sample(f"scribery-tlog/{sample}")))
        numbered = [Record(str(n), "j", f.type, f.occurred_at, f.natural, f.data) for n, f in enumerate(told)]
        (found,) = sessions(list(correlate(numbered))).values()
        assert f":{pid}:::1:" in found.session
        assert Counter(member.basis for member in found.members) == {Basis.LOGIN: 2, Basis.AUDIT_SESSION: 2}


# The correlation as a fact.


def test_a_correlation_is_a_fact_of_its_own() -> None:
    for outcome in whole():
        assert isinstance(outcome, Correlation)
        (fact,) = outcome.facts()
        encode(dict(fact.data))
        assert fact.type == "session.correlated.v1"
        assert fact.data["session"] == outcome.session
        assert len(fact.data["members"]) == len(outcome.members)


def test_another_set_of_members_is_another_fact() -> None:
    def named(*names: str) -> set[str]:
        return {fact.natural for each in sessions(list(correlate(records(*names)))).values() for fact in each.facts()}

    assert named("sshd-3164") == named("sshd-3164")
    assert not named("sshd-3164") & named("sshd-3164", "sshd-5424")


def test_a_session_with_many_members_is_told_in_parts() -> None:
    members = tuple(Member(f"n{n}", Basis.UUID, f"r{n}") for n in range(MEMBERS_PER_FACT * 2 + 1))
    told = list(Correlation("ssh_session", "ssh:x", ("ssh:x",), "h", "u", None, None, members).facts())
    assert [fact.data["part"] for fact in told] == [1, 2, 3]
    assert sum(len(fact.data["members"]) for fact in told) == len(members)
    assert len({fact.natural for fact in told}) == 3


@settings(unhurried, max_examples=200)
@given(
    data=st.lists(
        st.tuples(
            st.sampled_from(sorted({record.type for record in records()} | {"other.v1"})),
            st.sampled_from([None, "", "x", "2026-11-22T09:05:00Z", "2026-11-22T09:05:00.123456789Z"]),
            st.dictionaries(
                st.sampled_from(sorted({name for record in records() for name in record.data})),
                st.none()
                | st.integers(-5, 5)
                | st.sampled_from(["", "h", "desktop", "tlog", "failed"])
                | st.just(["SSH_CONNECTION=a 5", 7, "x"]),
            ),
        ),
        max_size=6,
    )
)
def test_no_fact_whatever_it_holds_stops_correlation(data: list[tuple[str, str | None, dict[str, object]]]) -> None:
    told = [Record(str(n), "i", kind, at, f"n:{n}", members) for n, (kind, at, members) in enumerate(data)]
    outcomes = list(correlate(told))
    assert set(correlate(told[::-1])) == set(outcomes)
    seen = [*placed(outcomes), *(outcome.record for outcome in outcomes if isinstance(outcome, Unplaced))]
    assert len(seen) == len(set(seen))
