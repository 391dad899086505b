"""Strict JSON from outside: one meaning or a refusal that quotes nothing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recording_runs import unhurried

from ledger.ingest.strict_json import StrictJsonError, decode, encode, utf8


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"a":1,"a":1}', "a member named twice"),
        (b'{"a":{"b":1,"b":2}}', "a member named twice"),
        (b"[NaN]", "a number that is none"),
        (b"[-Infinity]", "a number that is none"),
        (b'{"a":1} x', "not JSON at character 8: "),
        (b'{"a":', "not JSON at character 5: "),
        (b'["\xff"]', "not UTF-8 at byte 2"),
        (b"\xef\xbb\xbf[]", "not JSON at character 0: "),
        ('["a"]'.encode("utf-16"), "not UTF-8 at byte 0"),
        (b"[" * 100_000, "JSON nested too deeply"),
        (b"9" * 5000, "a number without bounds"),
        (b"1e99999999999999999999", "a number without bounds"),
        (b"", "not JSON at character 0: "),
    ],
)
def test_what_has_no_single_meaning_is_refused(data: bytes, reason: str):
    with pytest.raises(StrictJsonError) as refused:
        decode(data)
    assert str(refused.value).startswith(reason)


def test_fractions_keep_every_digit():
    assert decode(b"[1795338291.990, 0.1]") == [Decimal("1795338291.990"), Decimal("0.1")]
    assert encode(decode(b'{"t":1795338291.990,"n":[1,true,null,"\\u3042"]}')) == (
        '{"t":1795338291.990,"n":[1,true,null,"あ"]}'
    )


def test_half_a_surrogate_pair_is_no_text():
    assert utf8(decode(b'"\\ud83d\\ude00"')) == "😀".encode()
    with pytest.raises(StrictJsonError):
        utf8(decode(b'"\\ud83d"'))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@unhurried
@given(json_values)
def test_what_was_written_reads_as_it_was(value: object):
    assert decode(encode(value).encode()) == value


@unhurried
@given(st.binary(max_size=64))
def test_any_bytes_are_a_value_or_a_refusal(data: bytes):
    try:
        decode(data)
    except StrictJsonError as error:
        assert str(error)  # noqa: PT017 -- either outcome is right
