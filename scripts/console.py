"""One run of the command line: its language, JSON or text, warnings and progress.

Guarantees: with ``--json`` a command writes one JSON object to standard output (``log`` and ``customer list`` one a
line) and nothing else; what people read goes through ``scripts.screen``; progress and warnings go to standard error.
"""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Any

from scripts import screen
from scripts.japan_time import in_japan
from scripts.texts import Language, default_language, has_text, text

Progress = Callable[[str, int, int], None]
"""Told a stage, how much is done, and how much there is."""

_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Status(IntEnum):
    """How a command ends."""

    FINE = 0
    FINDING = 1
    FAILED = 2


@dataclass(slots=True)
class Session:
    """One run of the command line."""

    directory: Path | None = None
    as_json: bool = False
    language: Language = field(default_factory=default_language)
    secret: str | None = None
    """A secret that this run hands out: it goes into its JSON, and nowhere else."""
    hints: list[str] = field(default_factory=list)
    """What looks odd in what was typed: told with whatever the command comes to, a refusal too."""
    clock_behind: int = 0
    """By how many seconds the clock is behind the log's newest entry, beyond its bound: told with every JSON object."""
    status: Status = Status.FINE
    """How it will end as far as is known: what a reader gets who closes the pipe early."""

    def text(self, name: str, **values: object) -> str:
        """Give a text in the language of this run, times in Japan's; nothing in a value can steer a terminal."""
        shown = {
            each: value if isinstance(value, int) else screen.visible(_said(value)) for each, value in values.items()
        }
        return text(self.language, name, **shown)

    # -- results -------------------------------------------------------------------------------------------------------

    def give(self, value: object) -> None:
        """Write a value as JSON where that was asked for."""
        if self.as_json:
            if self.clock_behind and isinstance(value, dict):
                value = {**value, "clock_behind_seconds": self.clock_behind}
            self.write(json_line(value))

    def say(self, name: str, style: screen.Style = "plain", **values: object) -> None:
        """Write a sentence for people."""
        self.line(self.text(name, **values), style)

    def line(self, line: str, style: screen.Style = "plain") -> None:
        """Write a line of text for people; line ends in it are meant."""
        if not self.as_json:
            self.write(screen.paragraph(screen.visible_lines(line), style))

    def command(self, arguments: str) -> None:
        """Write a command for people to copy: on one line, however long."""
        if not self.as_json:
            self.write(f"  .venv/bin/shoseki {screen.visible(arguments)}\n")

    def pairs(self, rows: Sequence[tuple[str, object]]) -> None:
        """Write values with their names (of texts) for people."""
        if not self.as_json:
            self.write(screen.pairs([(self.text(name), _shown(value)) for name, value in rows]))

    def table(
        self,
        headings: Sequence[str],
        rows: Sequence[Sequence[object]],
        *,
        right: Sequence[int] = (),
        whole: Sequence[int] = (),
    ) -> None:
        """Write a table for people; headings are names of texts, and a list in a cell is lines below each other."""
        if not self.as_json:
            cells = [[_shown_lines(cell) for cell in row] for row in rows]
            self.write(screen.table([self.text(each) for each in headings], cells, right=right, whole=whole))

    def write(self, text_: str) -> None:
        """Write to standard output as it is, at once."""
        sys.stdout.write(text_)
        sys.stdout.flush()

    # -- beside the results --------------------------------------------------------------------------------------------

    def warn(self, sentence: str) -> None:
        """Write a warning to standard error."""
        _to_people(screen.paragraph(screen.visible(sentence), "warning", error=True))

    def complain(self, sentence: str, **members: object) -> None:
        """Say in one sentence why the command could not be done; ``members`` stand beside it in JSON."""
        line = " ".join(sentence.split())
        with suppress(OSError):  # where standard output takes nothing more, the sentence and the status still tell
            self.give({"error": line, **members, "status": int(Status.FAILED)})
        _to_people(screen.paragraph(f"shoseki: {screen.visible(line)}", "bad", error=True))

    def ask(self, question: str, hints: Sequence[tuple[str, str]]) -> None:
        """Ask something of whoever sits at the terminal; ``hints`` are what may be typed, and what it means."""
        _to_people(screen.paragraph(screen.visible(question), "heading", error=True))
        width = max((len(key) for key, _ in hints), default=0)
        for key, meaning in hints:
            _to_people(screen.paragraph(f"  {key:>{width}}  {screen.visible(meaning)}", error=True))

    def answer(self) -> str:
        """Give the line that is typed; raise KeyboardInterrupt where there is none to come."""
        _to_people("> ")
        line = sys.stdin.readline()
        if not line:
            _to_people("\n")
            raise KeyboardInterrupt
        return line

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Give a function that moves a progress bar where somebody watches."""
        if not sys.stderr.isatty():
            yield lambda _stage, _done, _all: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True, expand=True) as bar:
            tasks: dict[str, TaskID] = {}

            def move(stage: str, done: int, total: int) -> None:
                if stage not in tasks:
                    name = f"stage_{stage}"
                    tasks[stage] = bar.add_task(self.text(name) if has_text(name) else stage, total=total)
                bar.update(tasks[stage], completed=done, total=total)

            yield move


def json_line(value: object) -> str:
    """Give a value as one line of JSON that steers no terminal."""
    line = json.dumps(value, ensure_ascii=False, default=_plain_value)
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found.group()):04x}", line) + "\n"


def _plain_value(value: object) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Path):
        return os.fsencode(value).decode("utf-8", "backslashreplace")
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _shown(value: object) -> str:
    return screen.visible(str(value))


def _said(value: object) -> str:
    return str(value) if isinstance(value, Path) else in_japan(str(value))


def _shown_lines(value: object) -> str:
    return "\n".join(_shown(each) for each in value) if isinstance(value, list) else _shown(value)


def _to_people(text_: str) -> None:
    # A closed standard error must not hide how the command ends.
    try:
        sys.stderr.write(text_)
        sys.stderr.flush()
    except (BrokenPipeError, ValueError):
        pass
