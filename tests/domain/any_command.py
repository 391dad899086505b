"""Any command at all, drawn from the types of its members: ids of each kind from a few, times around now, odd texts.

A drawn command is a plan (:class:`Planned`) whose times are told from now on: it becomes a command when it is given.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from story import CUSTOMER, an_id

from ledger.domain.boundary import tag
from ledger.domain.calendar import day_in_japan

CONTACT, NOBODY = an_id("person", 1), an_id("person", 99)
TECHNICIANS = (an_id("person", 11), an_id("person", 12))
OPERATORS = tuple(an_id("person", number) for number in range(21, 31))
PEOPLE = (CONTACT, NOBODY, *TECHNICIANS, *OPERATORS)
TARGETS = ("db01", "web01", "core-switch")
TEXTS = ("従つた作業\u3000ｶﾞ か\u3099 👩‍💻", "-", "ﾃｽﾄ テスト")
DIGEST = "d" * 64
KINDS: Mapping[str, str] = {
    name: name
    for name in (
        *("consent", "terms", "contract", "nda", "permission", "work_order", "session", "credential", "checkout"),
        *("login", "connection", "recording", "request", "quote", "hold", "dataset", "origin", "use", "access", "item"),
        *("proposal", "notice", "suspension", "verification", "source"),
    )
} | {"used_for": "work_order", "incorporates": "terms"}
PERSONAL = frozenset(
    (
        *("technician", "person", "approver", "contact", "owner", "provider", "signatory", "requested_by", "recipient"),
        *("asked", "author", "reviewer", "applicant", "participant", "recorded_by"),
    )
)
TEXT_OF: Mapping[str, tuple[str, ...]] = {
    "target": TARGETS,
    "gateway": ("gw01",),
    "network": ("203.0.113.0/24",),
    "address": ("203.0.113.7", "198.51.100.1"),
    "source_address": ("203.0.113.7",),
    "os_user": ("sato", "ito"),
    "account": ("tanaka", "root"),
    "key": ("trail:2026-11-18", "trail:2026-12-01"),
    "currency": ("JPY",),
    "root": (DIGEST,),
    "keyed_digest": (DIGEST,),
    "version": ("SSH-2.0", "TLSv1.3", "telnet"),
}
TAGS = tuple(tag(kind, an_id(kind, number)) for kind in ("work_order", "session") for number in (1, 2))
BACK = (0, 0, 0, 1, 30, 26 * 60, 20 * 24 * 60)
AHEAD = (1, 90, 3 * 24 * 60, 40 * 24 * 60, 400 * 24 * 60)


@dataclass(frozen=True)
class FromNow:
    """A time told from now on."""

    by: timedelta


@dataclass(frozen=True)
class Planned:
    """A command, or a value within one, of which the times are still to be told."""

    make: Callable[..., Any]
    members: Mapping[str, Any]

    def at(self, now: datetime) -> Any:
        return self.make(**{name: _told(value, now) for name, value in self.members.items()})


def planned(make: type[Any]) -> st.SearchStrategy[Planned]:
    """Give plans of one type of command."""
    hints = get_type_hints(make)
    drawn = {each.name: _member(each.name, hints[each.name], may_lack=_may_lack(each)) for each in fields(make)}
    return st.builds(Planned, st.just(make), st.fixed_dictionaries(drawn))


def _may_lack(member: Any) -> bool:
    return member.default is not MISSING or member.default_factory is not MISSING


def _told(value: Any, now: datetime) -> Any:
    match value:
        case FromNow(by=by):
            return now + by
        case Planned():
            return value.at(now)
        case tuple():
            return tuple(_told(each, now) for each in value)
        case _:
            return value


def _member(name: str, hint: Any, *, may_lack: bool = False) -> st.SearchStrategy[Any]:
    arguments = get_args(hint)
    if NoneType in arguments:
        found = _member(name, next(each for each in arguments if each is not NoneType))
        return st.none() | found if may_lack else found | st.none()
    if get_origin(hint) is tuple:
        one = _member(name.removesuffix("s"), arguments[0])
        return st.lists(one, max_size=3, unique_by=repr).map(tuple)
    if hint is str:
        return _text(name)
    if hint is datetime:
        minutes = BACK if name.endswith("_at") else AHEAD + BACK
        return st.sampled_from(minutes).map(lambda each: FromNow(timedelta(minutes=each if minutes != BACK else -each)))
    if hint is date:
        return st.sampled_from([day_in_japan(datetime.fromisoformat(f"2026-11-{day}T09:00+09:00")) for day in (16, 18)])
    if hint is bool:
        return st.booleans()
    if name in {"record", "position"}:
        return st.just(0)  # the application names entries that there are
    if hint is int:
        return st.sampled_from((1, 2, 3, 1000))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    assert is_dataclass(hint), (name, hint)
    return planned(hint)


def _text(name: str) -> st.SearchStrategy[str]:
    if name == "customer":
        return st.just(CUSTOMER)
    if name in KINDS:
        return st.sampled_from([an_id(KINDS[name], number) for number in (1, 2, 3)])
    if name in PERSONAL:
        return st.sampled_from(PEOPLE)
    if name == "subject":
        return st.sampled_from(TAGS)
    if name.endswith("sha256"):
        return st.just(DIGEST)
    return st.sampled_from(TEXT_OF.get(name, TEXTS))
