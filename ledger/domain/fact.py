"""A fact: what happened, as a frozen dataclass that is written to the log and read back as it was.

Guarantees: ``from_wire(to_wire(fact))`` is the fact; free text survives byte for byte; a public member holds a code, an
id, a hash, a number or a time and never a sentence; an id that tags an entry is opaque (``kind_`` and 32 hex digits).
Reading is strict where something is missing or of another type, and lets pass members that later writers add.

    @fact("consent.refused.v1", retention="agreement", subject="consent", ja="不同意", en="Refused", clause="P")
    class ConsentRefused(Fact):
        customer: str = ref("agreement")        # sealed, and the tag agreement:<id>
        consent: str = ref("consent")
        words: str                              # sensitive: sealed
        form: Form = public()                   # in the entry, outlives every erasure

A secret is never a member; ``digest()`` marks the keyed digest of one. All members are given by name.
"""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, ClassVar, NamedTuple, TypeVar, dataclass_transform, get_type_hints

from ledger.domain import registry
from ledger.domain.member_type import CODE, MemberError, spelling
from ledger.domain.registry import Kind, Member, MemberClass, Place, RegistryError

_is_opaque = re.compile(r"(?:[a-z]++_)++[0-9a-f]{32}").fullmatch
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MISSING = dataclasses.MISSING
F = TypeVar("F")


class FactError(Exception):
    """A fact cannot be written or read: the member is named, with the type it belongs to."""

    def __init__(self, type_: str, member: str, reason: str) -> None:
        super().__init__(f"{type_}: the member {member} {reason}.")
        self.type = type_
        self.member = member


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What all facts have: the positions of the entries that the decision for them rests on."""

    KIND: ClassVar[Kind]
    TYPE: ClassVar[str]
    """The wire name that it stands under."""
    OCCURRED: ClassVar[str | None] = None
    """The member that tells when it happened."""
    cites: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread(Fact):
    """What stands in the log under a type that this version does not read, as it stands."""

    TYPE = property(attrgetter("type"))
    type: str
    data: Mapping[str, Any]
    public: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased(Fact):
    """What stood in the log until its key was destroyed, as the log itself tells; its public members are left."""

    TYPE = property(attrgetter("type"))
    type: str
    public: Mapping[str, Any]


class Wire(NamedTuple):
    """A fact as it is appended. Tags are logical: ``kind:id``; the application blinds those that name persons."""

    type: str
    data: dict[str, Any]
    public: dict[str, Any]
    tags: tuple[str, ...]
    key_class: str | None
    subject: str | None
    chain: Place


def public(*, default: Any = _MISSING) -> Any:
    """Mark a member that stands in the entry itself and outlives every erasure: codes, ids, hashes, numbers, times."""
    return dataclasses.field(default=default, metadata={"kind": "public"})


def ref(kind: str, *, default: Any = _MISSING, public: bool = False) -> Any:
    """Mark an id (or a tuple of ids, or None) by which the fact is found: it tags the entry ``kind:<id>``."""
    return dataclasses.field(default=default, metadata={"ref": kind, "kind": "public" if public else "sensitive"})


def about(*, default: Any = _MISSING) -> Any:
    """Mark a tuple of whole tags (``session:<id>``): what a fact is about that may be about anything."""
    return dataclasses.field(default=default, metadata={"about": True})


def digest(*, default: Any = _MISSING) -> Any:
    """Mark the keyed digest of a secret, 64 hex digits: sealed, and worthless once its key is gone."""
    return dataclasses.field(default=default, metadata={"kind": "digest"})


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(public, ref, about, digest))
def fact(
    type_: str,
    *,
    retention: str,
    ja: str,
    en: str,
    clause: str,
    chain: Place = "customer",
    subject: str | None = None,
    occurred: str | None = None,
    tags: tuple[str, ...] = (),
) -> Any:
    """Make a class a fact and put it on the list; see Kind for the arguments."""

    def make(cls: type[F]) -> type[F]:
        made: Any = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        members = _members(type_, made, everything_public=retention == registry.TERMS)
        made.TYPE, made.OCCURRED = type_, occurred
        made.KIND = registry.register(
            Kind(type_, chain, retention, ja, en, clause, subject, occurred, tags, members, made)
        )
        result: type[F] = made
        return result

    return make


def to_wire(fact: Fact) -> Wire:
    """Give what is appended for a fact; raise FactError for a value that its member cannot hold."""
    kind = fact.KIND
    data: dict[str, Any] = {}
    shown: dict[str, Any] = {}
    tags = list(kind.tags)
    for (name, public, plain, write, form, member), value in zip(kind.lines, kind.values(fact), strict=True):
        spelled = value
        if type(value) not in plain:
            try:
                spelled = write(value)
            except (MemberError, ValueError) as error:
                raise FactError(kind.type, name, f"cannot be written: {error}") from None
        if form is not None:
            _check(kind, member, form, spelled)
        if member.tags:
            tags += _tags(kind, member, value)
        (shown if public else data)[name] = spelled
    subject = None if kind.subject is None else getattr(fact, kind.subject)
    return Wire(kind.type, data, shown, tuple(sorted({*tags})), kind.key_class, subject, kind.chain)


def from_wire(type_: str, data: Mapping[str, Any], public: Mapping[str, Any]) -> Fact:
    """Give the fact that was appended; raise FactError where a member is missing or of another type.

    What this version does not know comes back as it stands, as :class:`Unread`.
    """
    kind = registry.find(type_)
    if kind is None or kind.make is None or kind.members is None:
        return Unread(type=type_, data=data, public=public)
    values = {}
    for member in kind.members:
        name, (_, read, plain, _, _) = member.name, member.spelling
        value = (public if member.shown else data).get(name, _MISSING)
        if type(value) not in plain:
            if value is _MISSING:
                if member.required:
                    raise FactError(type_, name, "is missing")
                continue
            try:
                value = read(value)
            except (MemberError, ValueError) as error:
                raise FactError(type_, name, f"cannot be read: {error}") from None
        values[name] = value
    made: Fact = kind.make(**values)
    return made


def as_read(fact: Fact, wire: Wire) -> Fact:
    """Give what ``from_wire`` gives for a fact that was written so: itself, where every member is as it is read."""
    kind = fact.KIND
    for member in kind.changing:
        stands = member.spelling.stands
        if stands is not None and not stands(getattr(fact, member.name)):
            return from_wire(wire.type, wire.data, wire.public)
    return fact


def tags_of(fact: Fact) -> frozenset[str]:
    """Give the logical tags that a fact is found by."""
    kind: Kind | None = getattr(type(fact), "KIND", None)
    if kind is None:
        return frozenset()
    tags = list(kind.tags)
    for member in kind.tagging:
        tags += _tags(kind, member, getattr(fact, member.name))
    return frozenset(tags)


def _members(type_: str, cls: type[Any], *, everything_public: bool) -> tuple[Member, ...]:
    hints = get_type_hints(cls)
    members = []
    for field in dataclasses.fields(cls):
        kind: MemberClass = field.metadata.get("kind", "sensitive")
        if everything_public and field.name == "cites":
            kind = "public"
        required = field.default is _MISSING and field.default_factory is _MISSING
        try:
            spells = spelling(hints[field.name])
        except MemberError as error:
            raise RegistryError(f"{type_}: the member {field.name} {error}") from None
        form = _DIGEST if kind == "digest" else CODE if kind == "public" and not spells.code else None
        about = field.metadata.get("about", False)
        members.append(Member(field.name, kind, field.metadata.get("ref"), about, required, spells, form))
    return tuple(members)


def _check(kind: Kind, member: Member, form: re.Pattern[str], spelled: Any) -> None:
    """Refuse a sentence where only a code may stand, and a secret where its digest should."""
    for text in spelled if isinstance(spelled, list) else [spelled]:
        if isinstance(text, str) and not form.fullmatch(text):
            raise FactError(kind.type, member.name, f"is {member.kind}, so it holds no {text!r:.40}")


def _tags(kind: Kind, member: Member, value: Any) -> list[str]:
    if value is None:
        return []
    tags = []
    for each in value if type(value) is tuple else (value,):
        name, id_ = (member.ref, each) if member.ref else each.split(":", 1)
        if not _is_opaque(id_):
            raise FactError(kind.type, member.name, f"names {id_!r:.80}, which is no opaque id")
        tags.append(f"{name}:{id_}")
    return tags
