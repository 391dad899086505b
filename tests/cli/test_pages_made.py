"""Pages that are made from the code say what the code says, and every clause of the terms is proved by a test."""

from ledger.domain import catalogue
from ledger.domain.rule_texts import RULES
from scripts import make_coverage, make_events

assert catalogue.STREAMS


def test_the_page_of_events_is_what_the_registry_says() -> None:
    assert make_events.PAGE.read_text(encoding="utf-8") == make_events.page(), "run python -m scripts.make_events"


def test_the_page_of_coverage_is_what_rules_and_tests_say() -> None:
    assert make_coverage.PAGE.read_text(encoding="utf-8") == make_coverage.page(), "run python -m scripts.make_coverage"


def test_every_clause_names_rules_that_there_are_and_every_rule_has_a_clause() -> None:
    named = {rule for clause in make_coverage.CLAUSES for rule in clause.rules}
    assert named == set(RULES)


def test_every_clause_of_the_terms_is_proved_by_a_test() -> None:
    assert make_coverage.unproved() == []
