"""Rules as functions, each carrying the id of the rule it enforces.

A rule function returns None, or raises Refusal, or returns a violation; one that answers a question instead says with
``off`` what it answers when it is switched off. Only tests and the mutation run switch rules off, each as a whole and
each of its functions alone: to show that a test goes red without it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from ledger.domain.rule_texts import RULES

P = ParamSpec("P")
R = TypeVar("R")

_functions: dict[str, list[str]] = {}
_off: list[str] = []
_watched: list[set[str]] = []


def rule(rule_id: str, *, off: object = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a function as enforcing a rule; ``off`` is its answer when the rule is switched off."""
    if rule_id not in RULES:
        raise ValueError(f"There is no rule {rule_id}.")

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        name = f"{function.__module__}.{function.__qualname__}"
        _functions.setdefault(rule_id, []).append(name)

        @wraps(function)
        def enforce(*args: P.args, **kwargs: P.kwargs) -> R:
            if _watched or _off:
                for each in _watched[-1:]:
                    each.add(name)
                if rule_id in _off or name in _off:
                    return off  # type: ignore[return-value]  # what the rule's author said it answers
            return function(*args, **kwargs)

        return enforce

    return mark


def enforced_by() -> Mapping[str, tuple[str, ...]]:
    """Give the functions that enforce each rule, by rule; import ``ledger.domain.catalogue`` first."""
    return {rule_id: tuple(_functions.get(rule_id, ())) for rule_id in RULES}


@contextmanager
def switched_off(what: str) -> Iterator[None]:
    """Switch a rule, or one function by its full name, off for as long as this is entered: never outside tests."""
    if what not in RULES and not any(what in names for names in _functions.values()):
        raise ValueError(f"There is no rule and no function of a rule {what}.")
    _off.append(what)
    try:
        yield
    finally:
        _off.remove(what)


@contextmanager
def watched() -> Iterator[set[str]]:
    """Give the functions of rules that were asked while this was entered, by full name: never outside tests."""
    asked: set[str] = set()
    _watched.append(asked)
    try:
        yield asked
    finally:
        _watched.remove(asked)
