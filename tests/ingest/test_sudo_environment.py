"""Environments of commands are not kept, in whatever log they stand, and the facts are the same without them."""

import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from log_runs import AUTH_LOGS, JOURNALS, SUDO, import_bytes
from recording_runs import facts, rejected, unhurried

from ledger.ingest import sudo_environment
from ledger.ingest.left_out import is_left_out
from ledger.ingest.lines import read_lines
from ledger.ingest.model import Line, Redactor
from ledger.ingest.registry import Options, open_format

SECRET = "dummy-secret-0000"
PLAIN = Options()
CAPTURED = {
    **{name: (path.read_bytes(), options) for name, (path, options) in AUTH_LOGS.items()},
    **{name: (path.read_bytes(), PLAIN) for name, path in JOURNALS.items()},
    "sudo": (SUDO.read_bytes(), PLAIN),
}
ENVIRONMENT = [
    "TZ=Asia/Tokyo",
    f"AWS_SECRET={SECRET}",
    f'Q=a"]\\{SECRET}',
    f"日本={SECRET}",
    SECRET,
    "E=",
    "SSH_TTY=/dev/pts/2",
]
EVENT = {
    "uuid": "u1",
    "submit_time": {"seconds": 1795338306, "nanoseconds": 0},
    "submituser": "t.sato",
    "command": "/usr/bin/echo",
    "runargv": ["echo", '"runenv":["A=kept"]', "x ; ENV=kept ; COMMAND=kept"],
    "runenv": ENVIRONMENT,
}
STAMP = b"2026-11-22T10:00:00Z h "
ENTRY = {"__REALTIME_TIMESTAMP": "1795338306814671", "_HOSTNAME": "h", "SYSLOG_IDENTIFIER": "sudo", "_PID": "5"}


def keep(name: str, data: bytes, options: Options = PLAIN, limit: int = 1 << 20) -> tuple[bytes, Redactor]:
    redactor = open_format(name, options).redactor
    assert redactor is not None
    return b"".join(redactor.keep(line) + line.end for line in read_lines(io.BytesIO(data), limit=limit)), redactor


def spelled(event: object, *, indent: int | None = None, ascii_only: bool = True) -> bytes:
    separators = (",", ":") if indent is None else None
    return json.dumps(event, indent=indent, separators=separators, ensure_ascii=ascii_only).encode()


def sources() -> dict[str, tuple[str, bytes]]:
    cee = b"@cee:" + spelled({"sudo": {"accept": EVENT}})
    sized = len(cee).to_bytes(8, "little")
    fields = b"".join(f"{name}={value}\n".encode() for name, value in ENTRY.items())
    return {
        "syslog": ("sshd-3339", STAMP + b"sudo: " + cee + b"\n"),
        "syslog, not ASCII": (
            "sshd-3339",
            STAMP + b"sudo: @cee:" + spelled({"sudo": {"accept": EVENT}}, ascii_only=False) + b"\n",
        ),
        "own file": ("sudo", spelled({"accept": EVENT}, indent=4) + b"\n"),
        "own file, its list on another line": (
            "sudo",
            spelled({"accept": EVENT}, indent=4).replace(b'"runenv": [', b'"runenv":\n  ['),
        ),
        "own file, compact": ("sudo", spelled({"accept": EVENT}) + b"\n"),
        "journal, JSON": ("journal-json", spelled(ENTRY | {"MESSAGE": cee.decode()}) + b"\n"),
        "journal, JSON, bytes": ("journal-json", spelled(ENTRY | {"MESSAGE": list(cee)}) + b"\n"),
        "journal, export": ("journal-export", fields + b"MESSAGE=" + cee + b"\n\n"),
        "journal, export, sized": ("journal-export", fields + b"MESSAGE\n" + sized + cee + b"\n\n"),
    }


@pytest.mark.parametrize("name", list(CAPTURED))
def test_a_captured_log_tells_the_same_without_its_environments(name: str) -> None:
    data, options = CAPTURED[name]
    rest, redactor = keep(name, data, options)
    assert redactor.removed > 0
    assert b"/var/mail/root" in data
    assert b"/var/mail/root" not in rest
    assert b"/usr/bin/tail" in rest
    assert rest.count(b"\n") == data.count(b"\n")
    # Only the offsets of tlog's messages differ; no fact holds one.
    assert import_bytes(name, rest, options) == import_bytes(name, data, options)
    again, redactor = keep(name, rest, options)
    assert (again, redactor.removed) == (rest, 0)


@pytest.mark.parametrize("which", list(sources()))
def test_values_are_cut_and_names_and_facts_stay(which: str) -> None:
    name, data = sources()[which]
    rest, redactor = keep(name, data)
    assert SECRET.encode() not in rest
    assert ", ".join(map(str, SECRET.encode())).encode() not in rest.replace(b",", b", ")
    assert redactor.removed > 3 * len(SECRET)
    (before,), (after,) = facts(import_bytes(name, data)), facts(import_bytes(name, rest))
    assert before == after
    assert after.data["environment"] == ["TZ=Asia/Tokyo", "SSH_TTY=/dev/pts/2"]
    assert after.data["environment_withheld"] == 5
    assert after.data["arguments"] == EVENT["runargv"]
    assert keep(name, rest)[0] == rest


def test_short_values_in_a_sized_field_are_cut_and_still_read() -> None:
    cee = b"@cee:" + spelled({"sudo": {"accept": EVENT | {"runenv": ["A=1", "B=2"]}}})
    data = b"__REALTIME_TIMESTAMP=1\nSYSLOG_IDENTIFIER=sudo\nMESSAGE\n" + len(cee).to_bytes(8, "little") + cee + b"\n\n"
    rest, _ = keep("journal-export", data)
    assert len(rest) == len(data)
    assert b'"A=","B="' in rest
    assert facts(import_bytes("journal-export", rest)) == facts(import_bytes("journal-export", data))


@pytest.mark.parametrize("padding", [0, 600])
def test_the_variables_of_a_classical_line_are_cut(padding: int) -> None:
    command = "/usr/bin/echo " + "x" * padding + " ; ENV=kept"
    said = f"sudo: t.sato : TTY=pts/3 ; PWD=/ ; USER=root ; ENV=A={SECRET} B=two {SECRET} ; COMMAND={command}\n"
    data = STAMP + said.encode()
    rest, redactor = keep("sshd-3339", data)
    assert SECRET.encode() not in rest
    assert redactor.removed == 2 * len(SECRET) + len("two")
    assert b"ENV=kept" in rest
    assert (len(rest) == len(data)) is (padding > 0)
    assert facts(import_bytes("sshd-3339", rest)) == facts(import_bytes("sshd-3339", data))
    assert keep("sshd-3339", rest)[0] == rest


def test_a_line_that_was_cut_short_keeps_nothing_and_spoils_no_other() -> None:
    name, data = sources()["syslog"]
    short = data[: data.index(SECRET.encode()) + 5] + b"\n"
    login = STAMP + b'sshd[9]: Accepted password for "a=b" from 192.0.2.7 port 4 ssh2\n'
    rest, _ = keep(name, short + login)
    assert SECRET[:5].encode() not in rest
    assert rest.endswith(login)


def test_an_event_whose_list_is_not_closed_does_not_take_the_next_with_it() -> None:
    torn = b'{\n"accept": {\n"runenv": [\n"A=' + SECRET.encode() + b"\n"
    whole = b'"reject": {\n"submituser": "a=b",\n"runenv": ["B=' + SECRET.encode() + b'"]\n}\n}\n'
    rest, _ = keep("sudo", torn + whole)
    assert SECRET.encode() not in rest
    assert b'"a=b"' in rest


def test_a_line_over_the_limit_keeps_its_beginning_unless_it_holds_an_environment() -> None:
    plain, _ = keep("sshd-3339", STAMP + b"sshd[9]: " + b"x" * 400 + b"\n", limit=300)
    assert plain.startswith(STAMP + b"sshd[9]: xxx")
    assert plain.endswith(b" not kept: the rest of a line longer than the limit\n")
    assert keep("sshd-3339", plain, limit=300)[0] == plain
    line = next(read_lines(io.BytesIO(plain), limit=300))
    assert rejected(open_format("sshd-3339", PLAIN).importer.feed(line))[0].reason == "longer than a line may be"
    name, data = sources()["syslog"]
    rest, _ = keep(name, data, limit=data.index(SECRET.encode()) + 5)
    assert is_left_out(rest.rstrip(b"\n"))


@unhurried
@given(data=st.binary(max_size=60), at=st.integers(0, 900), limit=st.integers(1, 1200))
def test_no_bytes_raise_and_cutting_twice_changes_nothing(data: bytes, at: int, limit: int) -> None:
    for name, whole in sources().values():
        rest, _ = keep(name, whole[:at] + data + whole[at:], limit=limit)
        if not name.startswith("journal") and limit > len(whole) + len(data):
            assert keep(name, rest)[0] == rest


_VARIABLES = st.lists(
    st.one_of(
        st.sampled_from(
            ["TZ=a", "A=b", "A=<cut>", "A=", "", ",", "]", "[", "SSH_TTY=,", 'q"', "=\\", '","', "B=" + "x" * 300]
        ),
        st.text(max_size=8),
    ),
    max_size=6,
)


@given(
    lists=st.lists(_VARIABLES, max_size=4),
    tail=st.sampled_from(["", '"', "]", '","']),
    spanning=st.booleans(),
    remembered=st.sampled_from([1, 128]),
)
def test_a_list_that_is_cut_in_one_go_is_cut_as_one_that_is_cut_piece_by_piece(
    lists: list[list[str]], tail: str, spanning: bool, remembered: int
) -> None:
    line = "".join(f'"runenv":{spelled(each, ascii_only=False).decode()}{tail} ' for each in lists).encode()
    told = []
    for whole in (sudo_environment._WHOLE, re.compile(rb"(?!)")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sudo_environment, "_WHOLE", whole)
            patch.setattr(sudo_environment, "_REMEMBERED_LISTS", remembered)
            redactor = sudo_environment.EnvironmentRedactor(spanning=spanning)
            kept = [redactor.keep(Line(number, 0, line)) for number in (1, 2)]
            told.append((kept, redactor.removed, redactor._depth, redactor._waiting))
    assert told[0] == told[1]
