"""The one spelling of a value: equal to RFC 8785 as another library writes it, with and without orjson."""

import json
from collections import OrderedDict
from types import MappingProxyType

import entry_strategies as draw
import pytest
import rfc8785
from encoders import WITH_AND_WITHOUT, encoder
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.log import canonical
from ledger.log.errors import FormatError

thorough = settings(max_examples=150, deadline=None)


@pytest.mark.exhaustive
@WITH_AND_WITHOUT
class TestProperties:
    @thorough
    @given(value=draw.values)
    def test_encode_is_rfc_8785(self, orjson, value):
        with encoder(orjson):
            assert canonical.encode(value) == rfc8785.dumps(value)

    @thorough
    @given(value=draw.values)
    def test_what_is_encoded_decodes_to_itself(self, orjson, value):
        with encoder(orjson):
            assert canonical.decode(canonical.encode(value)) == value

    @thorough
    @given(value=draw.values, space=st.sampled_from([None, 1]), ascii_only=st.booleans(), reverse=st.booleans())
    def test_any_other_spelling_is_refused(self, orjson, value, space, ascii_only, reverse):
        if reverse and isinstance(value, dict):
            value = dict(sorted(value.items(), reverse=True))
        spelling = json.dumps(value, indent=space, ensure_ascii=ascii_only).encode()
        with encoder(orjson):
            if spelling == rfc8785.dumps(value):
                assert canonical.decode(spelling) == value
            else:
                with pytest.raises(FormatError):
                    canonical.decode(spelling)

    @thorough
    @given(data=st.data(), value=draw.values)
    def test_changed_bytes_are_refused_or_are_another_value(self, orjson, data, value):
        spelling = bytearray(rfc8785.dumps(value))
        place = data.draw(st.integers(0, len(spelling) - 1))
        spelling[place] = data.draw(st.integers(0, 255))
        refused_or_round(orjson, bytes(spelling))

    @thorough
    @given(data=st.binary(max_size=40))
    def test_arbitrary_bytes_are_refused_or_round(self, orjson, data):
        refused_or_round(orjson, data)


def refused_or_round(orjson: str, data: bytes) -> None:
    with encoder(orjson):
        try:
            value = canonical.decode(data)
        except FormatError:
            return
        assert canonical.encode(value) == data == rfc8785.dumps(value)


@thorough
@given(
    data=st.binary(max_size=30) | st.text(max_size=30).map(lambda text: json.dumps(text, ensure_ascii=True).encode())
)
def test_both_readers_accept_the_same_canonical_bytes(data):
    def outcome(which):
        with encoder(which):
            try:
                return canonical.decode(data)
            except FormatError:
                return FormatError

    with_orjson, without = outcome("with orjson"), outcome("without orjson")
    assert with_orjson == without
    assert type(with_orjson) is type(without)


@WITH_AND_WITHOUT
@thorough
@given(value=draw.objects, more=st.dictionaries(draw.names, st.text(max_size=20), max_size=2))
def test_an_object_with_more_texts_is_spelled_as_any(orjson, value, more):
    with encoder(orjson):
        canonical.encode(value)
        try:
            expected = canonical.encode({**value, **more})
        except FormatError:
            with pytest.raises(FormatError):
                canonical.encode_more({**value, **more})
            return
        assert canonical.encode_more({**value, **more}) == expected


@WITH_AND_WITHOUT
@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800"])
def test_a_text_that_is_added_may_not_be_what_no_text_may_be(orjson, text):
    with encoder(orjson), pytest.raises(FormatError):
        canonical.encode_more({"natural": text})
    with encoder(orjson), pytest.raises(FormatError):
        canonical.encode_text(text)


@WITH_AND_WITHOUT
@pytest.mark.parametrize(
    ("value", "spelling"),
    [
        (None, b"null"),
        (True, b"true"),
        (False, b"false"),
        (0, b"0"),
        (-1, b"-1"),
        (canonical.MAX_INTEGER, b"9007199254740991"),
        (-canonical.MAX_INTEGER, b"-9007199254740991"),
        ('"\\/\b\t\n\f\r\x1f\x7f', b'"\\"\\\\/\\b\\t\\n\\f\\r\\u001f\x7f"'),
        ("証跡\u2028\U0001f600", '"証跡\u2028\U0001f600"'.encode()),
        ([], b"[]"),
        ({}, b"{}"),
        ({"b": [1, None], "a_2": {"z": "", "a": True}}, b'{"a_2":{"a":true,"z":""},"b":[1,null]}'),
    ],
)
def test_known_spellings(orjson, value, spelling):
    with encoder(orjson):
        assert canonical.encode(value) == spelling
        assert canonical.decode(spelling) == value
        assert type(canonical.decode(spelling)) is type(value)
        if isinstance(value, str):
            assert canonical.encode_text(value) == spelling


@WITH_AND_WITHOUT
def test_mappings_and_tuples_count_as_objects_and_arrays(orjson):
    inner = MappingProxyType({"b": (1, 2), "a": MappingProxyType({"c": ()})})
    with encoder(orjson):
        assert canonical.encode(inner) == b'{"a":{"c":[]},"b":[1,2]}'
        assert canonical.encode((inner,)) == b'[{"a":{"c":[]},"b":[1,2]}]'
        assert canonical.encode(OrderedDict(b=1, a=2)) == b'{"a":2,"b":1}'


@WITH_AND_WITHOUT
def test_nesting_is_counted_in_arrays_and_objects(orjson):
    def nest(depth, value):
        for level in range(depth):
            value = [value] if level % 2 else {"a": value}
        return value

    with encoder(orjson):
        for start in range(1, canonical.MAX_DEPTH + 1):
            room = canonical.MAX_DEPTH - start + 1
            spelling = canonical.encode(nest(room, 1), depth=start)
            assert canonical.decode(spelling, depth=start) == nest(room, 1)
            for empty in ([], {}):
                with pytest.raises(FormatError, match="nested"):
                    canonical.encode(nest(room, empty), depth=start)
            with pytest.raises(FormatError, match="nested"):
                canonical.decode(spelling, depth=start + 1)
