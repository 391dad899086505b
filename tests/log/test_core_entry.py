import pytest
from small_log import ALICE, BOB, LOG_KEY, ORIGIN

from ledger.log import core_entry
from ledger.log.core_entry import (
    ClockCorrection,
    Destruction,
    HeadsSealed,
    HoldPlaced,
    KeyChange,
    KeyCreated,
    check_understood,
)
from ledger.log.entry import NO_PREV, Entry
from ledger.log.errors import FormatError, UnknownFormatError
from ledger.log.retention import Period

AT = "2026-11-22T09:04:51.929164Z"
LATER = "2026-11-22T10:04:51.929164Z"
KEY = "trail:2026-11-22"
HEX = "0f" * 32


def made(type_: str, **public) -> Entry:
    return Entry(ORIGIN, 9, "log", 1, NO_PREV, AT, type_, (), public, None, None)


@pytest.mark.parametrize(
    ("entry", "read", "value"),
    [
        (
            made("log.key_added.v1", vkey=LOG_KEY.key.text, from_size=5),
            core_entry.parse_key_change,
            KeyChange(LOG_KEY.key, 5),
        ),
        (
            made("log.clock_corrected.v1", **{"from": LATER, "to": AT, "reason": "x"}),
            core_entry.parse_clock_correction,
            ClockCorrection(9, LATER, AT, counts=True),
        ),
        (
            made("key.created.v1", key=KEY, retain="P12M", check=HEX),
            core_entry.parse_key_created,
            KeyCreated(KEY, Period(12, "M"), 9, AT),
        ),
        (
            made("key.created.v1", key=KEY, retain=None, check=HEX),
            core_entry.parse_key_created,
            KeyCreated(KEY, None, 9, AT),
        ),
        (made("key.destroyed.v1", key=KEY), core_entry.parse_destruction, Destruction(KEY, None, (), 9, AT)),
        (
            made("key.destroyed.v1", key=KEY, chain=ALICE, held=["h1", "h2"], reason="x"),
            core_entry.parse_destruction,
            Destruction(KEY, ALICE, ("h1", "h2"), 9, AT),
        ),
        (
            made("key.destroyed.v1", key=None, chain=ALICE),
            core_entry.parse_destruction,
            Destruction(None, ALICE, (), 9, AT),
        ),
        (
            made("hold.placed.v1", hold="h", kind="legal", pairs=[{"chain": ALICE, "key": KEY}]),
            core_entry.parse_hold,
            HoldPlaced("h", frozenset({(ALICE, KEY)})),
        ),
        (
            made("hold.placed.v1", hold="h", scope={"chain": ALICE}),
            core_entry.parse_hold,
            HoldPlaced("h", frozenset({(ALICE, None)})),
        ),
        (
            made("hold.placed.v1", hold="h", scope={"key": KEY}),
            core_entry.parse_hold,
            HoldPlaced("h", frozenset({(None, KEY)})),
        ),
        (made("payload.removed.v1", position=3, reason="x"), core_entry.parse_removed_position, 3),
        (
            made("heads.sealed.v1", size=9, count=2, root=HEX),
            core_entry.parse_heads,
            HeadsSealed(9, 2, bytes.fromhex(HEX)),
        ),
    ],
)
def test_what_core_entries_say_is_read(entry, read, value):
    assert read(entry) == value


def test_the_clock_goes_back_only_as_the_logs_own_chain_says():
    correction = made("log.clock_corrected.v1", **{"from": LATER, "to": AT})
    assert core_entry.corrected_from(correction) == LATER
    for other in (
        correction._replace(chain=ALICE),
        correction._replace(at=LATER),
        correction._replace(public={"to": AT}),
        correction._replace(type="log.created.v1"),
    ):
        assert core_entry.corrected_from(other) is None


def test_a_chains_announcement_names_it():
    assert core_entry.parse_chain_created(made("chain.created.v1", chain=ALICE)) == ALICE
    with pytest.raises(FormatError):
        core_entry.parse_chain_created(made("chain.created.v1", chain="nobody"))


@pytest.mark.parametrize(
    ("entry", "read"),
    [
        (made("log.key_added.v1", vkey="nonsense", from_size=5), core_entry.parse_key_change),
        (made("log.key_added.v1", from_size=5), core_entry.parse_key_change),
        (made("log.key_added.v1", vkey=LOG_KEY.key.text), core_entry.parse_key_change),
        (made("log.key_added.v1", vkey=LOG_KEY.key.text, from_size=True), core_entry.parse_key_change),
        (made("log.clock_corrected.v1", **{"from": LATER, "to": "now"}), core_entry.parse_clock_correction),
        (made("log.clock_corrected.v1", to=AT), core_entry.parse_clock_correction),
        (made("key.created.v1", key=KEY), core_entry.parse_key_created),
        (made("key.created.v1", key="no key", retain=None), core_entry.parse_key_created),
        (made("key.created.v1", key=KEY, retain="a year"), core_entry.parse_key_created),
        (made("key.created.v1", key=KEY, retain=12), core_entry.parse_key_created),
        (made("key.destroyed.v1"), core_entry.parse_destruction),
        (made("key.destroyed.v1", key=7), core_entry.parse_destruction),
        (made("key.destroyed.v1", chain="nobody"), core_entry.parse_destruction),
        (made("key.destroyed.v1", key=KEY, held="h1"), core_entry.parse_destruction),
        (made("key.destroyed.v1", key=KEY, held=[1]), core_entry.parse_destruction),
        (made("hold.placed.v1", hold="h"), core_entry.parse_hold),
        (made("hold.placed.v1", hold="h", pairs=[], scope={}), core_entry.parse_hold),
        (made("hold.placed.v1", hold="h", pairs={}), core_entry.parse_hold),
        (made("hold.placed.v1", hold="h", pairs=[{"chain": ALICE}]), core_entry.parse_hold),
        (made("hold.placed.v1", hold="h", pairs=[{"chain": ALICE, "key": 1}]), core_entry.parse_hold),
        (made("hold.placed.v1", hold="h", pairs=["x"]), core_entry.parse_hold),
        (made("hold.placed.v1", hold="h", scope="all"), core_entry.parse_hold),
        (made("hold.placed.v1", hold="h", scope={"tag": "x"}), core_entry.parse_hold),
        (made("hold.placed.v1", pairs=[]), core_entry.parse_hold),
        (made("payload.removed.v1"), core_entry.parse_removed_position),
        (made("heads.sealed.v1", size=10, count=1, root=HEX), core_entry.parse_heads),
        (made("heads.sealed.v1", size=9, count=1, root="0F"), core_entry.parse_heads),
        (made("heads.sealed.v1", size=9, root=HEX), core_entry.parse_heads),
    ],
)
def test_what_core_entries_cannot_say_is_refused(entry, read):
    with pytest.raises(FormatError):
        read(entry)


@pytest.mark.parametrize("type_", sorted(core_entry.UNDERSTOOD))
def test_another_version_of_a_type_that_matters_is_unknown(type_):
    assert check_understood(made(type_))
    with pytest.raises(UnknownFormatError, match="does not know"):
        check_understood(made(type_[:-1] + "2"))


@pytest.mark.parametrize(
    "type_", ["log.created.v1", "key.destruction_confirmed.v3", "session.noted.v1", "key.created", "v1"]
)
def test_other_types_are_left_alone(type_):
    assert not check_understood(made(type_))


def test_a_hold_keeps_the_pairs_that_it_names():
    pair = core_entry.parse_hold(made("hold.placed.v1", hold="h", pairs=[{"chain": ALICE, "key": KEY}]))
    assert pair.keeps(ALICE, KEY)
    assert not pair.keeps(BOB, KEY)
    assert not pair.keeps(ALICE, "trail:2026-11-23")
    chain = core_entry.parse_hold(made("hold.placed.v1", hold="h", scope={"chain": ALICE}))
    assert chain.keeps(ALICE, "trail:2026-11-23")
    assert not chain.keeps(BOB, KEY)
    everything = core_entry.parse_hold(made("hold.placed.v1", hold="h", scope={}))
    assert everything.keeps(BOB, "person:0a")
