"""The settings of a deployment: changed by an entry each, so that the log itself proves by which numbers it decided.

Guarantees: what is in force at an instant is a pure function of the log, :func:`in_force`; every decision has these
entries in its boundary, so it is decided by the newest of them or decided again; no number leaves the range that its
rule or open point allows, and none moves what the terms themselves say (the twelve months of the trail, 4-1⑤). A change
governs what is decided from then on, periods that run included; what was due before it is to be written down first.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

from ledger.domain.boundary import PEOPLE_TAG, Boundary
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.duties import on_duty
from ledger.domain.fact import Fact, fact, public
from ledger.domain.people import Role
from ledger.domain.people import fold as fold_people
from ledger.domain.recorded import Facts, last, of_type
from ledger.domain.settings import ChangeMode, Defaults
from ledger.domain.values import replace

SETTINGS_TAG = "settings:all"
SETTINGS = Boundary.of(SETTINGS_TAG)
"""What every decision reads beside its own boundary."""
_DUTIES = (Role.LEGAL,)
_COUNT = re.compile(r"0|[1-9][0-9]{0,5}")
_LENGTH = re.compile(r"(0|[1-9][0-9]{0,5})(s|min|h)")
_UNITS = {"h": timedelta(hours=1), "min": timedelta(minutes=1), "s": timedelta(seconds=1)}

Value: TypeAlias = int | timedelta | ChangeMode


@fact(
    "settings.changed.v1",
    chain="log",
    retention="terms",
    ja="設定変更",
    en="Setting changed",
    clause="audit",
    tags=(SETTINGS_TAG,),
)
class SettingChanged(Fact):
    """From here on is decided by this number; who changed it is the cited registration."""

    setting: str = public()
    value: str = public()
    decided_by: Role = public()


class Count(NamedTuple):
    """A number from … to, and the rule that it belongs to."""

    rule: str
    lowest: int
    highest: int

    def read(self, text: str) -> int | None:
        """Give the number that is spelled so; None where it is none, or outside the range."""
        value = int(text) if _COUNT.fullmatch(text) else None
        return value if value is not None and self.lowest <= value <= self.highest else None


class Length(NamedTuple):
    """A length of time from … to, and the rule that it belongs to."""

    rule: str
    lowest: timedelta
    highest: timedelta

    def read(self, text: str) -> timedelta | None:
        """Give the length that is spelled so (``15min``); None where it is none, or outside the range."""
        found = _LENGTH.fullmatch(text)
        value = None if found is None else int(found[1]) * _UNITS[found[2]]
        return value if value is not None and self.lowest <= value <= self.highest else None


class Mode(NamedTuple):
    """One of two readings, and the rule that it belongs to."""

    rule: str
    lowest: ChangeMode
    highest: ChangeMode

    def read(self, text: str) -> ChangeMode | None:
        """Give the reading of this name."""
        return next((each for each in ChangeMode if each == text), None)


def _length(rule: str, lowest: str, highest: str) -> Length:
    of = {text: int(found[1]) * _UNITS[found[2]] for text in (lowest, highest) if (found := _LENGTH.fullmatch(text))}
    return Length(rule, of[lowest], of[highest])


RANGES: Mapping[str, Count | Length | Mode] = {
    "deemed_business_days": Count("R-02", 5, 60),
    "reminder_business_days": Count("R-02", 1, 30),
    "change_mode": Mode("R-33", ChangeMode.AFTER_PERIOD, ChangeMode.IMMEDIATE),
    "safe_stop": _length("R-01", "0s", "15min"),
    "cutting": _length("R-01", "1s", "5min"),
    "permission_business_days": Count("R-08", 1, 20),
    "permission_before_start": _length("R-08", "0s", "24h"),
    "notice_business_days": Count("R-22", 1, 20),
    "notice_urgent": _length("R-22", "15min", "24h"),
    "overrun_notice": _length("R-23", "1min", "15min"),
    "overrun_written": _length("R-23", "1min", "1h"),
    "overrun_carries": _length("R-10", "0s", "8h"),
    "at_risk_percent": Count("R-23", 50, 99),
    "report_business_days": Count("R-24", 1, 5),
    "check_business_days": Count("R-25", 1, 20),
    "custody_months": Count("R-12", 1, 12),
    "erasure": _length("R-11", "1min", "24h"),
    "recording_start": _length("R-19", "1s", "5s"),
    "recording_gap": _length("R-19", "1s", "30s"),
    "recording_complete": _length("R-20", "1min", "24h"),
    "session_silence": _length("R-14", "1h", "24h"),
    "login_skew": _length("R-18", "0s", "10min"),
    "quote_days": Count("R-29", 1, 90),
    "least_customers": Count("R-31", 5, 1_000),
    "acknowledgement_business_days": Count("R-17", 1, 30),
    "destruction": _length("R-16", "1min", "24h"),
}
"""What may be changed, by the name of the member in ``Defaults``: where rule or open point names a limit, up to it."""


def spelled(value: Value) -> str:
    """Give a value as it is typed and recorded: ``10``, ``15min``, ``after_period``."""
    if not isinstance(value, timedelta):
        return str(value)
    unit = next(name for name, length in _UNITS.items() if value and not value % length) if value else "s"
    return f"{value // _UNITS[unit]}{unit}"


def in_force(facts: Facts, base: Defaults) -> Defaults:
    """Give the settings after these facts; what only a later version of this program sets is passed over."""
    changed: dict[str, Any] = {}
    for each in of_type(facts, SettingChanged):
        known = RANGES.get(each.fact.setting)
        value = None if known is None else known.read(each.fact.value)
        if value is not None:
            changed[each.fact.setting] = value
    return replace(base, **changed) if changed else base


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSetting:
    """Decide by another number from now on."""

    setting: str
    value: str
    person: str


def read_value(setting: str, text: str) -> Value:
    """Give a setting's value; raise Refusal for no setting, and by its rule for what is outside the range."""
    known = RANGES.get(setting)
    if known is None:
        raise Refusal("R-32", "setting_unknown", setting=setting, settings=", ".join(RANGES))
    value = known.read(text)
    if value is None:
        lowest, highest = spelled(known.lowest), spelled(known.highest)
        raise Refusal(known.rule, "setting_outside", setting=setting, value=text, lowest=lowest, highest=highest)
    return value


def check_reminder(settings: Defaults) -> None:
    """Refuse to remind no earlier than silence is taken for consent."""
    if settings.reminder_business_days >= settings.deemed_business_days:
        raise Refusal("R-02", "setting_reminds_late", days=str(settings.deemed_business_days))


@decides(ChangeSetting, boundary=lambda _: SETTINGS | Boundary.of(PEOPLE_TAG))
def change_setting(command: ChangeSetting, facts: Facts, _now: datetime, defaults: Defaults) -> Decision:
    """Change one; what is in force already changes nothing."""
    person = on_duty(fold_people(facts), command.person, _DUTIES)
    value = read_value(command.setting, command.value)
    settings = in_force(facts, defaults)
    if getattr(settings, command.setting) == value:
        before = last(facts, SettingChanged)
        return decided(cites=() if before is None else [before.position])
    changed: dict[str, Any] = {command.setting: value}
    check_reminder(replace(settings, **changed))
    made = SettingChanged(setting=command.setting, value=spelled(value), decided_by=Role.LEGAL)
    return decided(made, cites=[person.position])
