import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_log import LOG_KEY, NEXT_KEY, ORIGIN, POLICY, TestWitness

from ledger.log import policy
from ledger.log.errors import FormatError, LogError, UnknownFormatError
from ledger.log.policy import LogKey, Policy
from ledger.log.retention import Period

WITNESSES = tuple(TestWitness(f"witness.example/{name}", name.encode()).key for name in ("a", "b", "c"))
FULL = Policy(
    ORIGIN,
    (LogKey(LOG_KEY.key, 0, 1000), LogKey(NEXT_KEY.key, 900)),
    WITNESSES,
    2,
    WITNESSES[:1],
    ("0f" * 32,),
    {"trail": Period(12, "M"), "person": None},
)
DOCUMENT = json.loads(policy.format(FULL))


def test_a_policy_comes_back():
    assert policy.parse(policy.format(FULL)) == FULL
    assert policy.parse(policy.format(POLICY)) == POLICY


def test_white_space_and_order_are_free_on_reading():
    spread = json.dumps(dict(reversed(DOCUMENT.items())), indent=7, ensure_ascii=False)
    assert policy.parse(spread.encode()) == FULL


@given(st.lists(st.sampled_from(WITNESSES), unique=True), st.data())
def test_policies_with_any_quorum_come_back(witnesses, data):
    quorum = data.draw(st.integers(0, len(witnesses)))
    made = replace(FULL, witnesses=tuple(witnesses), quorum=quorum)
    assert policy.parse(policy.format(made)) == made


@pytest.mark.parametrize("member", ["witnesses", "monitors"])
def test_one_key_under_two_names_is_one_signer(member):
    other = replace(WITNESSES[0], name="witness.example/other")
    assert other.key_id != WITNESSES[0].key_id
    with pytest.raises(FormatError, match="twice"):
        replace(FULL, quorum=0, **{member: (WITNESSES[0], other)})


@pytest.mark.parametrize("member", ["witnesses", "monitors"])
def test_the_log_does_not_bear_itself_out_under_another_name(member):
    own = replace(WITNESSES[0], public_key=FULL.log_keys[1].key.public_key)
    with pytest.raises(FormatError, match="log's own"):
        replace(FULL, quorum=0, **{member: (own,)})


def test_a_key_counts_from_its_first_size_and_before_its_last():
    old, new = FULL.log_keys
    assert [size for size in (0, 899, 900, 999, 1000) if old.counts_at(size)] == [0, 899, 900, 999]
    assert [size for size in (0, 899, 900, 999, 10**15) if new.counts_at(size)] == [900, 999, 10**15]


def key_of(vkey: str, **members):
    return {"log_keys": [{"from_size": 0, "to_size": None, "vkey": vkey} | members]}


@pytest.mark.parametrize(
    "change",
    [
        {"format": "shoseki-package-1"},
        {"format": None},
        {"origin": "Capital"},
        {"origin": 1},
        {"log_keys": []},
        {"log_keys": {}},
        {"log_keys": [1]},
        {"log_keys": [{"vkey": LOG_KEY.key.text}]},
        key_of("nonsense"),
        key_of(1),
        key_of(WITNESSES[0].text),
        key_of(replace(LOG_KEY, name="other.example").key.text),
        key_of(LOG_KEY.key.text, from_size=-1),
        key_of(LOG_KEY.key.text, from_size=True),
        key_of(LOG_KEY.key.text, from_size=0.5),
        key_of(LOG_KEY.key.text, to_size=0),
        key_of(LOG_KEY.key.text, from_size=5, to_size=5),
        key_of(LOG_KEY.key.text, note="more"),
        {"witnesses": [{"vkey": LOG_KEY.key.text}]},
        {"witnesses": [{"vkey": WITNESSES[0].text}] * 2},
        {"witnesses": None},
        {"monitors": [{"vkey": WITNESSES[0].text, "name": "x"}]},
        {"monitors": [{"vkey": WITNESSES[0].text}] * 2},
        {"quorum": 4},
        {"quorum": -1},
        {"quorum": "2"},
        {"tsa": ["0F" * 32]},
        {"tsa": ["00"]},
        {"tsa": [None]},
        {"tsa": "00"},
        {"retain": []},
        {"retain": {"trail": "12 months"}},
        {"retain": {"trail": 12}},
        {"retain": {"Trail": "P12M"}},
        {"more": 1},
    ],
    ids=str,
)
def test_what_a_policy_cannot_mean_is_refused(change):
    with pytest.raises(FormatError):
        policy.parse(json.dumps(DOCUMENT | change).encode())


@pytest.mark.parametrize("name", sorted(DOCUMENT))
def test_no_member_may_be_missing(name):
    with pytest.raises(FormatError):
        policy.parse(json.dumps({key: value for key, value in DOCUMENT.items() if key != name}).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b'{"quorum":0,"quorum":0}',
        b" " * (policy.MAX_POLICY_BYTES + 1),
    ],
    ids=["empty", "array", "null", "cut", "not UTF-8", "deep", "twice", "long"],
)
def test_what_is_no_policy_is_refused(data):
    with pytest.raises(FormatError):
        policy.parse(data)


def test_a_member_named_twice_inside_is_refused():
    data = policy.format(FULL).replace(b'"from_size": 0', b'"from_size": 0, "from_size": 0')
    with pytest.raises(FormatError, match="twice"):
        policy.parse(data)


def test_a_newer_policy_is_unknown_and_so_is_a_key_of_a_newer_algorithm():
    with pytest.raises(UnknownFormatError, match="shoseki-policy-2"):
        policy.parse(json.dumps(DOCUMENT | {"format": "shoseki-policy-2"}).encode())
    with pytest.raises(UnknownFormatError, match="0x06"):
        policy.parse(json.dumps(DOCUMENT | key_of(f"{ORIGIN}+00000000+BgAA")).encode())


@given(st.integers(0, 4000), st.binary(min_size=1, max_size=1))
def test_a_policy_with_a_byte_changed_is_refused_or_is_a_policy_that_comes_back(place, byte):
    data = policy.format(FULL)
    place %= len(data)
    try:
        parsed = policy.parse(data[:place] + byte + data[place + 1 :])
    except LogError:
        return
    assert policy.parse(policy.format(parsed)) == parsed
