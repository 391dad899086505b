"""What has no canonical spelling, and what is no canonical spelling: refused alike with and without orjson."""

import enum
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

import pytest
from encoders import WITH_AND_WITHOUT, encoder

from ledger.log import canonical
from ledger.log.errors import FormatError


@WITH_AND_WITHOUT
@pytest.mark.parametrize(
    "spelling",
    [
        b"",
        b" 1",
        b"1 ",
        b"1\n",
        b"\xef\xbb\xbf1",
        b"1 2",
        b"1,",
        b"01",
        b"+1",
        b"-0",
        b"-",
        b"1.0",
        b"1e0",
        b"1E2",
        b"0.5",
        b"1e400",
        b"9007199254740992",
        b"-9007199254740992",
        b"18446744073709551616",
        b"1" * 5000,
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"nul",
        b"True",
        b"'a'",
        b'"a',
        b'"\\u0041"',
        b'"\\/"',
        b'"\\u000a"',
        b'"\\u001F"',
        b'"\\u0000"',
        b'"\x00"',
        b'"\n"',
        b'"\x7f',
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b'"\\ud83d\\ude00"',
        b'"\xff"',
        b'"\xc0\xaf"',
        b'"\xed\xa0\x80"',
        b"[1,]",
        b"[,1]",
        b"[1, 2]",
        b"[1",
        b"[1]]",
        b"{}{}",
        b'{"a":1,}',
        b'{"a" :1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b"{a:1}",
        b"{1:1}",
        b'{"":1}',
        b'{"A":1}',
        b'{"a-b":1}',
        b'{"1a":1}',
        b'{"_a":1}',
        b'{"a\\n":1}',
        b'{"\xc3\xa9":1}',
        b'{"\\u0061":1}',
        b"/**/1",
        b"[" * 9 + b"]" * 9,
        b"[" * 200_000,
        b"[" * 200_000 + b"]" * 200_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda spelling: repr(spelling[:24]),
)
def test_no_other_spelling_decodes(orjson, spelling):
    with encoder(orjson), pytest.raises(FormatError):
        canonical.decode(spelling)


class Colour(enum.StrEnum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 1


class Name(str):
    __slots__ = ()


class Pair(NamedTuple):
    first: int
    second: int


cycle: list = []
cycle.append(cycle)


@WITH_AND_WITHOUT
@pytest.mark.parametrize(
    "value",
    [
        0.0,
        1.5,
        float("nan"),
        float("inf"),
        Decimal(1),
        1j,
        b"a",
        bytearray(b"a"),
        {1},
        frozenset(),
        object(),
        int,
        UUID(int=1),
        canonical.MAX_INTEGER + 1,
        -canonical.MAX_INTEGER - 1,
        10**5000,
        "a\0",
        "\0é",
        "\ud800",
        "é\udfff",
        Name("a"),
        Colour.RED,
        Level.HIGH,
        Pair(1, 2),
        iter([1]),
        cycle,
        {"": 1},
        {"A": 1},
        {"a b": 1},
        {"a\n": 1},
        {"0a": 1},
        {"é": 1},
        {"\ud800": 1},
        {1: 1},
        {None: 1},
        {True: 1},
        {b"a": 1},
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_outside_the_space_are_refused(orjson, value):
    with encoder(orjson):
        for place in (value, [value], {"a": value}, MappingProxyType({"a": (value,)})):
            with pytest.raises(FormatError):
                canonical.encode(place)


@WITH_AND_WITHOUT
def test_a_name_that_only_equals_a_known_one_is_refused(orjson):
    with encoder(orjson):
        assert canonical.encode({"red": 1}) == b'{"red":1}'
        for name in (Colour.RED, Name("red")):
            with pytest.raises(FormatError, match="member name"):
                canonical.encode({name: 1})


def test_a_hostile_file_does_not_grow_what_is_remembered_of_names(monkeypatch):
    monkeypatch.setattr(canonical, "_known_names", set())
    monkeypatch.setattr(canonical, "_KNOWN_NAMES_LIMIT", 3)
    long_name = "n" * (canonical._KNOWN_NAME_LENGTH + 1)
    assert canonical.decode(canonical.encode({long_name: 1})) == {long_name: 1}
    assert not canonical._known_names
    for number in range(10):
        assert canonical.encode({f"name_{number}": number}) == b'{"name_%d":%d}' % (number, number)
    assert canonical._known_names == {"name_0", "name_1", "name_2"}
    with pytest.raises(FormatError):
        canonical.encode({"Name": 1})


def test_an_error_quotes_no_more_than_a_piece_of_a_hostile_name():
    with pytest.raises(FormatError) as caught:
        canonical.encode({"X" * 100_000: 1})
    assert len(str(caught.value)) < 200
