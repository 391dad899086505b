"""A step: a command of the domain as it is typed. Its members become options; the step says where each comes from.

An id that the command creates is drawn, who acts is known from the system, a digest is taken of a file that is named:
what is left is told.
"""

import dataclasses
import types
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from ledger.application.deciding import CarriedOut
from ledger.application.door import Ledger
from scripts.commands.identity import Actor
from scripts.console import Session
from scripts.texts import has_text


class By(StrEnum):
    """Who may give a step."""

    PERSON = "person"
    """A registered person, and nobody else (R-34)."""
    ANYBODY = "anybody"
    """A machine's account, too: it tells of what happened."""
    FOUNDER = "founder"
    """A registered person; anybody while nobody is bound to a system user, for somebody has to be the first."""


class Step(NamedTuple):
    """One step: the command it gives, and which members are not told."""

    name: str
    """Group and name, as they are typed."""
    command: type[Any]
    draws: Mapping[str, str] = {}
    """Members whose id the command creates, with the kind of the id."""
    runner: str | None = None
    """The member that is the person who gives the command: no option names another."""
    filled: tuple[str, ...] = ()
    """Members that carrying it out fills in."""
    carry: Callable[[Session, Ledger, Any, Actor, str | None], CarriedOut] | None = None
    """How it is carried out, where deciding is not all of it."""
    may_name: tuple[str, ...] = ()
    """Drawn members that may be told instead: the thing is there already, known by another step."""
    draws_with: Mapping[str, str] = {}
    """Drawn members that are there only where another one is told."""
    fixed: Mapping[str, Any] = {}
    """Members that the name of the step says."""
    sizes: Mapping[str, str] = {}
    """Members that are the size of the file whose digest another member is."""
    heard: tuple[str, ...] = ()
    """Members that are what somebody else said or had, as it came: kept where it is blank, too."""
    by: By = By.PERSON


_PROSE = frozenset({"content", "method", "purpose", "reason", "report", "title", "words"})


class Member(NamedTuple):
    """One member of a command as an option."""

    name: str
    kind: Any
    """The type of one value: of a list, that of its elements."""
    several: bool
    required: bool
    within: str = ""
    """The member of the command that this one is a member of, where it is not the command's own."""
    step: str = ""
    """The name of the step."""

    @property
    def of_package(self) -> bool:
        """Tell whether the option names a package: the member is the digest of its manifest."""
        return self.name == "manifest_sha256"

    @property
    def of_file(self) -> bool:
        """Tell whether the option names a file: the member is its digest, or its text."""
        return not self.of_package and (self.name in {"sha256", "text"} or self.name.endswith("_sha256"))

    @property
    def option(self) -> str:
        """Give the option's name."""
        name = self.name
        if name == "sha256":
            name = "file"
        elif self.of_package:
            name = "package"
        elif self.of_file:
            name = name.removesuffix("_sha256") + "_file"
        return name

    @property
    def explained(self) -> str:
        """Give the name of the text that says what the option is: of this step, or the one that all steps share."""
        own = f"step_opt_{self.step.replace(' ', '_').replace('-', '_')}_{self.option}"
        return own if has_text(own) else f"step_opt_{self.option}"

    @property
    def of_prose(self) -> bool:
        """Tell whether it is free text, which may be longer than the system lets a command line be."""
        return self.kind is str and not self.several and self.name in _PROSE

    @property
    def of_words(self) -> bool:
        """Tell whether what is told is text; targets are compared byte for byte, and have hints of their own."""
        return self.kind is str and not (self.of_file or self.of_package) and self.name not in {"target", "targets"}

    @property
    def parameter(self) -> str:
        """Give the name of the function's parameter: one that nothing else has."""
        return f"told_{self.option}"

    @property
    def flag(self) -> str:
        """Give the option as it is typed."""
        return "--" + self.option.replace("_", "-")

    @property
    def choices(self) -> type[StrEnum] | None:
        """Give the values that it may have, where these are few."""
        return self.kind if isinstance(self.kind, type) and issubclass(self.kind, StrEnum) else None


Told = Mapping[tuple[str, str], Any]
"""Values by the member they are within, and their own name."""


def members_of(step: Step) -> list[Member]:
    """Give what has to be told for a step, in the order of the command's members."""
    return list(_members_of(step, step.command, "", optional=False))


def made(step: Step, told: Told, known: Mapping[str, str]) -> Any:
    """Make the command of what was told and of what is known without."""
    return _made(step.command, "", told, {**step.fixed, **known})


def _members_of(step: Step, command: type[Any], within: str, *, optional: bool) -> Iterator[Member]:
    hints = get_type_hints(command)
    known = {
        step.runner,
        *step.filled,
        *step.fixed,
        *step.sizes,
        *(step.draws.keys() - set(step.may_name)),
    }
    for each in dataclasses.fields(command):
        whole = f"{within}.{each.name}" if within else each.name
        if whole in known or (within and each.name == "customer"):
            continue  # what is within has the command's own customer
        kind = _without_none(hints[each.name])
        several = get_origin(kind) is tuple
        free = optional or each.default is not dataclasses.MISSING or kind is not hints[each.name]
        if _is_value(kind):
            yield from _members_of(step, kind, each.name, optional=free)
        else:
            one = get_args(kind)[0] if several else kind
            yield Member(each.name, one, several, not free and whole not in step.may_name, within, step.name)


def _made(command: type[Any], within: str, told: Told, known: Mapping[str, Any]) -> Any:
    hints = get_type_hints(command)
    values: dict[str, Any] = {}
    for each in dataclasses.fields(command):
        kind = _without_none(hints[each.name])
        whole = f"{within}.{each.name}" if within else each.name
        free = kind is not hints[each.name]
        if whole in known:
            values[each.name] = known[whole]
        elif within and each.name == "customer":
            values[each.name] = told["", "customer"]
        elif _is_value(kind) and not (free and not any(place == each.name for place, _ in told)):
            values[each.name] = _made(kind, each.name, told, known)
        elif (within, each.name) in told:
            values[each.name] = told[within, each.name]
        elif free and each.default is dataclasses.MISSING:
            values[each.name] = None
    return command(**values)


def _is_value(kind: Any) -> bool:
    return isinstance(kind, type) and dataclasses.is_dataclass(kind)


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in {Union, types.UnionType}:
        left = [each for each in get_args(hint) if each is not types.NoneType]
        return left[0] if len(left) == 1 else hint
    return hint
