"""An entry has one spelling: the grammar agrees with the slow second reading on whatever it is given."""

import hashlib
import json

import entry_strategies as draw
import pytest
from entry_samples import BARE, BARE_BYTES, SEALED, SEALED_BYTES, agreed, members, reference_verdict, spell, verdict
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.log.entry import Entry, encode, leaf_hash, parse
from ledger.log.errors import FormatError, UnknownFormatError

thorough = settings(max_examples=150, deadline=None)


class TestOneSpelling:
    @pytest.mark.parametrize(("entry", "data"), [(SEALED, SEALED_BYTES), (BARE, BARE_BYTES)])
    def test_the_bytes_of_the_format(self, entry, data):
        assert encode(entry) == data
        assert parse(data) == entry
        assert type(parse(data)) is Entry
        assert agreed(data) == json.loads(data)

    @pytest.mark.exhaustive
    @thorough
    @given(entry=draw.entries())
    def test_what_is_encoded_parses_to_itself_and_is_rfc_8785(self, entry):
        data = encode(entry)
        assert parse(data) == entry
        assert agreed(data)["public"] == entry.public

    @pytest.mark.exhaustive
    @thorough
    @given(entry=draw.entries(), data=st.data())
    def test_a_changed_entry_is_refused_or_is_another_entry(self, entry, data):
        original = encode(entry)
        spelling = bytearray(original)
        place = data.draw(st.integers(0, len(spelling) - 1))
        how = data.draw(st.sampled_from(["set", "insert", "delete", "double", "swap"]))
        if how == "set":
            spelling[place] = data.draw(st.integers(0, 255))
        elif how == "insert":
            spelling.insert(place, data.draw(st.sampled_from(b' \t\n,:"\\{}[]0a-.\0\x80')))
        elif how == "delete":
            del spelling[place : place + data.draw(st.integers(1, 8))]
        elif how == "double":
            spelling[place:place] = spelling[place : place + data.draw(st.integers(1, 200))]
        else:
            other = data.draw(st.integers(0, len(spelling) - 1))
            spelling[place], spelling[other] = spelling[other], spelling[place]
        found = agreed(bytes(spelling))
        if bytes(spelling) != original and isinstance(found, dict):
            assert parse(bytes(spelling)) != entry

    @pytest.mark.exhaustive
    @pytest.mark.parametrize("original", [SEALED_BYTES, BARE_BYTES])
    def test_every_byte_changed_is_refused_or_is_another_entry(self, original):
        entry, accepted = parse(original), 0
        for place, byte in enumerate(original):
            for other in {*b'"\\,:{}[]019afz \0\x7f\x80\xff', *(byte ^ 1 << bit for bit in range(8))} - {byte}:
                data = original[:place] + bytes([other]) + original[place + 1 :]
                found = verdict(data)
                assert found == reference_verdict(data), data
                if isinstance(found, dict):
                    accepted += 1
                    assert parse(data) != entry
                    assert encode(parse(data)) == data
        assert (
            accepted > 100
        )  # another digit of a hash is another entry: the leaf hash tells them apart, not the grammar

    def test_every_prefix_and_every_added_byte_is_refused(self):
        for end in range(len(SEALED_BYTES)):
            assert agreed(SEALED_BYTES[:end]) is FormatError
        for extra in (b" ", b"\n", b"\0", b"}", b",", b"{}", SEALED_BYTES):
            assert agreed(SEALED_BYTES + extra) is FormatError
            assert agreed(extra + SEALED_BYTES) is FormatError

    def test_white_space_is_refused_wherever_json_allows_it(self):
        for place in range(len(BARE_BYTES) + 1):
            data = BARE_BYTES[:place] + b" " + BARE_BYTES[place:]
            assert agreed(data) is FormatError

    def test_members_in_another_order_are_refused(self):
        items = list(members().items())
        for shift in range(1, len(items)):
            data = json.dumps(dict(items[shift:] + items[:shift]), ensure_ascii=False, separators=(",", ":")).encode()
            assert agreed(data) is FormatError

    @pytest.mark.parametrize("name", sorted(members()))
    def test_a_missing_a_duplicate_and_a_renamed_member_are_refused(self, name):
        assert agreed(spell(members(**{name: ...}))) is FormatError
        piece = spell({name: members()[name]})[1:-1]
        assert piece in SEALED_BYTES
        assert agreed(SEALED_BYTES.replace(piece, piece + b"," + piece)) is FormatError
        assert agreed(spell(members(**{name: ..., name.upper(): members()[name]}))) is FormatError

    def test_an_unknown_member_is_refused(self):
        for name in ("a", "public_", "w", "", "V", "\0", "\ud800"):
            assert agreed(spell(members(**{name: 1}))) is FormatError

    @pytest.mark.parametrize(
        ("piece", "spelling"),
        [
            (b'"at"', b'"\\u0061t"'),
            (b"login", b"\\u006cogin"),
            (b"example/main", b"example\\/main"),
            (b"import:0a", b"import\\u003a0a"),
            (b'\\"back', b"\\u0022back"),
            (b"back\\\\", b"back\\u005c"),
            ("証".encode(), b"\\u8a3c"),
            ("証".encode(), "証".encode()[:2]),
            ("証".encode(), b"\xed\xa2\x80"),
            ("証".encode(), b"\\ud800"),
            ("証".encode(), b"\\u0000"),
            ("証".encode(), b"\n"),
            (b'"position":7', b'"position":7.0'),
            (b'"position":7', b'"position":7e0'),
            (b'"position":7', b'"position":70e-1'),
            (b'"position":7', b'"position":07'),
            (b'"position":7', b'"position":+7'),
            (b'"position":7', b'"position":-0'),
            (b'"position":7', b'"position":"7"'),
            (b'"seq":3', b'"seq":3.0'),
            (b'"seq":3', b'"seq":3E0'),
            (b'"v":1', b'"v":1.0'),
            (b'"v":1', b'"v":1e0'),
            (b'"v":1', b'"v":"1"'),
            (b'"v":1', b'"v":01'),
            (b'"size":12', b'"size":12.0'),
            (b'"size":12', b'"size":1.2e1'),
            (b'"size":12', b'"size":-0'),
            (b'"size":12', b'"size":NaN'),
            (b'"size":12', b'"size":Infinity'),
            (b'"size":12', b'"size":12,"size":12'),
            (b'"size":12', b'"size": 12'),
            (b'"size":12', b'"Size":12'),
            (b'"size":12', b'"size":9007199254740992'),
            (b'"size":12', b'"size":' + b"1" * 5000),
            (b'"public":{', b'"public":{}{'),
            (b"202122", b"20212A"),
            (b"0a0b0c", b"0A0b0c"),
            (b"cus_0123456789a", b"cus_0123456789A"),
            (b'"v":1}', b'"v":1,}'),
            (b'"v":1}', b'"v":1}}'),
            (b'"v":1}', b'"v":1'),
            (b'{"at"', b'\xef\xbb\xbf{"at"'),
            (b'["import:0a",', b'["import:0a",,'),
            (b'"import:0a"', b'"import:0a",""'),
            (b'"import:0a"', b'""'),
            (b'"import:0a"', b'"import:0a","import:0a"'),
            (b'"import:0a"', b'"import:0a" '),
        ],
    )
    def test_another_spelling_is_refused(self, piece, spelling):
        assert SEALED_BYTES.count(piece) == 1
        assert agreed(SEALED_BYTES.replace(piece, spelling)) is FormatError

    @pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b"1", b'"v"', b'{"v":1}', b"\xff", b"{", b"\0" * 90])
    def test_what_is_no_entry_at_all_is_refused(self, data):
        assert agreed(data) is FormatError

    @thorough
    @given(data=st.binary(max_size=60) | st.dictionaries(st.sampled_from([*members(), "x"]), draw.scalars).map(spell))
    def test_arbitrary_bytes_are_refused(self, data):
        assert agreed(data) in (FormatError, UnknownFormatError)


def test_the_leaf_hash_is_that_of_rfc_9162():
    assert leaf_hash(b"") == bytes.fromhex("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
    assert leaf_hash(SEALED_BYTES) == hashlib.sha256(b"\0" + SEALED_BYTES).digest()
