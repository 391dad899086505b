"""Of which subjects a run of the clock looks at the timers: those that were left open, and those that are new since.

Guarantees: the log alone decides. What is kept beside it, in a file of the data directory, says as of which size of the
log no other timers than those listed could have anything to say, whatever time passes; what was recorded from there on
is read. A file that is missing, damaged, of another log, of another state of this log or of another version of the
domain counts as none, and costs one reading of the log. Of two runs at once the file of either will do: each tells the
truth about its size. Nothing but opaque ids is kept.
"""

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

from ledger.domain.boundary import Boundary
from ledger.domain.due import Due, all_timers
from ledger.domain.registry import Kind, kinds
from ledger.store.query import query_of_items
from ledger.store.reader import PAGE
from ledger.store.recorder import Recorder


@dataclass(frozen=True, slots=True)
class Open:
    """The timers to look at; all others had nothing to say when the log had this size, and never will of themselves."""

    size: int
    dues: "Dues"


class Dues:
    """Timers of subjects: each boundary of a timer once, in the order in which timers are run."""

    def __init__(self, dues: Iterable[Due] = ()) -> None:
        """Take these."""
        self._by_timer: dict[str, dict[Boundary, Due]] = {name: {} for name in all_timers()}
        for due in dues:
            self.add(due)

    def add(self, due: Due) -> None:
        """Add one; the timer of all terms is one, whatever their number."""
        self._by_timer[due.timer.name].setdefault(due.boundary, due)

    def discard(self, due: Due) -> None:
        """Take one away."""
        self._by_timer[due.timer.name].pop(due.boundary, None)

    def __iter__(self) -> Iterator[Due]:
        """Give them in order."""
        return (due for dues in list(self._by_timer.values()) for due in list(dues.values()))

    def __len__(self) -> int:
        """Tell how many these are."""
        return sum(map(len, self._by_timer.values()))


class OpenSubjects:
    """Finds the timers to look at in one log."""

    def __init__(self, recorder: Recorder, file: Path | None = None) -> None:
        """Keep in this file what is open; without one the log is read anew each time."""
        self._recorder = recorder
        self._reader = recorder.reader
        self._file = file

    def find(self) -> Open:
        """Give what was left open, and what was named in the log since."""
        size = self._reader.size()
        kept = self._kept(size)
        self._add_named(kept.dues, kept.size, size)
        return Open(size, kept.dues)

    def kept(self) -> Open:
        """Give what was left open, and when; nothing, as of an empty log, where that is not known."""
        return self._kept(self._reader.size())

    def keep(self, left: Open) -> None:
        """Remember what is open still, of those that were found at that size; fails silently, as it may be lost."""
        if self._file is None or left.size == 0:
            return
        told = {
            "domain": _domain(),
            "open": [[due.timer.name, due.chain, due.subject] for due in left.dues],
            "size": left.size,
            "tip": self._tip(left.size),
        }
        with suppress(OSError):
            descriptor, new = tempfile.mkstemp(dir=self._file.parent, prefix=f".{self._file.name}.")
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(told, file)
            Path(new).replace(self._file)

    def _kept(self, size: int) -> Open:
        nothing = Open(0, Dues())
        if self._file is None:
            return nothing
        timers = all_timers()
        try:
            told: Mapping[str, Any] = json.loads(self._file.read_text(encoding="utf-8"))
            kept = Open(told["size"], Dues(timers[name].at(subject, chain) for name, chain, subject in told["open"]))
            same = told["domain"] == _domain() and 0 < kept.size <= size and told["tip"] == self._tip(kept.size)
        except (OSError, ValueError, LookupError, TypeError):
            return nothing
        return kept if same else nothing

    def _tip(self, size: int) -> str:
        """Give what only this log has at this size: each entry holds the one before it."""
        (_, record), *_ = self._reader.page(None, size - 1, size, 1, opened=False)
        return sha256(record.entry).hexdigest()

    def _add_named(self, dues: Dues, start: int, before: int) -> None:
        """Add the timers of everything that entries are tagged with, of the types that can be."""
        wanted = {each.kind for each in all_timers().values()}
        types = [kind.type for kind in kinds().values() if _may_name(kind, wanted)]
        query = query_of_items([(types, ())])
        while page := self._reader.page(query, start, before, PAGE, opened=False):
            for _, record in page:
                for due in named_by(record.tags, record.chain):
                    dues.add(due)
            start = page[-1][0] + 1


def named_by(tags: Iterable[str], chain: str) -> Iterator[Due]:
    """Give the timers of all subjects that these tags name, for an entry of this chain."""
    for tag in tags:
        kind, _, subject = tag.partition(":")
        for timer in all_timers().values():
            if timer.kind == kind:
                yield timer.at(subject, chain)


def _may_name(kind: Kind, wanted: set[str]) -> bool:
    """Tell whether entries of a type may be tagged with any of these kinds of subjects."""
    tags = {tag.partition(":")[0] for tag in kind.tags}
    return bool(wanted & tags) or any(member.about or member.ref in wanted for member in kind.members or ())


@cache
def _domain() -> str:
    """Tell this version of the domain from all others: another may find open what was not."""
    files = (each for each in resources.files("ledger.domain").iterdir() if each.name.endswith(".py"))
    read = sha256()
    for file in sorted(files, key=lambda each: each.name):
        read.update(file.name.encode() + b"\0" + sha256(file.read_bytes()).digest())
    return read.hexdigest()
