"""Correlation of evenings that were made up, whose truth is known: no record is ever joined to a wrong login.

Logins of two users on two hosts overlap at will. Each host has an auth.log (whole seconds), a journal (microseconds,
the kernel's numbers) and sudo's own file; each login may have a recording. Any of these imports may be missing, and
logs may be cut at any time. What is joined must be true; what is not, must be unplaced; no order changes anything.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import event, given, settings
from hypothesis import strategies as st
from recording_runs import unhurried

from ledger.ingest.correlate import Record, correlate, correlate_in_order
from ledger.ingest.correlation import Correlation, Outcome, Unplaced

BOOTS = {"alpha": "a" * 32, "beta": "b" * 32}
EPOCH = datetime(2026, 11, 22, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Login:
    """What really happened."""

    number: int
    host: str
    user: str
    start: float
    length: float
    recorded: bool
    numbered_late: bool
    commands: tuple[float, ...]
    tells_port: bool

    @property
    def end(self) -> float:
        return self.start + self.length

    @property
    def truth(self) -> str:
        return f"{self.number}"


def spelled(at: float, digits: int) -> str:
    text = (EPOCH + timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return (text[: 20 + digits] if digits else text[:19]) + "Z"


def identity(login: Login, *, journal: bool, numbered: bool) -> dict[str, object]:
    data: dict[str, object] = {
        "service": "sshd",
        "host": login.host,
        "user": login.user,
        "source_address": "192.0.2.1",
        "source_port": 40_000 + login.number,
        "sshd_pid": 100 + login.number,
    }
    if journal:
        data["boot_id"] = BOOTS[login.host]
        if numbered:
            data["audit_session"] = 1 + login.number
    return data


class Evening:
    """The imports, as far as each log goes."""

    def __init__(self, logins: list[Login], cuts: dict[str, float]) -> None:
        self.records: list[Record] = []
        self.truth: dict[str, str] = {}
        for login in logins:
            for log, digits in (("auth", 0), ("journal", 6)):
                self._login(login, f"{log}-{login.host}", digits, cuts)
            for n, share in enumerate(login.commands):
                at = login.start + share * login.length
                for log in ("auth", "journal", "sudo"):
                    self._command(login, n, at, f"{log}-{login.host}", cuts)
            if login.recorded:
                self._recording(login)

    def _login(self, login: Login, log: str, digits: int, cuts: dict[str, float]) -> None:
        journal = log.startswith("journal")
        name = f"{login.host}:{100 + login.number}:192.0.2.1:{40_000 + login.number}:{spelled(login.start, 0)}"
        accepted_at = spelled(login.start, digits)
        accepted = identity(login, journal=journal, numbered=not login.numbered_late)
        self._add(login, log, cuts, login.start, "login.accepted.v1", accepted_at, f"login:{name}", accepted)
        ended = identity(login, journal=journal, numbered=True) | {"accepted_at": accepted_at}
        self._add(login, log, cuts, login.end, "login.ended.v1", spelled(login.end, digits), f"logout:{name}", ended)

    def _command(self, login: Login, number: int, at: float, log: str, cuts: dict[str, float]) -> None:
        uuid = f"u{login.number}-{number}"
        data: dict[str, object] = {"uuid": uuid, "host": login.host, "user": login.user, "decision": "accepted"}
        if log.startswith("journal"):
            data |= {"audit_session": 1 + login.number, "boot_id": BOOTS[login.host]}
        if login.tells_port:
            data["environment"] = [f"SSH_CONNECTION=192.0.2.1 {40_000 + login.number} 192.0.2.9 22"]
        observed = "session.command_observed.v1"
        self._add(login, log, cuts, at, observed, spelled(at, 6), f"sudo:{uuid}:accept", data)
        after = min(at + 0.5, login.end)
        exit_data = {name: data[name] for name in ("uuid", "audit_session", "boot_id") if name in data}
        exited = "session.command_exited.v1"
        self._add(login, log, cuts, after, exited, spelled(after, 6), f"sudo:{uuid}:exit", exit_data)

    def _recording(self, login: Login) -> None:
        name = f"{BOOTS[login.host]}-{login.number:x}-1"
        start, end = login.start + 0.01, max(login.start + 0.01, login.end - 0.01)
        data: dict[str, object] = {
            "recording": name,
            "kind": "terminal",
            "format": "tlog",
            "host": login.host,
            "user": login.user,
            "audit_session": 1 + login.number,
            "started_at": spelled(start, 3),
        }
        log = f"tlog-{login.number}"
        self._add(login, log, {}, start, "recording.started.v1", spelled(start, 3), f"tlog:{name}:started", data)
        self._add(login, log, {}, end, "recording.finalized.v1", spelled(end, 3), f"tlog:{name}:finalized", data)

    def _add(
        self,
        login: Login,
        log: str,
        cuts: dict[str, float],
        at: float,
        kind: str,
        spelling: str,
        natural: str,
        data: dict[str, object],
    ) -> None:
        if at <= cuts.get(log, float("inf")):
            record = Record(f"{log}/{natural}", log, kind, spelling, natural, data)
            self.records.append(record)
            self.truth[record.id] = login.truth


@st.composite
def logins(draw: st.DrawFn) -> list[Login]:
    count = draw(st.integers(1, 5))
    times = st.integers(0, 400).map(lambda tenth: tenth / 10 + 0.05)
    return [
        Login(
            number,
            draw(st.sampled_from(sorted(BOOTS))),
            draw(st.sampled_from(["ann", "bob"])),
            draw(times),
            draw(st.sampled_from([0.2, 1.0, 5.0, 30.0, 4_000.0])),
            draw(st.booleans()),
            draw(st.booleans()),
            tuple(draw(st.lists(st.sampled_from([0.1, 0.5, 0.9]), max_size=2, unique=True))),
            draw(st.booleans()),
        )
        for number in range(count)
    ]


cuts = st.dictionaries(
    st.sampled_from([f"{log}-{host}" for log in ("auth", "journal", "sudo") for host in BOOTS]),
    st.integers(0, 500).map(lambda tenth: tenth / 10),
    max_size=3,
)


def joined(outcomes: list[Outcome]) -> dict[str, str]:
    return {
        member.record: outcome.session
        for outcome in outcomes
        if isinstance(outcome, Correlation)
        for member in outcome.members
    }


@settings(unhurried, max_examples=400)
@given(logins=logins(), cuts=cuts, missing=st.sets(st.sampled_from(range(11))), seed=st.integers(0, 99))
def test_what_is_joined_is_true_and_nothing_is_lost(
    logins: list[Login], cuts: dict[str, float], missing: set[int], seed: int
) -> None:
    evening = Evening(logins, cuts)
    imports = sorted({record.import_id for record in evening.records})
    gone = {name for number, name in enumerate(imports) if number in missing}
    told = [record for record in evening.records if record.import_id not in gone]
    outcomes = list(correlate(told))
    went = joined(outcomes)
    truth_of: dict[str, str] = {}
    for record, session in went.items():
        assert truth_of.setdefault(session, evening.truth[record]) == evening.truth[record]
    assert len(set(truth_of.values())) == len(truth_of), "two sessions are one login"
    left = [outcome.record for outcome in outcomes if isinstance(outcome, Unplaced)]
    assert sorted([*went, *left]) == sorted(record.id for record in told)
    event(f"joined {len(went) * 4 // max(1, len(told))}/4")
    shuffled = list(told)
    random.Random(seed).shuffle(shuffled)
    assert set(correlate(shuffled)) == set(outcomes)
    in_order = sorted(told, key=lambda record: record.occurred_at or "")
    assert set(correlate_in_order(in_order)) == set(outcomes)


@settings(unhurried, max_examples=100)
@given(logins=logins())
def test_with_every_log_whole_every_record_is_joined_by_the_kernel_s_number(logins: list[Login]) -> None:
    evening = Evening(logins, {})
    outcomes = list(correlate(evening.records))
    assert len(joined(outcomes)) == len(evening.records)


@settings(unhurried, max_examples=200)
@given(logins=logins(), cuts=cuts, seed=st.integers(0, 10_000))
def test_a_subset_of_the_imports_never_contradicts_the_whole(
    logins: list[Login], cuts: dict[str, float], seed: int
) -> None:
    evening = Evening(logins, cuts)
    imports = sorted({record.import_id for record in evening.records})
    chosen = {name for name in imports if random.Random(f"{seed} {name}").random() < 0.5}
    all_of_it = joined(list(correlate(evening.records)))
    part = joined(list(correlate([record for record in evening.records if record.import_id in chosen])))
    for record, session in part.items():
        if record in all_of_it:
            assert all_of_it[record] == session
