"""Boundaries, rules, sentences and decisions: what every stream builds on."""

import string
from datetime import datetime

import pytest
from agreements import IN_FORCE
from story import an_id, given

from ledger.domain import catalogue, registry, rules, wording
from ledger.domain.boundary import TERMS_TAG, Boundary, Item, tag
from ledger.domain.decision import Decision, commands, decided, decides
from ledger.domain.due import all_timers, timer, type_of
from ledger.domain.fact import Unread
from ledger.domain.presenting import PresentTerms
from ledger.domain.recorded import Facts, Recorded, happened_at, last, positions, tagged
from ledger.domain.rule_texts import RULES
from ledger.domain.rules import rule, switched_off
from ledger.domain.settings import Defaults
from ledger.domain.terms import TERMS_TIMER, TermsVersionEffective
from ledger.domain.violation import ViolationRecorded

assert catalogue.STREAMS


def test_a_boundary_is_the_same_in_whatever_order_it_is_said() -> None:
    one = Boundary((Item(("b:1",)), Item(("a:1",), ("x.y.v1",)), Item(("b:1",))))
    assert one == Boundary((Item(("a:1",), ("x.y.v1",)), Item(("b:1",))))
    assert one | Boundary.of("b:1") == one


def test_a_boundary_takes_what_has_all_tags_of_an_item() -> None:
    boundary = Boundary((Item(("a:1", "b:1")), Item(("c:1",), ("x.y.v1",))))
    assert boundary.takes("z.z.v1", {"a:1", "b:1", "d:1"})
    assert not boundary.takes("z.z.v1", {"a:1"})
    assert boundary.takes("x.y.v1", {"c:1"})
    assert not boundary.takes("x.z.v1", {"c:1"})
    assert not Boundary().takes("x.y.v1", {"c:1"})


def test_an_item_without_tags_would_take_everything_and_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one tag"):
        Boundary((Item((), ("x.y.v1",)),))


def test_all_36_rules_are_there_with_one_sentence_in_each_language() -> None:
    assert list(RULES) == [f"R-{number:02}" for number in range(1, 37)]
    for text in RULES.values():
        assert text.ja.endswith("。")
        assert text.ja.count("。") == 1
        assert text.en.endswith(".")


def test_a_rule_that_is_switched_off_gives_its_answer_and_comes_back() -> None:
    @rule("R-36", off="off")
    def answer(value: str) -> str:
        return value

    assert answer("on") == "on"
    with switched_off("R-36"):
        assert answer("on") == "off"
    assert answer("on") == "on"
    rules._functions["R-36"].pop()


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="R-99"):
        rule("R-99")
    with pytest.raises(ValueError, match="R-99"), switched_off("R-99"):
        pass


def test_every_sentence_has_the_same_places_in_both_languages() -> None:
    for key, sentence in wording.table().items():
        places = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in sentence]
        assert places[0] == places[1], key
        assert sentence.ja.endswith("。"), key
        assert sentence.en.endswith("."), key


def test_facts_cite_what_the_decision_rests_on_unless_they_cite_their_own() -> None:
    violation = ViolationRecorded(rule="R-01", sentence="x", values={}, subjects=(tag("session", an_id("session")),))
    own = ViolationRecorded(rule="R-02", sentence="x", values={}, subjects=(), cites=(9,))
    decision = decided(violation, own, cites=[5, 3, 5])
    assert [each.cites for each in decision.facts] == [(3, 5), (9,)]


def test_the_registry_is_sorted_by_wire_name() -> None:
    assert list(registry.kinds()) == sorted(registry.kinds())


def test_a_command_and_a_timer_are_there_once() -> None:
    with pytest.raises(ValueError, match="PresentTerms is decided twice"):
        decides(PresentTerms)(decide_nothing)
    with pytest.raises(ValueError, match="terms is there twice"):
        timer(TERMS_TIMER)
    assert PresentTerms in commands()
    order = list(all_timers())
    assert order.index("terms") < order.index("consent") > order.index("contract")


def decide_nothing(_command: object, _facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    return decided()


def test_a_sentence_that_is_not_there_is_told() -> None:
    with pytest.raises(KeyError):
        wording.say("no_such_sentence", {})


def test_what_is_found_among_facts() -> None:
    story = given(*IN_FORCE)
    assert last(story.recorded, TermsVersionEffective) == story.recorded[1]
    assert last(story.recorded, ViolationRecorded) is None
    assert positions(story.recorded[1], None, story.recorded[0], story.recorded[1]) == (0, 1)
    assert tagged(story.recorded, TERMS_TAG) == story.recorded
    assert happened_at(story.recorded[0]) == story.recorded[0].at
    unread = Recorded(Unread(type="a.b.v1", data={}, public={}), 9, story.recorded[0].at)
    assert happened_at(unread) == unread.at
    assert type_of(unread.fact) == "a.b.v1"
