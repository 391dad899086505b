"""What is spelled in parts is what is spelled whole."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.application.batch import FINDING, Batch
from ledger.application.batch_records import BatchRecords
from ledger.application.payload import Frame, Statement, data_of
from ledger.ingest.model import Fact
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
    canonical.encode(data)
    whole = {**data, "natural": natural, "record": record}
    spelled = canonical.encode_more(whole, depth=2)
    assert spelled == canonical.encode(whole)
    raw = {"raw": {"first": lines[0], "last": lines[1]}} if lines[0] else {}
    statement = Statement(occurred_at, actor, {**source, **raw}, whole, zone)
    framed = Frame(actor, source).around(spelled, occurred_at, lines, zone)
    assert framed == statement.encode()


def _draft(data: dict[str, Any], natural: str) -> tuple[str, dict[str, Any]]:
    batch = Batch("ab" * 16, "sshd", "0" * 64, 1)
    records = BatchRecords(batch, {"kind": "operator", "id": "o"}, "2026-11-22T00:00:00Z")
    fact = Fact("login.accepted.v1", "2026-11-22T09:04:36Z", data, natural, (1, 1))
    type_, payload, _, _ = records.fact(fact)
    return type_, data_of(payload)


def test_a_fact_is_recorded_with_its_names() -> None:
    type_, data = _draft({"user": "ann"}, "login:1")
    assert type_ == "login.accepted.v1"
    assert data["user"] == "ann"
    assert data["natural"] == "login:1"
    assert len(data["record"]) == 32


@pytest.mark.parametrize(
    "data", [{"Upper": 1}, {"a": 0.5}, {"z": 2**53}, {"o": "\0"}, {"natural": "n"}, {"record": ""}]
)
def test_what_no_record_can_hold_is_a_finding(data: dict[str, Any]) -> None:
    type_, found = _draft(data, "login:1")
    assert (type_, found["code"]) == (FINDING, "fact_not_recordable")


def test_a_name_that_no_record_can_hold_is_a_finding() -> None:
    type_, found = _draft({}, "login:\0")
    assert (type_, found["code"]) == (FINDING, "fact_not_recordable")


@pytest.mark.parametrize("text", ["\0", "\ud800"])
def test_names_that_are_no_text_are_refused(text: str) -> None:
    with pytest.raises(FormatError):
        canonical.encode_more({"natural": text})
