"""A fact is written and read back as it was; what could not be kept is refused when it is declared or written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import catalogue, registry
from ledger.domain.fact import (
    Erased,
    Fact,
    FactError,
    Unread,
    about,
    as_read,
    digest,
    fact,
    from_wire,
    public,
    ref,
    tags_of,
    to_wire,
)
from ledger.domain.registry import RegistryError
from ledger.keys.classes import JST
from ledger.log import canonical

ID = "ticket_" + "1" * 32
NOON = datetime(2026, 11, 16, 3, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Window:
    begins: datetime
    note: str


@fact("test.ticket_said.v1", retention="trail", ja="試験", en="Test", clause="-", occurred="said_at")
class TicketSaid(Fact):
    ticket: str = ref("ticket")
    words: str
    said_at: datetime
    colour: Colour = public()
    count: int = public(default=0)
    others: tuple[str, ...] = ref("other", default=())
    subjects: tuple[str, ...] = about(default=())
    secret_hmac: str | None = digest(default=None)
    window: Window | None = None
    values: Mapping[str, str] | None = None
    day: date | None = None
    answered: bool | None = None


@pytest.fixture(autouse=True, scope="module")
def _forget_test_types() -> None:
    assert catalogue.STREAMS


def said(**changes: object) -> TicketSaid:
    members = {"ticket": ID, "words": "はい", "said_at": NOON, "colour": Colour.RED, **changes}
    return TicketSaid(**members)  # type: ignore[arg-type]


def round_trip(before: Fact) -> Fact:
    wire = to_wire(before)
    data = canonical.decode(canonical.encode(wire.data))
    shown = canonical.decode(canonical.encode(wire.public))
    assert isinstance(data, dict)
    assert isinstance(shown, dict)
    return from_wire(wire.type, data, shown)


def test_public_members_stand_in_the_entry_and_all_others_are_sealed() -> None:
    wire = to_wire(said())
    assert wire.public == {"colour": "red", "count": 0}
    assert wire.data["words"] == "はい"
    assert wire.data["said_at"] == "2026-11-16T03:00:00.000000Z"
    assert wire.tags == (f"ticket:{ID}",)
    assert (wire.type, wire.key_class, wire.subject) == ("test.ticket_said.v1", "trail", None)


@pytest.mark.parametrize(
    "words",
    [
        "か\u3099と\u304c",
        "ﾃｽﾄ テスト ＡＢＣ",
        "従つた・なかつた",
        "👩‍💻🇯🇵",
        "\u200b\ufeff\r\n\t\x01\x7f",
        "",
        "長" * 350_000,
    ],
    ids=["nfd-and-nfc", "widths", "large-tsu", "emoji", "invisible", "empty", "1-mb"],
)
def test_text_survives_byte_for_byte(words: str) -> None:
    after = round_trip(said(words=words))
    assert isinstance(after, TicketSaid)
    assert after.words.encode() == words.encode()


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_text_survives(words: str) -> None:
    assert round_trip(said(words=words)) == said(words=words)


def test_every_type_of_member_is_read_back_as_it_was() -> None:
    before = said(
        others=("other_" + "2" * 32, "other_" + "3" * 32),
        subjects=(f"session:session_{'4' * 32}",),
        secret_hmac="a" * 64,
        window=Window(NOON, "昼"),
        values={"name": "値"},
        day=date(2026, 2, 28),
        answered=False,
        cites=(3, 5),
    )
    assert round_trip(before) == before
    assert tags_of(before) == {
        f"ticket:{ID}",
        f"other:other_{'2' * 32}",
        f"other:other_{'3' * 32}",
        f"session:session_{'4' * 32}",
    }


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"ticket": "山田"}, "ticket"),
        ({"ticket": "ticket_1"}, "ticket"),
        ({"secret_hmac": "correct horse"}, "secret_hmac"),
        ({"said_at": datetime(2026, 11, 16)}, "said_at"),  # noqa: DTZ001 - that is the case
        ({"count": True}, "count"),
        ({"words": None}, "words"),
        ({"colour": "red"}, "colour"),
        ({"subjects": ("session:yamada",)}, "subjects"),
        ({"window": {"begins": NOON}}, "window"),
        ({"day": NOON}, "day"),
        ({"values": {"n": 1}}, "values"),
        ({"others": ["other_" + "2" * 32]}, "others"),
    ],
)
def test_a_value_that_its_member_cannot_hold_is_refused(changes: dict[str, object], member: str) -> None:
    with pytest.raises(FactError) as refusal:
        to_wire(said(**changes))
    assert (refusal.value.type, refusal.value.member) == ("test.ticket_said.v1", member)


def test_a_missing_member_is_named() -> None:
    wire = to_wire(said())
    del wire.data["words"]
    with pytest.raises(FactError, match="words is missing"):
        from_wire(wire.type, wire.data, wire.public)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("said_at", "2026-11-16T03:00:00Z"),
        ("said_at", 5),
        ("words", 5),
        ("window", {"begins": "2026-11-16T03:00:00.000000Z"}),
        ("day", "16.11.2026"),
        ("day", 5),
        ("cites", "5"),
    ],
)
def test_a_member_of_another_type_is_named(member: str, value: object) -> None:
    wire = to_wire(said())
    wire.data[member] = value
    with pytest.raises(FactError, match=member):
        from_wire(wire.type, wire.data, wire.public)


@pytest.mark.parametrize("value", ["green", 5])
def test_a_code_that_is_not_known_is_named(value: object) -> None:
    wire = to_wire(said())
    with pytest.raises(FactError, match="colour"):
        from_wire(wire.type, wire.data, {**wire.public, "colour": value})


def test_members_that_later_writers_add_do_no_harm_and_those_with_a_default_may_be_missing() -> None:
    wire = to_wire(said())
    data = {"ticket": ID, "words": "はい", "said_at": wire.data["said_at"], "later": 1}
    assert from_wire(wire.type, data, {"colour": "red"}) == said()


def test_what_is_not_known_comes_back_as_it_stands() -> None:
    unread = from_wire("test.unheard_of.v9", {"any": 1}, {"code": "x"})
    assert unread == Unread(type="test.unheard_of.v9", data={"any": 1}, public={"code": "x"})
    assert tags_of(unread) == frozenset()
    assert tags_of(Erased(type="test.unheard_of.v9", public={})) == frozenset()
    assert isinstance(from_wire("login.accepted.v1", {"user": "yamada"}, {}), Unread)


def test_a_public_sentence_is_refused() -> None:
    @fact("test.shown.v1", retention="terms", ja="試験", en="Test", clause="-", chain="log")
    class Shown(Fact):
        code: str = public()

    assert to_wire(Shown(code="1.0", cites=(1,))).public == {"code": "1.0", "cites": [1]}
    with pytest.raises(FactError, match="is public"):
        to_wire(Shown(code="山田 太郎"))


def test_a_wire_name_is_declared_once() -> None:
    with pytest.raises(RegistryError, match="declared twice"):
        registry.declare("login.accepted.v1", retention="trail", ja="a", en="a", clause="-")


@pytest.mark.parametrize(
    ("type_", "retention", "subject"),
    [
        ("Test.Wrong", "trail", None),
        ("test.wrong.v1", "nothing", None),
        ("test.wrong.v1", "agreement", None),
        ("test.wrong.v1", "trail", "words"),
        ("test.wrong.v1", "agreement", "nobody"),
        ("test.wrong.v1", "terms", None),
    ],
)
def test_a_declaration_that_cannot_be_kept_is_refused(type_: str, retention: str, subject: str | None) -> None:
    with pytest.raises(RegistryError):

        @fact(type_, retention=retention, subject=subject, ja="a", en="a", clause="-")
        class Wrong(Fact):
            words: str


def test_a_member_without_a_spelling_is_refused() -> None:
    with pytest.raises(RegistryError, match="no spelling"):

        @fact("test.float.v1", retention="trail", ja="a", en="a", clause="-")
        class Floating(Fact):
            ratio: float


def test_everything_on_the_list_has_both_labels_and_a_clause() -> None:
    for kind in registry.kinds().values():
        assert kind.ja
        assert kind.en
        assert kind.clause


ZONES = st.sampled_from([UTC, JST, timezone(timedelta(hours=-3, minutes=-30))])
TIMES = st.builds(
    lambda moment, zone, fold: moment.replace(tzinfo=zone, fold=fold),
    st.datetimes(datetime(1951, 1, 1), datetime(2098, 1, 1)),  # noqa: DTZ001 - the zone is drawn
    ZONES,
    st.integers(0, 1),
)


@given(
    TIMES, st.none() | st.builds(Window, TIMES, st.just("昼")), st.none() | st.dictionaries(st.just("n"), st.just("値"))
)
def test_what_is_remembered_of_a_fact_is_what_would_be_read(
    said_at: datetime, window: Window | None, values: dict[str, str] | None
) -> None:
    before = said(said_at=said_at, window=window, values=values, colour=Colour.BLUE, cites=(1,))
    remembered = as_read(before, to_wire(before))
    assert repr(remembered) == repr(round_trip(before))  # the zone of its times, too
    assert remembered == before


def test_a_fact_that_is_as_it_is_read_is_not_made_again_and_no_other_is_kept() -> None:
    plain = said(others=("other_" + "2" * 32,), window=Window(NOON, "昼"), day=date(2026, 2, 28), answered=True)
    assert as_read(plain, to_wire(plain)) is plain
    for changed in (
        {"values": {"n": "値"}},
        {"said_at": NOON.astimezone(JST)},
        {"window": Window(NOON.astimezone(JST), "")},
    ):
        other = said(**changed)
        assert as_read(other, to_wire(other)) is not other


def test_names_of_an_enumeration_that_are_no_codes_are_refused_as_any_sentence() -> None:
    class Loud(StrEnum):
        VERY = "very loud"
        NOT = "not"

    @fact("test.heard.v1", retention="trail", ja="試験", en="Test", clause="-")
    class Heard(Fact):
        how: Loud = public()

    assert to_wire(Heard(how=Loud.NOT)).public == {"how": "not"}
    with pytest.raises(FactError, match="is public"):
        to_wire(Heard(how=Loud.VERY))
