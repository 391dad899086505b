import pytest
from small_log import ALICE, BOB, ORIGIN

from ledger.log.entry import NO_PREV, Entry
from ledger.log.erasure import Erasures
from ledger.log.errors import FormatError
from ledger.log.refusal import RefusedError
from ledger.log.retention import Period

KEY = "trail:2026-11-22"
SUBJECT = "agreement:0a1b"
BEFORE = "2027-11-22T14:59:59.999999Z"
FIRST = "2027-11-22T15:00:00.000000Z"  # 2027-11-23 00:00 in Japan
PERIOD = {"trail": Period(12, "M")}


class Told:
    """Tells erasures one core entry after the other."""

    def __init__(self, retain=None) -> None:
        self.erasures = Erasures(PERIOD if retain is None else retain)

    def tell(self, type_: str, place: int, *, at: str = FIRST, **public) -> "Told":
        self.erasures.learn(Entry(ORIGIN, place, "log", 1, NO_PREV, at, type_, (), public, None, None))
        return self

    def created(self, key: str = KEY, retain: str | None = "P12M", position: int = 1, at: str = FIRST) -> "Told":
        return self.tell("key.created.v1", position, at=at, key=key, retain=retain, check="")

    def destroyed(self, position: int = 100, at: str = FIRST, **public) -> "Told":
        return self.tell("key.destroyed.v1", position, at=at, **public)

    def check(self, position: int = 5, chain: str = ALICE, key: str = KEY) -> str | None:
        try:
            self.erasures.check_erased(position, chain, key)
        except RefusedError as error:
            return error.refusal.name if error.position == position else "another position"
        return None


@pytest.mark.parametrize("what", [{"key": KEY}, {"chain": ALICE}, {"chain": ALICE, "key": KEY}], ids=str)
def test_a_destroyed_key_or_chain_or_pair_erases(what):
    told = Told().created().destroyed(**what)
    assert told.check() is None
    assert told.erasures.knows_destruction(100)
    assert not told.erasures.knows_destruction(101)
    told.erasures.check_usable(100, ALICE, KEY)
    with pytest.raises(RefusedError, match="was destroyed at 100"):
        told.erasures.check_usable(101, ALICE, KEY)


@pytest.mark.parametrize(
    "what",
    [
        {"key": "trail:2026-11-23"},
        {"chain": BOB},
        {"chain": BOB, "key": KEY},
        {"chain": ALICE, "key": "fee:2026-11-22"},
    ],
    ids=str,
)
def test_another_destruction_erases_nothing(what):
    told = Told().created().destroyed(**what)
    assert told.check() == "ERASURE_UNPROVEN"
    told.erasures.check_usable(101, ALICE, KEY)


def test_nothing_is_erased_without_a_word():
    assert Told().created().check() == "ERASURE_UNPROVEN"


def test_a_destruction_before_the_entry_does_not_explain_it():
    assert Told().created().destroyed(key=KEY, position=4).check(position=5) == "ERASURE_UNPROVEN"
    assert Told().created().destroyed(key=KEY, position=5).check(position=5) == "ERASURE_UNPROVEN"


def test_a_key_may_go_in_the_first_instant_after_its_period_and_not_before():
    assert Told().created().destroyed(key=KEY, at=FIRST).check() is None
    assert Told().created().destroyed(key=KEY, at=BEFORE).check() == "ERASED_EARLY"


def test_the_policy_and_the_log_both_set_a_least_period():
    two_years = {"trail": Period(24, "M")}
    assert Told(two_years).created().destroyed(key=KEY).check() == "ERASED_EARLY"
    assert Told({}).created(retain="P24M").destroyed(key=KEY).check() == "ERASED_EARLY"
    assert Told({}).created().destroyed(key=KEY).check() is None
    assert Told({"trail": None}).created(retain=None).destroyed(key=KEY, at=BEFORE).check() is None


def test_the_earliest_destruction_decides():
    told = Told().created().destroyed(key=KEY, position=200).destroyed(chain=ALICE, at=BEFORE)
    assert told.check() == "ERASED_EARLY"


def test_a_subjects_period_counts_from_the_creation_of_its_key():
    told = Told({"agreement": Period(5, "Y")}).created(SUBJECT, None, at="2026-11-22T00:00:00.000000Z")
    assert told.destroyed(key=SUBJECT, at="2031-11-22T14:59:59.999999Z").check(key=SUBJECT) == "ERASED_EARLY"
    told = Told({"agreement": Period(5, "Y")}).created(SUBJECT, None, at="2026-11-22T00:00:00.000000Z")
    assert told.destroyed(key=SUBJECT, at="2031-11-22T15:00:00.000000Z").check(key=SUBJECT) is None


def refusal_of(call) -> tuple[str, int | None]:
    with pytest.raises(RefusedError) as caught:
        call()
    return caught.value.refusal.name, caught.value.position


def test_a_key_counts_only_after_its_announcement():
    told = Told().created(position=6)
    assert refusal_of(lambda: told.erasures.check_usable(5, ALICE, KEY)) == ("KEY_UNANNOUNCED", 5)
    told.erasures.check_usable(7, ALICE, KEY)
    told.erasures.check_usable(7, ALICE, SUBJECT)  # not shown: missed only where something follows from it
    told.destroyed(key=SUBJECT, at="2031-11-22T15:00:00.000000Z")
    assert refusal_of(lambda: told.erasures.check_erased(7, ALICE, SUBJECT)) == ("ERASURE_UNPROVEN", 7)


def test_a_key_is_announced_once():
    told = Told({}).created(retain="P24M")
    assert refusal_of(lambda: told.created(retain="P1D", position=2)) == ("KEY_ANNOUNCED_TWICE", 2)


def test_a_period_without_a_day_to_count_from_is_refused():
    assert refusal_of(lambda: Told().created("trail:foo")) == ("KEY_EPOCH", 1)
    assert Told().created(SUBJECT, None).created("agreement:0a1c", None, position=2).check(key=SUBJECT) is not None


@pytest.mark.parametrize(("first", "second"), [(KEY, "trail:foo"), ("trail:foo", KEY)])
def test_a_class_has_days_or_subjects_and_not_both(first, second):
    told = Told().created(first, None)
    assert refusal_of(lambda: told.created(second, None, position=2)) == ("KEY_EPOCH", 2)


def test_a_period_past_the_calendar_is_never_over():
    assert Told({}).created(retain="P9999Y").destroyed(key=KEY).check() == "ERASED_EARLY"


def test_a_held_pair_is_not_erased_by_its_key_but_by_itself():
    told = Told().created().tell("hold.placed.v1", 50, hold="h", pairs=[{"chain": ALICE, "key": KEY}])
    told.destroyed(key=KEY, held=["h"])
    assert told.check() == "ERASURE_UNPROVEN"
    assert told.check(chain=BOB) is None
    assert told.destroyed(key=KEY, chain=ALICE, position=150).check() is None


def test_a_hold_that_is_not_shown_may_keep_anything():
    assert Told().created().destroyed(key=KEY, held=["unseen"]).check() == "ERASURE_UNPROVEN"


def test_a_removed_payload_needs_no_key_to_go_and_no_time():
    assert Told().tell("payload.removed.v1", 6, position=5).check(position=5) is None
    assert Told().tell("payload.removed.v1", 6, position=4).check(position=5) == "ERASURE_UNPROVEN"
    assert Told().tell("payload.removed.v1", 5, position=5).check(position=5) == "ERASURE_UNPROVEN"


def test_other_core_entries_say_nothing_of_payloads():
    assert Told().created().tell("heads.sealed.v1", 7, size=1, count=1, root="00" * 32).check() == "ERASURE_UNPROVEN"


@pytest.mark.parametrize(
    ("type_", "public"),
    [
        ("key.created.v1", {"key": "trail:2026-13-45", "retain": None}),
        ("key.destroyed.v1", {}),
        ("hold.placed.v1", {}),
        ("payload.removed.v1", {}),
    ],
)
def test_core_entries_that_say_nothing_sound_are_refused(type_, public):
    with pytest.raises(FormatError):
        Told().tell(type_, 1, **public)
