"""Values of a step: read from what was typed, and asked for where somebody sits at a terminal.

Guarantees: a time without a zone is Japan's; what cannot be read is refused in one sentence, and at the terminal asked
for again; nothing is asked for where nobody can answer, so a script never hangs.
"""

import dataclasses
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

from ledger.application.providing import manifest_sha256
from ledger.domain.recording_check import Piece
from ledger.keys.classes import JST
from ledger.log.refusal import RefusedError
from scripts.commands.hints import is_blank
from scripts.commands.step import Member
from scripts.console import Session
from scripts.refusals import CommandRefusedError, reason_of
from scripts.texts import text

_YES = frozenset({"y", "yes", "はい"})
_NO = frozenset({"n", "no", "いいえ"})


def can_ask(session: Session) -> bool:
    """Tell whether somebody is there to answer."""
    return not session.as_json and sys.stdin.isatty() and sys.stderr.isatty()


def read_value(session: Session, member: Member, given: Any) -> Any:
    """Read what was typed for a member; raise CommandRefusedError, in one sentence."""
    read = _reader(session, member)
    return tuple(read(each) for each in given) if member.several else read(given)


def ask(session: Session, member: Member) -> tuple[Any, str]:
    """Ask for a value until it can be read: the value, and what was typed; KeyboardInterrupt when nobody answers."""
    session.ask(session.text(member.explained).rstrip("。."), _hints(session, member))
    while True:
        try:
            answer = session.answer().strip()
            if is_blank(answer):
                continue
            parts = [each.strip() for each in answer.split(",")] if member.several else [answer]
            values = [_typed(session, member, each) for each in parts if each]
            return read_value(session, member, values if member.several else values[0]), answer
        except CommandRefusedError as error:
            session.warn(str(error))
        except OSError as error:
            session.warn(session.text("file_error", path=error.filename, reason=reason_of(session, error)))


def read_prose(session: Session, path: Path) -> str:
    """Give a text byte for byte as it lies in a file, or comes by standard input (``-``); it is UTF-8."""
    if str(path) != "-":
        return _content(session, path, digest=False)
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        raise CommandRefusedError(session.text("step_no_text", path=path)) from None


def moment_of(session: Session, flag: str, value: str) -> datetime:
    """Read a time in ISO 8601; without a zone it is Japan's."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise CommandRefusedError(session.text("step_no_time", option=flag, value=value)) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=JST)


def choice_text(session: Session, value: StrEnum) -> str:
    """Say what one of few values means."""
    return text(session.language, choice_name(value))


def choice_name(value: StrEnum) -> str:
    """Give the name of the text of a choice."""
    kind = type(value)
    return f"choice_{kind.__module__.rpartition('.')[2]}.{kind.__name__}.{value.value}"


def _hints(session: Session, member: Member) -> Sequence[tuple[str, str]]:
    """Give what may be typed, line by line."""
    if member.choices is not None:
        return [(str(number), choice_text(session, each)) for number, each in enumerate(member.choices, 1)]
    if member.kind is bool:
        return [("y", session.text("step_yes")), ("n", session.text("step_no"))]
    examples = {datetime: "2026-11-24T10:00", date: "2026-11-24", int: "3", Piece: "recording_…/1=FILE"}
    example = examples.get(member.kind)
    return [] if example is None else [(session.text("step_such_as"), example)]


def _typed(session: Session, member: Member, answer: str) -> Any:
    """Read an answer at the terminal: a choice also by its number, yes and no also in Japanese."""
    if member.choices is not None and answer.isascii() and answer.isdigit():
        values = list(member.choices)
        return values[int(answer) - 1].value if 0 < int(answer) <= len(values) else answer
    if member.kind is bool:
        if answer.lower() in _YES | _NO:
            return answer.lower() in _YES
        raise CommandRefusedError(session.text("step_yes_or_no"))
    return answer


def _reader(session: Session, member: Member) -> Callable[[Any], Any]:
    if member.of_package:
        return lambda path: _manifest(session, Path(path))
    if member.of_file:
        return lambda path: _content(session, Path(path), digest=member.name != "text")
    kinds: dict[Any, Callable[[Any], Any]] = {
        datetime: lambda value: moment_of(session, member.flag, value),
        date: lambda value: _date(session, member.flag, value),
        int: lambda value: _number(session, member.flag, value),
        bool: bool,
        Piece: lambda value: _piece(session, member, value),
    }
    if member.kind in kinds:
        return kinds[member.kind]
    if member.choices is not None:
        return lambda value: _choice(session, member, value)
    if dataclasses.is_dataclass(member.kind):
        return lambda value: _pair(session, member, value)
    return str


def _pair(session: Session, member: Member, value: str) -> Any:
    """Read a value of two texts: ``db01=The service does not start.``."""
    first, equals, second = value.partition("=")
    if not equals:
        raise CommandRefusedError(session.text("step_no_pair", option=member.flag, value=value))
    return member.kind(first, second)


def _piece(session: Session, member: Member, value: str) -> Piece:
    """Read a piece of a recording as it was found: ``recording_…/1=FILE``, without a file where it is gone."""
    name, equals, path = value.partition("=")
    recording, slash, number = name.partition("/")
    if not (equals and slash and number.isascii() and number.isdigit()):
        raise CommandRefusedError(session.text("step_no_piece", option=member.flag, value=value))
    if not path:
        return Piece(recording, int(number), None)
    data = Path(path).read_bytes()
    return Piece(recording, int(number), sha256(data).hexdigest(), len(data))


def _choice(session: Session, member: Member, value: str) -> Any:
    try:
        return member.kind(value)
    except ValueError:
        choices = ", ".join(each.value for each in member.kind)
        raise CommandRefusedError(session.text("step_no_choice", option=member.flag, choices=choices)) from None


def _number(session: Session, flag: str, value: str | int) -> int:
    try:
        return int(value)
    except ValueError:
        raise CommandRefusedError(session.text("step_no_number", option=flag, value=value)) from None


def _date(session: Session, flag: str, value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise CommandRefusedError(session.text("step_no_date", option=flag, value=value)) from None


def _content(session: Session, path: Path, *, digest: bool) -> str:
    data = path.read_bytes()
    if digest:
        return sha256(data).hexdigest()
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise CommandRefusedError(session.text("step_no_text", path=path)) from None


def _manifest(session: Session, path: Path) -> str:
    with path.open("rb") as file:
        try:
            return manifest_sha256(file)
        except (RefusedError, KeyError):
            raise CommandRefusedError(session.text("step_no_package", path=path)) from None
