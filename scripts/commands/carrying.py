"""From a command of the domain to a command of the command line: its members become options.

An id that the command creates is drawn, not asked for; a digest is taken of a file that is named; a time without a
zone is Japan's. What is missing is asked for where somebody sits at a terminal, and refused in one sentence elsewhere.
"""

import dataclasses
import inspect
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from operator import getitem
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin, get_type_hints

import typer

from ledger.application.deciding import CarriedOut
from ledger.application.door import Ledger
from ledger.domain.fact import Fact
from ledger.domain.violation import Against
from ledger.keys.classes import JST
from scripts.commands.access import appending
from scripts.commands.declared import Command
from scripts.commands.recording import operator
from scripts.console import Session, Status
from scripts.refusals import CommandRefusedError


class Step(NamedTuple):
    """One human step: the command it gives, the members that are drawn, and the one that is whoever runs it."""

    name: str
    """Group and name, as they are typed."""
    command: type[Any]
    draws: Mapping[str, str] = {}
    """Members whose id the command creates, with the kind of the id."""
    runner: str | None = None
    """The member that is the system user who gives the command."""
    filled: tuple[str, ...] = ()
    """Members that carrying it out fills in."""
    carry: Callable[[Session, Ledger, Any, str | None], CarriedOut] | None = None
    """How it is carried out, where deciding is not all of it."""
    may_name: tuple[str, ...] = ()
    """Drawn members that may be told instead: the thing is there already, known by another step."""


class Member(NamedTuple):
    """One member of a command as an option."""

    name: str
    kind: Any
    """The type of one value: of a list, that of its elements."""
    several: bool
    required: bool
    of_file: bool
    """The option names a file: the member is its digest, or its text."""
    within: str = ""
    """The member of the command that this one is a member of, where it is not the command's own."""

    @property
    def option(self) -> str:
        """Give the option's name."""
        name = self.name
        if name == "sha256":
            name = "file"
        elif self.of_file:
            name = name.removesuffix("_sha256") + "_file"
        return name

    @property
    def parameter(self) -> str:
        """Give the name of the function's parameter: one that nothing else has."""
        return f"told_{self.option}"

    @property
    def flag(self) -> str:
        """Give the option as it is typed."""
        return "--" + self.option.replace("_", "-")


def members_of(step: Step) -> list[Member]:
    """Give what has to be told for a step, in the order of the command's members."""
    return list(_members_of(step, step.command, ""))


def _members_of(step: Step, command: type[Any], within: str) -> Iterator[Member]:
    hints = get_type_hints(command)
    for each in dataclasses.fields(command):
        whole = f"{within}.{each.name}" if within else each.name
        if (whole in step.draws and whole not in step.may_name) or whole in {step.runner, *step.filled}:
            continue
        if within and each.name == "customer":
            continue  # the command's own
        kind = _without_none(hints[each.name])
        several = get_origin(kind) is tuple
        if not several and dataclasses.is_dataclass(kind) and isinstance(kind, type):
            yield from _members_of(step, kind, each.name)
            continue
        yield Member(
            each.name,
            get_args(kind)[0] if several else kind,
            several,
            each.default is dataclasses.MISSING and kind is hints[each.name] and whole not in step.may_name,
            each.name in {"sha256", "text"} or each.name.endswith("_sha256"),
            within,
        )


def command_of(step: Step) -> Command:
    """Give the function that Typer makes a command of."""
    members = members_of(step)

    def run(session: Session, *, once: str | None, **given: Any) -> Status:
        told = {
            (each.within, each.name): value
            for each in members
            if (value := _value(session, each, given[each.parameter])) is not None
        }
        with appending(session) as ledger:
            drawn = {
                # An id is the same again only for the same step, customer and key.
                name: ledger.decider.new_id(kind, once and f"{step.name} {name} {told.get(('', 'customer'))} {once}")
                for name, kind in step.draws.items()
                if ("", name) not in told
            }
            runner = {} if step.runner is None else {step.runner: operator()["id"]}
            command = _made(step.command, "", told, {**drawn, **runner})
            carry = step.carry or _decide
            done = carry(session, ledger, command, once)
        return tell(session, done, drawn)

    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # declare() reads it
        [
            inspect.Parameter("session", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Session),
            *[_parameter(each) for each in members],
            inspect.Parameter(
                "once",
                inspect.Parameter.KEYWORD_ONLY,
                default=None,
                annotation=Annotated[str | None, typer.Option("--once", help="step_once")],
            ),
        ]
    )
    return run


def _decide(_session: Session, ledger: Ledger, command: Any, once: str | None) -> CarriedOut:
    return ledger.decider.carry_out(command, actor=operator(), idempotency_key=once)


def _made(command: type[Any], within: str, told: Mapping[tuple[str, str], Any], drawn: Mapping[str, str]) -> Any:
    """Make the command, and the values that it is made of."""
    hints = get_type_hints(command)
    values: dict[str, Any] = {}
    for each in dataclasses.fields(command):
        kind = _without_none(hints[each.name])
        whole = f"{within}.{each.name}" if within else each.name
        if whole in drawn:
            values[each.name] = drawn[whole]
        elif within and each.name == "customer":
            values[each.name] = told["", "customer"]
        elif dataclasses.is_dataclass(kind) and isinstance(kind, type):
            values[each.name] = _made(kind, each.name, told, drawn)
        elif (within, each.name) in told:
            values[each.name] = told[within, each.name]
    return command(**values)


def tell(session: Session, done: CarriedOut, drawn: Mapping[str, str]) -> Status:
    """Say what a command came to; a violation or a denial that was recorded is a finding, and is told."""
    against = [each for each in done.facts if isinstance(each, Against)]
    status = Status.FINDING if against else Status.FINE
    session.give(
        {
            "already": done.already,
            "due": list(done.due),
            "facts": [
                {"position": position, "type": label_of(fact, None)}
                for fact, position in zip(done.facts, done.positions, strict=True)
            ],
            "ids": {name.rpartition(".")[2]: value for name, value in drawn.items()},
            **({} if session.secret is None else {"secret": session.secret}),
            "against": [{"rule": each.rule, "text": each.text(session.language)} for each in against],
            "status": int(status),
        }
    )
    if not done.facts:
        session.say("step_nothing_new")
    for fact, position in zip(done.facts, done.positions, strict=True):
        session.say("step_recorded", position=position, label=label_of(fact, session))
    if done.due:
        session.say("step_due", count=len(done.due))
    for each in against:
        session.warn(f"{each.rule}: {each.text(session.language)}")
    if drawn:
        session.pairs([(f"step_id_{name.rpartition('.')[2]}", value) for name, value in drawn.items()])
    return status


def label_of(fact: Fact, session: Session | None) -> str:
    """Give a fact's label in the language of the run, or without one its wire name."""
    kind = type(fact).KIND
    if session is None:
        return kind.type
    return kind.ja if session.language == "ja" else kind.en


def moment_of(session: Session, flag: str, value: str) -> datetime:
    """Read a time in ISO 8601; without a zone it is Japan's."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise CommandRefusedError(session.text("step_no_time", option=flag, value=value)) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=JST)


def _parameter(member: Member) -> inspect.Parameter:
    kind: Any = str
    if member.of_file:
        kind = Path
    elif isinstance(member.kind, type) and (issubclass(member.kind, StrEnum) or member.kind in {int, bool}):
        kind = member.kind
    whole: Any = list[kind] if member.several else kind
    flag = f"{member.flag}/--no-{member.flag[2:]}" if member.kind is bool else member.flag
    annotation = getitem(Annotated, (whole | None, typer.Option(flag, help=f"step_opt_{member.option}")))
    return inspect.Parameter(member.parameter, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _value(session: Session, member: Member, given: Any) -> Any:
    if given is None or given == []:
        if not member.required:
            return None
        given = _asked(session, member)
    read = _reader(session, member)
    return tuple(read(each) for each in given) if member.several else read(given)


def _asked(session: Session, member: Member) -> Any:
    if session.as_json or not sys.stdin.isatty():
        raise CommandRefusedError(session.text("step_missing", option=member.flag))
    choices = [each.value for each in member.kind] if _is_choice(member.kind) else None
    shown = session.text(f"step_opt_{member.option}").rstrip("。.")
    if member.kind is bool:
        return typer.confirm(shown, err=True)
    if member.kind is int:
        return typer.prompt(shown, type=int, err=True)
    answer = typer.prompt(f"{shown} [{'|'.join(choices)}]" if choices else shown, err=True)
    return [each.strip() for each in answer.split(",")] if member.several else answer


def _reader(session: Session, member: Member) -> Callable[[Any], Any]:
    if member.of_file:
        return lambda path: _content(session, Path(path), digest=member.name != "text")
    if member.kind is datetime:
        return lambda value: moment_of(session, member.flag, value)
    if member.kind is date:
        return lambda value: _date(session, member.flag, value)
    if _is_choice(member.kind):
        return lambda value: _choice(session, member, value)
    if dataclasses.is_dataclass(member.kind):
        return lambda value: _pair(session, member, value)
    if member.kind in {int, bool, str}:
        kind: Callable[[Any], Any] = member.kind
        return kind
    return lambda value: value


def _pair(session: Session, member: Member, value: str) -> Any:
    """Read a value of two texts: ``db01=The service does not start.``."""
    first, equals, second = value.partition("=")
    if not equals:
        raise CommandRefusedError(session.text("step_no_pair", option=member.flag, value=value))
    return member.kind(first, second)


def _choice(session: Session, member: Member, value: str) -> Any:
    try:
        return member.kind(value)
    except ValueError:
        choices = ", ".join(each.value for each in member.kind)
        raise CommandRefusedError(session.text("step_no_choice", option=member.flag, choices=choices)) from None


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


def _is_choice(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, StrEnum)


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in {Union, types.UnionType}:
        left = [each for each in get_args(hint) if each is not types.NoneType]
        return left[0] if len(left) == 1 else hint
    return hint
