"""Two entries with their bytes, values that no entry has, and the verdict on bytes that both readings must share."""

import json

import pytest
import reference_entry

from ledger.log import canonical
from ledger.log.entry import NO_PREV, Entry, encode, parse
from ledger.log.errors import FormatError, LogError, UnknownFormatError

CUSTOMER = "cus_0123456789abcdef0123456789abcdef"
SEALED = Entry(
    origin="shoseki.example/main",
    position=7,
    chain=CUSTOMER,
    seq=3,
    prev=bytes(range(32)),
    at="2026-11-22T09:04:51.929164Z",
    type="login.accepted.v1",
    tags=("import:0a", 'quote"back\\slash,"', "session:1b"),
    public={"size": 12, "text": '},"seq":1,"tags":[],"type":"t","v":1}', "inner": {"a": [None, True, "証跡"]}},
    commitment=bytes(range(32, 64)),
    key="trail:2026-11-22",
)
BARE = Entry(
    origin="o",
    position=0,
    chain="log",
    seq=1,
    prev=NO_PREV,
    at="0001-01-01T00:00:00.000000Z",
    type="T",
    tags=(),
    public={},
    commitment=None,
    key=None,
)
SEALED_BYTES = (
    '{"at":"2026-11-22T09:04:51.929164Z","chain":"cus_0123456789abcdef0123456789abcdef",'
    '"commitment":"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",'
    '"key":"trail:2026-11-22","origin":"shoseki.example/main","position":7,'
    '"prev":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",'
    '"public":{"inner":{"a":[null,true,"証跡"]},"size":12,'
    '"text":"},\\"seq\\":1,\\"tags\\":[],\\"type\\":\\"t\\",\\"v\\":1}"},"seq":3,'
    '"tags":["import:0a","quote\\"back\\\\slash,\\"","session:1b"],"type":"login.accepted.v1","v":1}'
).encode()
BARE_BYTES = (
    '{"at":"0001-01-01T00:00:00.000000Z","chain":"log","commitment":null,"key":null,"origin":"o","position":0,'
    f'"prev":"{"0" * 64}","public":{{}},"seq":1,"tags":[],"type":"T","v":1}}'
).encode()


def members(data: bytes = SEALED_BYTES, **changes) -> dict:
    """Give the members of an entry with some of them changed; ``...`` takes one away."""
    return {name: value for name, value in (json.loads(data) | changes).items() if value is not ...}


def spell(value: object) -> bytes:
    """Spell any JSON as canonically as it can be, checking nothing."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(errors="surrogatepass")


def verdict(data: bytes):
    """Give the members that ``parse`` finds, or the class of its refusal."""
    try:
        entry = parse(data)
    except LogError as error:
        return type(error)
    return {
        "at": entry.at,
        "chain": entry.chain,
        "commitment": None if entry.commitment is None else entry.commitment.hex(),
        "key": entry.key,
        "origin": entry.origin,
        "position": entry.position,
        "prev": entry.prev.hex(),
        "public": entry.public,
        "seq": entry.seq,
        "tags": list(entry.tags),
        "type": entry.type,
        "v": 1,
    }


def reference_verdict(data: bytes):
    """Give the same of the second reading."""
    try:
        return reference_entry.read(data)
    except reference_entry.RefusedError:
        return FormatError
    except reference_entry.LaterError:
        return UnknownFormatError


def agreed(data: bytes):
    """Give the verdict that both readings share, with orjson and without."""
    expected = reference_verdict(data)
    assert verdict(data) == expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canonical, "_orjson", None)
        assert verdict(data) == expected
    if isinstance(expected, dict):
        assert encode(parse(data)) == data
    return expected


OUTSIDE = {
    "at": [
        "2026-11-22T09:04:51.92916Z",
        "2026-11-22T09:04:51.9291640Z",
        "2026-11-22T09:04:51.9291640000Z",
        "2026-11-22T09:04:51Z",
        "2026-11-22T09:04:51,929164Z",
        "2026-11-22 09:04:51.929164Z",
        "2026-11-22t09:04:51.929164z",
        "2026-11-22T09:04:51.929164+00:00",
        "2026-11-22T09:04:51.929164",
        "2026-11-22T09:04:60.000000Z",
        "2016-12-31T23:59:60.000000Z",
        "2026-11-22T09:60:51.929164Z",
        "2026-11-22T24:00:00.000000Z",
        "2026-11-22T29:00:00.000000Z",
        "0000-01-01T00:00:00.000000Z",
        "2026-00-22T09:04:51.929164Z",
        "2026-13-22T09:04:51.929164Z",
        "2026-11-00T09:04:51.929164Z",
        "2026-11-31T09:04:51.929164Z",
        "2026-02-29T09:04:51.929164Z",
        "1900-02-29T09:04:51.929164Z",
        "2100-02-29T09:04:51.929164Z",
        "2024-02-30T09:04:51.929164Z",
        "12026-11-22T09:04:51.929164Z",
        "-001-11-22T09:04:51.929164Z",
        "2026-W47-7T09:04:51.929164Z",
        "２０２６-11-22T09:04:51.929164Z",
        "2026-11-22T09:04:51.92916٤Z",
        "2026-11-22T09:04:51.929164Z\n",
    ],
    "chain": ["", "Log", "log ", "logs", "log\n", "cus_", "cus_" + "0" * 31, "cus_" + "0" * 33, "cus_" + "G" * 32, "c"],
    "commitment": ["", "0" * 63, "0" * 65, "0" * 62 + "0A", "g" * 64, "0" * 64 + "\n", None],
    "key": [
        "",
        "trail",
        "trail:",
        ":a",
        "Trail:a",
        "tr-ail:a",
        "trail:a:b",
        "trail:" + "a" * 65,
        "trail:é",
        "a:b\n",
        None,
    ],
    "origin": ["", "a" * 129, "A", "a_b", "a b", "a\n", "é", 'a"', "a\\"],
    "position": [-1, 2**53, 10**16, 10**17, 2**64, None, True, 1.5, "7", [], {}],
    "prev": ["", "0" * 63, "0" * 65, "0" * 62 + "0A", "0" * 64, "g" * 64, "0" * 63 + "\n"],
    "public": [[], "", 0, True, None, [{}], {"A": 1}, {"": 1}, {"a": 0.5}, {"a": 2**53}, {"a": "\0"}, {"a": "\ud800"}],
    "seq": [0, -1, 2**53, 10**16, 2**64, 1, None, True, 1.5, "3", [], {}],
    "tags": [
        [""],
        ["a" * 129],
        ['"' * 129],
        ["a b"],
        ["a\n"],
        ["\x7f"],
        ["é"],
        ["a\0"],
        ["b", "a"],
        ["a", "a"],
        ["a", 'a"', 'a"'],
        ['a"', "a"],
        ["a", 1],
        [None],
        [["a"]],
        "a",
        {},
        None,
        1,
    ],
    "type": ["", "1a", ".a", "_a", "a-b", "a b", "a" * 129, "é", "a\n", 'a"'],
    "v": [0, -1, None, True, False, "1", "2", 1.5, 2.0, [], {}, 2**53, 2**64, 10**400],
}
