"""What is spelled in parts is what is spelled whole."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.application.payload import Frame, Statement, spell_members
from ledger.log import canonical
from ledger.log.errors import FormatError

_TEXTS = st.one_of(
    st.sampled_from(['"', "\\", "~", " ", "{", "[", "\x7f", "\x1f", "日本"]), st.text(max_size=12)
).filter(lambda text: "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text))
_NAMES = st.one_of(
    st.sampled_from(["a", "names", "nature", "natural_", "natural0", "reco", "recording", "records", "z"]),
    st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True),
).filter(lambda name: name not in {"natural", "record"})
_VALUES = st.one_of(
    _TEXTS, st.integers(-(2**53) + 1, 2**53 - 1), st.none(), st.booleans(), st.lists(_TEXTS, max_size=3)
)
_DATA = st.dictionaries(_NAMES, _VALUES, max_size=9)


@given(
    data=_DATA,
    natural=_TEXTS,
    record=_TEXTS,
    occurred_at=_TEXTS,
    zone=st.none() | _TEXTS,
    lines=st.tuples(st.integers(0, 9), st.integers(1, 99)),
)
def test_parts_give_the_bytes_of_the_whole(
    data: dict[str, Any],
    natural: str,
    record: str,
    occurred_at: str,
    zone: str | None,
    lines: tuple[int, int],
) -> None:
    actor, source = {"kind": "operator", "id": 'a"b'}, {"kind": "sshd", "id": "日"}
    spelled = spell_members(data)
    assert spelled.alone == canonical.encode(data)
    whole = {**data, "natural": natural, "record": record}
    assert spelled.named(natural, record) == canonical.encode(whole)
    raw = {"raw": {"first": lines[0], "last": lines[1]}} if lines[0] else {}
    statement = Statement(occurred_at, actor, {**source, **raw}, whole, zone)
    framed = Frame(actor, source).around(spelled.named(natural, record), occurred_at, lines, zone)
    assert framed == statement.encode()


@pytest.mark.parametrize(
    "data", [{"Upper": 1}, {"a": 0.5}, {"z": 2**53}, {"o": "\0"}, {"natural": "n"}, {"record": ""}]
)
def test_what_no_record_can_hold_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(FormatError):
        spell_members(data)


@pytest.mark.parametrize("text", ["\0", "\ud800"])
def test_names_that_are_no_text_are_refused(text: str) -> None:
    with pytest.raises(FormatError):
        spell_members({}).named(text, "r")
