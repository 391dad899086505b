"""What refused bytes are called: a later version is never a broken entry, and a broken entry is told why."""

import json

import entry_strategies as draw
import pytest
from entry_samples import BARE_BYTES, SEALED_BYTES, agreed, members, spell
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.log.entry import parse
from ledger.log.errors import FormatError, UnknownFormatError

thorough = settings(max_examples=150, deadline=None)


class TestLaterVersions:
    """Of a later version nothing is known: whatever else differs, the answer is "cannot check"."""

    @pytest.mark.parametrize(
        "data",
        [
            SEALED_BYTES.replace(b'"v":1', b'"v":2'),
            BARE_BYTES.replace(b'"v":1', b'"v":9007199254740991'),
            b'{"v":2}',
            b' {"v" : 2 , "w" : [ 0.5, -0, 1e9, "\\u0041", "\\/", "\\ud800" ] }\n',
            b'{"v":2,"a":1,"a":2}',
            b'{"A":1,"v":2,"":null}',
            b'{"v":2,"a":' + b"9" * 30 + b"}",
            b'{"a":' + b"[" * 100 + b"]" * 100 + b',"v":2}',
            b'{"v":3,"text":"' + b"x" * 70_000 + b'"}',
        ],
        ids=lambda data: repr(data[:30]),
    )
    def test_anything_else_may_differ(self, data):
        assert agreed(data) is UnknownFormatError

    def test_the_answer_names_both_versions(self):
        with pytest.raises(UnknownFormatError, match="version 12; this program knows 1"):
            parse(b'{"v":12}')

    @pytest.mark.exhaustive
    @thorough
    @given(value=st.dictionaries(st.text(max_size=5), st.recursive(draw.scalars, st.lists), max_size=4))
    def test_any_object_with_a_later_version(self, value):
        assert agreed(json.dumps(value | {"v": 2}).encode()) is UnknownFormatError

    @pytest.mark.parametrize(
        "data",
        [
            b'[{"v":2}]',
            b'{"public":{"v":2}}',
            b'{"v":2',
            b'{"v":2}}',
            b'{"v":2,"a":NaN}',
            b'{"v":2,"a":"\xff"}',
            b'{"v":2.0}',
            b'{"v":9007199254740992}',
            SEALED_BYTES.replace(b'"size":12', b'"v":2'),
        ],
    )
    def test_what_only_looks_so_is_refused(self, data):
        found = agreed(data)
        assert found is FormatError or found["public"]["v"] == 2

    def test_a_later_version_of_up_to_a_mebibyte_is_recognised(self):
        shell = len(b'{"v":2,"a":""}')
        assert agreed(b'{"v":2,"a":"%b"}' % (b"x" * (2**20 - shell))) is UnknownFormatError
        with pytest.raises(FormatError):
            parse(b'{"v":2,"a":"%b"}' % (b"x" * (2**20 - shell + 1)))


class TestRefusalsSayWhy:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"{", "Not JSON"),
            (b"\xff", "Not JSON"),
            (b"[]", "is a JSON object"),
            (b"{}", "no format version"),
            (spell(members(seq=...)), "'seq'"),
            (spell(members(extra=1)), "'extra'"),
            (spell(members(at="now")), "'now' is not a time"),
            (spell(members(at="2026-02-29T00:00:00.000000Z")), "not a calendar time"),
            (spell(members(chain="customer")), "'customer' is not a chain"),
            (spell(members(origin="A")), "'A' is not an origin"),
            (spell(members(prev="x")), "'x' is not the hash before"),
            (spell(members(type="1")), "'1' is not an entry type"),
            (spell(members(key="x")), "'x' is not a key id"),
            (spell(members(commitment="x")), "'x' is not a commitment"),
            (spell(members(key=None)), "exactly when it has a key"),
            (spell(members(tags=1)), "tags is not an array"),
            (spell(members(tags=["a b"])), "'a b' is not a tag"),
            (spell(members(tags=["b", "a"])), "not sorted and unique"),
            (spell(members(public=1)), "public is not an object"),
            (spell(members(public={"A": 1})), "'A' is not a member name"),
            (spell(members(position=-1)), "position is not an integer from 0"),
            (spell(members(position=2**53 - 1 + 1)), "position is not an integer from 0"),
            (spell(members(seq=0)), "seq is not an integer from 1"),
            (spell(members(seq=1)), "64 zeros exactly in the first"),
            (SEALED_BYTES + b" ", "canonical spelling"),
            (SEALED_BYTES.replace(b'"size":12', b'"size":12,"size":12'), "canonical spelling"),
        ],
    )
    def test_by_naming_the_member(self, data, reason):
        with pytest.raises(FormatError, match=reason):
            parse(data)

    def test_without_repeating_hostile_bytes_at_length(self):
        for data in (
            spell(members(origin="\ud800" * 10_000)),
            spell(members(**{"x" * 50_000: 1})),
            spell(members(tags=["é" * 10_000])),
            b"\xff" * 60_000,
        ):
            with pytest.raises(FormatError) as caught:
                parse(data)
            assert len(str(caught.value)) < 400
            assert str(caught.value).encode()
