"""The members of an entry: what each may be, how long all of them may be, and how deep."""

import json
import sys

import entry_strategies as draw
import pytest
from entry_samples import BARE_BYTES, OUTSIDE, SEALED, SEALED_BYTES, agreed, members, spell, verdict
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.log import canonical
from ledger.log.entry import MAX_ENTRY_BYTES, NO_PREV, encode, parse
from ledger.log.errors import FormatError

thorough = settings(max_examples=150, deadline=None)


class TestMembers:
    @pytest.mark.parametrize(
        ("name", "value"),
        [(name, value) for name, values in OUTSIDE.items() for value in values]
        + [
            (name, value)
            for name in ("at", "chain", "origin", "prev", "type")
            for value in (None, 1, True, [], {}, 0.5)
        ]
        + [(name, value) for name in ("commitment", "key") for value in (1, True, [], {}, 0.5)],
    )
    def test_a_value_outside_the_format_is_refused(self, name, value):
        assert agreed(spell(members(**{name: value}))) is FormatError

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("at", "0001-01-01T00:00:00.000000Z"),
            ("at", "9999-12-31T23:59:59.999999Z"),
            ("at", "2000-02-29T00:00:00.000000Z"),
            ("at", "2024-02-29T23:59:59.999999Z"),
            ("chain", "log"),
            ("commitment", "0" * 64),
            ("key", "a:" + "Z" * 64),
            ("key", "_:-"),
            ("key", "0" * 1000 + ":_"),
            ("origin", "a" * 128),
            ("origin", "./-"),
            ("position", 0),
            ("position", 2**53 - 1),
            ("seq", 2),
            ("seq", 2**53 - 1),
            ("public", {}),
            ("public", {"a": -(2**53) + 1, "b_0": "\x7f\u2028\\\n", "z": [[], {}]}),
            ("tags", []),
            ("tags", ["!"]),
            ("tags", [f"tag:{number:04}" for number in range(4000)]),
            ("tags", [f"{number:0128}" for number in range(400)]),
            ("tags", ['b"' + "c" * 126, "b" * 128, *(f"c{number:0127}" for number in range(9))]),
            ("tags", ["~" * 128]),
            ("tags", ['"' * 128]),
            ("tags", ["\\" * 127 + '"']),
            ("tags", ['","', "[", "\\", '\\"', "]", '],"type":"t","v":1}']),
            ("type", "a" * 128),
            ("type", "Z._9"),
        ],
    )
    def test_the_edges_of_the_format_are_accepted(self, name, value):
        data = spell(members(**{name: value}))
        assert agreed(data) == members(**{name: value})

    @pytest.mark.exhaustive
    @thorough
    @given(name=st.sampled_from(sorted(members())), value=draw.values | draw.texts)
    @example(name="public", value={"a": 1})
    @example(name="tags", value=["a", "b"])
    def test_any_value_in_any_place_is_read_as_the_second_reading_does(self, name, value):
        agreed(spell(members(**{name: value})))

    def test_public_nests_as_deep_as_the_whole_entry_allows(self):
        deepest: object = 1
        for _ in range(6):
            deepest = [deepest]
        assert agreed(spell(members(public={"a": deepest})))["public"] == {"a": deepest}
        assert agreed(spell(members(public={"a": [deepest]}))) is FormatError

    @pytest.mark.parametrize(
        "bomb", [b"[" * 30_000 + b"]" * 30_000, b'{"a":' * 8_000 + b"1" + b"}" * 8_000, b"[" * 60_000]
    )
    def test_nesting_bombs_are_refused(self, bomb):
        for piece in (b'"public":{}', b'"v":1'):
            data = BARE_BYTES.replace(piece, piece.partition(b":")[0] + b":" + bomb)
            assert agreed(data) is FormatError
        assert agreed(BARE_BYTES.replace(b"{}", b'{"a":' + bomb + b"}")) is FormatError
        assert agreed(bomb) is FormatError
        assert agreed(bomb * 5) is FormatError

    def test_commitment_and_key_stand_together(self):
        for name in ("commitment", "key"):
            assert agreed(spell(members(**{name: None}))) is FormatError
            assert agreed(spell(members(BARE_BYTES, **{name: members()[name]}))) is FormatError
        assert agreed(spell(members(commitment=None, key=None)))["key"] is None

    def test_only_the_first_entry_of_a_chain_has_no_entry_before_it(self):
        zeros = NO_PREV.hex()
        assert agreed(spell(members(seq=1))) is FormatError
        assert agreed(spell(members(prev=zeros))) is FormatError
        assert agreed(spell(members(seq=1, prev=zeros)))["seq"] == 1


class TestLength:
    @staticmethod
    def of_length(length: int, filler: str = "x", **changes) -> bytes:
        empty = spell(members(public={"a": ""}, **changes))
        return spell(members(public={"a": filler * (length - len(empty))}, **changes))

    @pytest.mark.parametrize("filler", ["x", '"'])
    def test_the_longest_entry(self, filler):
        longest = self.of_length(MAX_ENTRY_BYTES)
        assert len(longest) == MAX_ENTRY_BYTES == 65_535
        assert agreed(longest)["public"]["a"].startswith("xx")
        assert len(encode(parse(longest))) == MAX_ENTRY_BYTES

    def test_one_byte_more_is_refused_where_it_is_read_and_where_it_is_written(self):
        longer = self.of_length(MAX_ENTRY_BYTES + 1)
        assert agreed(longer) is FormatError
        with pytest.raises(FormatError, match="65536 bytes"):
            parse(longer)
        with pytest.raises(FormatError, match="65536 bytes"):
            encode(SEALED._replace(public=json.loads(longer)["public"]))

    def test_length_is_counted_in_bytes_not_characters(self):
        room = MAX_ENTRY_BYTES - len(spell(members(public={"a": ""})))
        assert len(spell(members(public={"a": "証" * (room // 3)}))) <= MAX_ENTRY_BYTES
        assert isinstance(agreed(spell(members(public={"a": "証" * (room // 3)}))), dict)
        assert agreed(spell(members(public={"a": "証" * (room // 3 + 1)}))) is FormatError

    def test_far_too_long_bytes_are_not_even_looked_into(self, monkeypatch):
        monkeypatch.setattr(canonical, "load_with_standard_library", None)
        with pytest.raises(FormatError, match="at most 65535"):
            parse(b" " * 1_048_577)

    @pytest.mark.timeout(60)
    @pytest.mark.parametrize(
        "piece",
        [b'},"seq":1,"tags":["a"', b'},"seq":1,"tags":["\\"', b'"a","b"],"', b"\\\\", b'\\"', b'","', b"{", b"}", b"0"],
    )
    def test_hostile_repetition_is_refused_in_time(self, piece):
        many = piece * (60_000 // len(piece))
        for place in (b'"public":{}', b'"tags":[]', b'"origin":"o"', b'"key":null', b'"type":"T"', b'"seq":1', b"log"):
            name, _, value = place.partition(b":")
            for opened in (name + b":" + value[:1] + many, name + b":" + value[:1] + many + value[1:]):
                assert verdict(BARE_BYTES.replace(place, opened)) is FormatError


def test_a_machine_without_a_limit_on_digits_gives_the_same_answer():
    before = sys.get_int_max_str_digits()
    try:
        sys.set_int_max_str_digits(0)
        assert agreed(SEALED_BYTES.replace(b'"size":12', b'"size":' + b"1" * 5000)) is FormatError
    finally:
        sys.set_int_max_str_digits(before)
