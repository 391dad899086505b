"""How a command reads its options, each once, and what its ``--help`` prints.

Guarantees: the page tells usage, what a command does, its arguments and options, and of a group its commands; every
word of it is in the language of the run, lines break where English and Japanese break, and nothing is cut off.
"""

import shutil
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from scripts import screen
from scripts.console import Session

_WIDEST_NAME = 28
"""A longer name has what it means below it."""


class RepeatedOptionError(typer.TyperException):
    """An option that takes one value is given twice: nobody knows which was meant."""

    def __init__(self, option: str, context: Any) -> None:
        super().__init__(f"Option {option} is given more than once; it takes one value")
        self.option_name = option
        self.ctx = context


class Command(TyperCommand):
    """A command whose help is a page of ours, and whose options are given once."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments."""
        _check_once(self, ctx, args)
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page."""
        formatter.write(_page(self, ctx))


class Group(TyperGroup):
    """A group whose help is a page of ours, and whose options are given once."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments."""
        _check_once(self, ctx, args)
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page."""
        formatter.write(_page(self, ctx))


def _check_once(command: TyperCommand | TyperGroup, ctx: Any, args: list[str]) -> None:
    """Refuse an option that is given again, of which the framework would take the last without a word."""
    seen = set()
    for each in command.make_parser(ctx).parse_args(args=list(args))[2]:
        if isinstance(each, TyperOption) and not (each.multiple or each.is_flag):
            if each.name in seen:
                raise RepeatedOptionError(each.opts[0], ctx)
            seen.add(each.name)


def _page(command: TyperCommand | TyperGroup, ctx: Any) -> str:
    session: Session = ctx.obj
    columns = shutil.get_terminal_size().columns
    parts = [screen.wrap(_usage(command, ctx, session), columns)]
    parts += [screen.wrap(each, columns) for each in (command.help or "").split("\n\n")]
    rows: dict[str, list[tuple[str, str]]] = {"argument": [], "option": []}
    for each in command.get_params(ctx):
        rows[each.param_type_name].append((_name(each), _told(each, session)))
    parts += _section(session.text("help_arguments"), rows["argument"], columns)
    parts += _section(session.text("help_options"), rows["option"], columns)
    if isinstance(command, TyperGroup):
        commands = [(name, (command.commands[name].help or "").split("\n\n")[0]) for name in command.list_commands(ctx)]
        parts += _section(session.text("help_commands"), commands, columns)
    return "\n\n".join(parts) + "\n"


def _usage(command: TyperCommand | TyperGroup, ctx: Any, session: Session) -> str:
    pieces = [session.text("help_usage"), ctx.command_path, session.text("help_usage_options")]
    for each in command.params:
        if each.param_type_name == "argument":
            name = f"{_name(each)}{'' if each.nargs == 1 else '...'}"
            pieces.append(name if each.required else f"[{name}]")
    if isinstance(command, TyperGroup):
        alone = command.invoke_without_command
        pieces.append(session.text("help_usage_perhaps_command" if alone else "help_usage_command"))
    return " ".join(pieces)


def _name(parameter: Any) -> str:
    """Give an argument's name; of an option how it is typed, and what is typed behind it."""
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name)
    typed = " / ".join([*parameter.opts, *parameter.secondary_opts])
    return typed if parameter.is_flag else f"{typed} {parameter.metavar}"


def _told(parameter: Any, session: Session) -> str:
    """Say what it is, and that it has to be told; the framework says the latter in English alone."""
    if parameter.name == "help":
        return session.text("help_help")
    needed = session.text("step_required") if parameter.required else ""
    space = " " if needed and session.language == "en" else ""
    return f"{parameter.help or ''}{space}{needed}"


def _section(heading: str, rows: Sequence[tuple[str, str]], columns: int) -> list[str]:
    if not rows:
        return []
    from rich.cells import cell_len

    width = max((length for name, _ in rows if (length := cell_len(name)) <= _WIDEST_NAME), default=_WIDEST_NAME)
    lines = [heading]
    for name, told in rows:
        first, *more = screen.wrap(told, max(20, columns - width - 4)).split("\n")
        if cell_len(name) > width:
            lines.append(f"  {name}")
            more.insert(0, first)
        else:
            lines.append(f"  {name}{'':{width - cell_len(name)}}  {first}".rstrip())
        lines += [f"{'':{width + 4}}{each}".rstrip() for each in more]
    return ["\n".join(lines)]
