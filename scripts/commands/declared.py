"""From a function to a command: its help in the language of the run, and the options that every command takes.

A command is a function whose first parameter is the session; the others are declared for Typer, with the *names* of
texts as help. ``--json``, ``--dir`` and ``--lang`` are accepted before and after the command's name.
"""

import inspect
from collections.abc import Callable, Mapping
from copy import copy
from operator import getitem
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Final, get_args, get_origin

import typer

from scripts import help_page
from scripts.console import Session, Status
from scripts.refusals import guarded
from scripts.texts import Language, has_text, text

Command = Callable[..., Status]

_METAVARS: Final[Mapping[Any, str]] = {str: "TEXT", int: "NUMBER", Path: "FILE"}


class Written(str):
    """A help that is written out already, in the language of the run: no name of a text."""

    __slots__ = ()


def declare(app: typer.Typer, name: str, command: Command, language: Language, *, shown: str) -> None:
    """Add a command to an application; ``shown`` is its help."""
    app.command(name, help=shown, cls=help_page.Command)(_as_typer_wants_it(command, language))


def declare_group(app: typer.Typer, language: Language, *, alone: Command | None = None) -> None:
    """Let an application take the options of every command before a command's name.

    ``alone`` is what the group does where no command is named.
    """
    if alone is None:
        app.callback()(_as_typer_wants_it(_take_options, language))
    else:
        app.callback(invoke_without_command=True, subcommand_metavar="[COMMAND]")(_as_typer_wants_it(alone, language))


def _take_options(_session: Session) -> Status:
    return Status.FINE


def _as_typer_wants_it(command: Command, language: Language) -> Callable[..., Status]:
    declared = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    shared = list(inspect.signature(_shared, eval_str=True).parameters.values())
    parameters = [_translated(each, language) for each in (*declared, *shared)]

    def run(context: typer.Context, **given: Any) -> Status:
        session: Session = context.obj
        _take(session, {each.name: given.pop(each.name) for each in shared})
        if context.invoked_subcommand is not None:
            return Status.FINE  # the command that is named does the work
        return guarded(session, lambda: command(session, **given))

    own = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    run.__signature__ = inspect.Signature([own, *parameters])  # type: ignore[attr-defined]  # Typer reads it
    run.__annotations__ = {each.name: each.annotation for each in (own, *parameters)}
    return run


def _shared(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="opt_json")] = False,
    directory: Annotated[Path | None, typer.Option("--dir", help="opt_dir", metavar="DIRECTORY")] = None,
    language: Annotated[str | None, typer.Option("--lang", help="opt_lang", metavar="[en|ja]")] = None,
) -> None:
    """Declare what every command takes; never called."""


def _take(session: Session, given: Mapping[str, Any]) -> None:
    session.as_json = session.as_json or given["as_json"]
    session.directory = given["directory"] or session.directory
    match given["language"]:
        case None:
            pass
        case "en" | "ja" as chosen:
            session.language = chosen
        case other:
            raise typer.BadParameter(f"{other!r} is not one of 'en', 'ja'.", param_hint="'--lang'")


def _translated(parameter: inspect.Parameter, language: Language) -> inspect.Parameter:
    """Give the parameter with its help in this language, to be named by keyword only."""
    annotation = parameter.annotation
    assert get_origin(annotation) is Annotated, parameter
    type_, info = get_args(annotation)
    info = copy(info)
    info.help = str(info.help) if isinstance(info.help, Written) else text(language, info.help)
    info.help = _with_bounds(info.help, info, parameter.default, language)
    if isinstance(info, typer.models.OptionInfo):
        info.metavar = _metavar(info.metavar or _METAVARS.get(_one_of(type_)), language)
    # Annotated[…] of values that are known only now: the type checker sees the declarations, Typer sees these.
    declared = getitem(Annotated, (type_, info))
    return parameter.replace(annotation=declared, kind=inspect.Parameter.KEYWORD_ONLY)


def _one_of(type_: Any) -> Any:
    """Give the type of one value of an option: ``list[Path] | None`` is of paths."""
    left = [each for each in get_args(type_) if each is not NoneType]
    return _one_of(left[0]) if left else type_


def _metavar(name: str | None, language: Language) -> str | None:
    """Say what is typed behind an option, where there are words for it."""
    return text(language, f"metavar_{name}") if has_text(f"metavar_{name}") else name


def _with_bounds(shown: str, info: Any, default: Any, language: Language) -> str:
    """Say besides what is taken where nothing is told, and the least that may be where that is not nothing."""
    said = [text(language, "help_default", value=default)] if type(default) is int else []
    said += [text(language, "help_least", value=info.min)] if info.min else []
    assert info.max is None, "no text says the most yet"
    if not said:
        return shown
    return text(language, "help_bounds", shown=shown.rstrip(".。"), bounds=text(language, "help_and").join(said))
