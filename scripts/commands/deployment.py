"""``settings show`` and ``settings set``: the numbers that a deployment decides by, each change an entry of the log."""

from typing import Any

from ledger.application.deciding import CarriedOut
from ledger.application.door import Ledger
from ledger.domain.recorded import of_type
from ledger.domain.settings import Defaults
from ledger.domain.settings_in_force import RANGES, SETTINGS, SettingChanged, spelled
from scripts.commands.access import reading
from scripts.commands.identity import Actor
from scripts.console import Session, Status

_HEADINGS = ("setting", "setting_value", "setting_default", "setting_range", "setting_rule", "column_position")


def settings_show(session: Session) -> Status:
    """Show what is decided by now, within which range, and which entry set it."""
    with reading(session) as ledger:
        settings = ledger.decider.settings()
        changed = {each.fact.setting: each.position for each in of_type(ledger.decider.facts(SETTINGS), SettingChanged)}
    rows = []
    for name, known in RANGES.items():
        bounds = {"lowest": spelled(known.lowest), "highest": spelled(known.highest)}
        value, default = spelled(getattr(settings, name)), spelled(getattr(Defaults(), name))
        rows.append((name, value, default, "{lowest} – {highest}".format(**bounds), known.rule, changed.get(name, "")))
        session.give(
            {
                **bounds,
                "default": default,
                "position": changed.get(name),
                "rule": known.rule,
                "setting": name,
                "value": value,
            }
        )
    session.table(_HEADINGS, rows)
    return Status.FINE


def change(_session: Session, ledger: Ledger, command: Any, actor: Actor, once: str | None) -> CarriedOut:
    """Change a setting, once what is due by the settings so far is written down."""
    return ledger.change_setting(command, actor=actor, idempotency_key=once)
