"""What is kept of a journal: all but keystrokes and environments, and what may hold them and cannot be read."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from journal_entries import FORMS, LOGIN, entry
from log_runs import JOURNALS, by_type, import_bytes
from recording_runs import facts, rejected, unhurried

from ledger.ingest.lines import read_lines
from ledger.ingest.model import Redactor
from ledger.ingest.registry import Options, open_format

SECRET = "dummy-secret-0000"
TYPED = (
    '{"ver":"2.3","host":"h","rec":"r","user":"u","term":"x","session":7,"id":1,"pos":0,"time":1.0,'
    f'"timing":"=80x24<{len(SECRET)}>1","in_txt":"{SECRET}","in_bin":[],"out_txt":"$","out_bin":[]}}'
)
TLOG = {"SYSLOG_IDENTIFIER": "tlog-rec-session"}
BYTE_VALUES = ", ".join(map(str, SECRET.encode())).encode()
"""The secret as a journal in JSON spells a message that is not printable."""


def kept(name: str, data: bytes, limit: int = 1 << 20) -> tuple[bytes, Redactor]:
    redactor = open_format(name, Options()).redactor
    assert redactor is not None
    return b"".join(redactor.keep(line) + line.end for line in read_lines(io.BytesIO(data), limit=limit)), redactor


@pytest.mark.parametrize("name", list(JOURNALS))
def test_a_journal_without_keystrokes_and_environments_is_kept_byte_for_byte(name: str) -> None:
    data = JOURNALS[name].read_bytes().replace(b"runenv", b"runned")
    assert kept(name, data)[0] == data


@pytest.mark.parametrize("name", list(FORMS))
@pytest.mark.parametrize("message", [TYPED, TYPED.encode()], ids=["text", "bytes"])
def test_keystrokes_are_cut_out_and_the_rest_is_kept(name: str, message: str | bytes) -> None:
    data = FORMS[name](entry("x"), entry(message, **TLOG), entry(LOGIN, _PID="9"))
    rest, redactor = kept(name, data)
    assert SECRET.encode() not in rest
    assert BYTE_VALUES not in rest
    assert redactor.removed == len(SECRET)
    before, after = import_bytes(name, data), import_bytes(name, rest)
    assert by_type(before) == by_type(after)
    assert kept(name, rest)[0] == rest
    assert len(rejected(after)) == 0


@pytest.mark.parametrize(
    "message",
    [
        TYPED.encode().replace(b",", b",\n", 30),
        b"{\n" + TYPED.encode(),
        b'see: "in_txt":\n"' + SECRET.encode() + b'"',
        b'{"in_txt":"' + SECRET.encode() + b"\xff" + b'"}',
        b'{"in_bin":' + SECRET.encode(),
    ],
)
def test_what_may_hold_keystrokes_and_cannot_be_read_is_not_kept(message: bytes) -> None:
    for name, form in FORMS.items():
        rest, _ = kept(name, form(entry(message, **TLOG), entry(LOGIN, _PID="9")))
        assert SECRET.encode() not in rest
        assert BYTE_VALUES not in rest
        assert [fact.data["sshd_pid"] for fact in facts(import_bytes(name, rest), "login.accepted.v1")] == [9]


def test_a_message_that_hides_among_others_is_not_kept() -> None:
    line = json.dumps(entry("x") | {"MESSAGE": ["hello", TYPED]}).encode()  # type: ignore[dict-item]
    assert SECRET.encode() not in kept("journal-json", line)[0]


@pytest.mark.parametrize("limit", [40, 200, 300, 500])
@pytest.mark.parametrize("name", list(FORMS))
@pytest.mark.parametrize("message", [TYPED, TYPED.encode()], ids=["text", "bytes"])
def test_no_limit_of_the_reader_lets_keystrokes_through(name: str, message: str | bytes, limit: int) -> None:
    rest, _ = kept(name, FORMS[name](entry(message, **TLOG)), limit)
    assert SECRET.encode() not in rest
    assert BYTE_VALUES not in rest


@unhurried
@given(data=st.binary(max_size=100), at=st.integers(0, 600), limit=st.integers(1, 700))
def test_no_bytes_raise_in_the_redactors(data: bytes, at: int, limit: int) -> None:
    for name, form in FORMS.items():
        whole = form(entry(TYPED, **TLOG), entry(LOGIN))
        kept(name, whole[:at] + data + whole[at:], limit)
