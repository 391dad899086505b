"""Commands that sudo's JSON events tell of, and those among them that have not ended.

An event is one member of an object, named by its kind: ``{"accept": {…}}``, in syslog inside another one, ``{"sudo":
{"accept": {…}}}``. A command whose end is missing is a finding only where the source logs ends at all: sudo does so
when it is set to (``log_exit_status``).
"""

from collections import OrderedDict
from collections.abc import ItemsView, Iterator, Mapping
from typing import Any

from ledger.ingest.model import Fact, Finding, Item
from ledger.ingest.sudo_event import EventError, Where, command_fact
from ledger.ingest.text import clean

MAX_OPEN = 65_536
_KINDS = frozenset({"accept", "reject", "exit", "alert"})


def events_of(value: object) -> ItemsView[str, Mapping[str, Any]]:
    """Give the events of an object in order; raises :class:`~ledger.ingest.sudo_event.EventError`."""
    if isinstance(value, dict) and len(value) == 1 and "sudo" in value:
        value = value["sudo"]
    if not isinstance(value, dict) or not value:
        raise EventError("not an object with an event in it")
    for kind, event in value.items():
        if kind not in _KINDS:
            raise EventError("an event of a kind that is not known")
        if not isinstance(event, dict):
            raise EventError("the event is not an object")
    return value.items()


class JsonCommands:
    """Makes facts of events, and remembers which accepted commands have not ended."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Fact] = OrderedDict()
        self._exits_logged = False

    def take(self, kind: str, event: Mapping[str, Any], where: Where) -> Item:
        """Give what one event tells; raises :class:`~ledger.ingest.sudo_event.EventError`."""
        if kind == "alert":
            return _alert(event, where)
        fact = command_fact(kind, event, where)
        uuid = fact.data.get("uuid")
        if kind == "exit":
            self._exits_logged = True
            self._open.pop(uuid or "", None)
        elif kind == "accept" and uuid:
            self._open[uuid] = fact
            if len(self._open) > MAX_OPEN:
                self._open.popitem(last=False)
        return fact

    def finish(self) -> Iterator[Finding]:
        """Name the commands that have not ended."""
        if self._exits_logged:
            for uuid, fact in self._open.items():
                text = "the source ends before this command does"
                data = {"uuid": uuid} | {name: fact.data[name] for name in ("host", "user") if name in fact.data}
                yield Finding("command_unfinished", text, fact.lines, fact.occurred_at, data)
        self._open.clear()


def _alert(event: Mapping[str, Any], where: Where) -> Finding:
    reason = event.get("reason")
    data = {"reason": clean(reason)[0][:512]} if isinstance(reason, str) else {}
    at = where.message.occurred_at if where.message else None
    return Finding("sudo_alert", "sudo reported a problem of its own", where.lines, at, data)
