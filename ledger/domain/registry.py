"""The one normative list of what the ledger records: wire name, chain, retention class, labels, clause, members.

Guarantees: a wire name is declared once, with a retention class of ``ledger.keys.classes`` or ``terms`` (everything
public, no payload); a class whose keys belong to a subject names the member that is the subject. The list is complete
once ``ledger.domain.catalogue`` is imported.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from ledger.domain.member_type import Spell, Spelling
from ledger.domain.values import taken_apart
from ledger.keys.classes import CLASSES

TERMS = "terms"
"""The retention class of what is published: no payload, no key, for ever."""

Place = Literal["customer", "log"]
MemberClass = Literal["public", "sensitive", "digest"]
_WIRE_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\.v[1-9][0-9]*")


class RegistryError(Exception):
    """A fact is declared in a way that could not be kept or read: a mistake in the code, told when it is imported."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a fact: its class, the kind of thing it names (then it is a tag), and how it is spelled."""

    name: str
    kind: MemberClass
    ref: str | None
    about: bool
    """The member holds whole tags, ``kind:id``."""
    required: bool
    spelling: Spelling
    form: re.Pattern[str] | None
    """What each text of it has to be, where that is not any text."""
    shown: bool = field(init=False)
    """It stands in the entry itself."""
    tags: bool = field(init=False)
    """What it holds tags the entry."""

    def __post_init__(self) -> None:
        """Say it once: it is asked for every member of every fact that is read or written."""
        object.__setattr__(self, "shown", self.kind == "public")
        object.__setattr__(self, "tags", self.ref is not None or self.about)

    @property
    def line(self) -> "Line":
        """Give at once what writing needs to know of it."""
        write, _, plain, _, _ = self.spelling
        return self.name, self.shown, plain, write, self.form, self


Line: TypeAlias = tuple[str, bool, frozenset[type[Any]], Spell, re.Pattern[str] | None, Member]


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of entry. ``members`` is None where the type is only declared: what an importer or the log writes."""

    type: str
    chain: Place
    retention: str
    ja: str
    en: str
    clause: str
    subject: str | None = None
    occurred: str | None = None
    """The member that tells when it happened; without one it happened when it was recorded."""
    tags: tuple[str, ...] = ()
    """Tags that every such entry has."""
    members: tuple[Member, ...] | None = None
    make: Callable[..., Any] | None = None
    """The class; called with the members by name."""
    key_class: str | None = field(init=False)
    """The class of the key that seals it; None where there is nothing to seal."""
    values: Callable[[Any], tuple[Any, ...]] = field(init=False, compare=False)
    """Gives the members of a fact, in their order."""
    lines: tuple[Line, ...] = field(init=False, compare=False)
    """The members as they are written, one after the other."""
    tagging: tuple[Member, ...] = field(init=False, compare=False)
    """The members whose values tag the entry."""
    changing: tuple[Member, ...] = field(init=False, compare=False)
    """The members whose values may be read back as others, though equal ones."""

    def __post_init__(self) -> None:
        """Say it once, as above."""
        object.__setattr__(self, "key_class", None if self.retention == TERMS else self.retention)
        members = self.members or ()
        object.__setattr__(self, "values", taken_apart([member.name for member in members]))
        object.__setattr__(self, "lines", tuple(member.line for member in members))
        object.__setattr__(self, "tagging", tuple(member for member in members if member.tags))
        object.__setattr__(self, "changing", tuple(member for member in members if member.spelling.stands is not None))


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Put a type on the list; raise RegistryError for a name that is taken or a declaration that cannot be kept."""
    if not _WIRE_NAME.fullmatch(kind.type):
        raise RegistryError(f"{kind.type!r} is not a wire name (stream.event.vN).")
    if kind.type in _kinds:
        raise RegistryError(f"{kind.type} is declared twice.")
    if kind.retention != TERMS and kind.retention not in CLASSES:
        raise RegistryError(f"{kind.type}: {kind.retention!r} is not a retention class.")
    if kind.members is not None:
        _check_members(kind, {member.name: member for member in kind.members})
    _kinds[kind.type] = kind
    return kind


def kinds() -> Mapping[str, Kind]:
    """Give all that is declared so far, by wire name; import ``ledger.domain.catalogue`` for all there is."""
    return dict(sorted(_kinds.items()))


def find(type_: str) -> Kind | None:
    """Give the declaration of a wire name, or None where there is none."""
    return _kinds.get(type_)


def declare(
    type_: str, *, retention: str, ja: str, en: str, clause: str, chain: Place = "customer", subject: str | None = None
) -> Kind:
    """Declare a type that others than the domain write, so that the list names it."""
    return register(Kind(type_, chain, retention, ja, en, clause, subject=subject))


def _check_members(kind: Kind, members: Mapping[str, Member]) -> None:
    key_class = CLASSES.get(kind.retention)
    if key_class is not None and (key_class.epoch == "subject") is not (kind.subject is not None):
        raise RegistryError(
            f"{kind.type}: a subject is named exactly where the keys of {kind.retention} belong to one."
        )
    for name in filter(None, (kind.subject, kind.occurred)):
        if name not in members:
            raise RegistryError(f"{kind.type} has no member {name}.")
    if kind.retention == TERMS and any(member.kind != "public" for member in members.values()):
        raise RegistryError(f"{kind.type} is kept for ever in public, so all its members are public.")
