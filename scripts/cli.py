"""The command line ``shoseki``: which commands there are, and how a run of it begins and ends.

Exit status 0: fine. 1: a finding. 2: could not be done, said in one sentence on standard error. Modules that a command
needs are loaded when it runs: ``verify`` loads nothing of the store, the keys or a database.
"""

import logging
import os
import signal
import sys
from collections.abc import Collection, Sequence
from io import TextIOWrapper
from typing import NoReturn

import typer

from scripts.commands import (
    checking,
    clock,
    demonstrating,
    founding,
    measuring,
    proving,
    reading,
    recording,
    retaining,
    verifying,
)
from scripts.commands.declared import Command, declare, declare_group
from scripts.console import Session, Status
from scripts.help_page import Group
from scripts.refusals import guarded
from scripts.texts import Language, default_language, text

_COMMANDS: tuple[tuple[str, Command], ...] = (
    ("init", founding.init),
    ("customer add", recording.customer_add),
    ("customer list", recording.customer_list),
    ("import", recording.import_file),
    ("log", reading.log),
    ("show", reading.show),
    ("checkpoint", proving.checkpoint),
    ("checkpoint adopt", proving.checkpoint_adopt),
    ("receipt", proving.receipt),
    ("export", proving.export),
    ("verify", verifying.verify),
    ("fsck", checking.fsck),
    ("status", checking.status),
    ("policy", founding.print_policy),
    ("keyring confirm", founding.keyring_confirm),
    ("keyring rotate", founding.keyring_rotate),
    ("keyring rotate-signer", founding.keyring_rotate_signer),
    ("clock run", clock.clock_run),
    ("retention destroy", retaining.destroy),
    ("bench", measuring.bench),
    ("demo", demonstrating.demo),
)


_GROUPS = frozenset(named.split()[0] for named, _ in _COMMANDS if " " in named)

STEP_GROUPS = (
    "terms",
    "consent",
    "contract",
    "contact",
    "person",
    "work",
    "permission",
    "origin",
    "credential",
    "gateway",
    "session",
    "recording",
    "data",
    "hold",
    "request",
    "settings",
)
"""Groups of human steps: what they are is loaded when one of them is asked for."""


def build(language: Language, *, with_formats: bool = True, steps_of: Collection[str] = ()) -> typer.Typer:
    """Give the command line with its help in a language.

    The formats of ``import``, and the steps of a group, only where they will be read.
    """
    shoseki = _application(language, "help_shoseki")
    groups: dict[str, typer.Typer] = {}
    for named, command in _COMMANDS:
        *group, name = named.split()
        if name in _GROUPS and not group:
            groups[name] = _application(language, f"help_{name}", alone=command)
            shoseki.add_typer(groups[name], name=name)
            continue
        app = shoseki
        if group:
            if group[0] not in groups:
                groups[group[0]] = _application(language, f"help_{group[0]}")
                shoseki.add_typer(groups[group[0]], name=group[0])
            app = groups[group[0]]
        shown = text(language, f"help_{named.replace(' ', '_').replace('-', '_')}")
        if named == "import" and with_formats:
            shown += "\n\n" + _formats(language)
        declare(app, name, command, language, shown=shown)
    for each in STEP_GROUPS:
        app = _application(language, f"help_{each}")
        shoseki.add_typer(app, name=each)
        if each in steps_of:
            from scripts.commands.listing import GROUPS, list_of

            if each in GROUPS:
                declare(app, "list", list_of(each), language, shown=text(language, f"help_{each}_list"))
            _declare_steps(app, each, language)
            if each == "credential":
                from scripts.commands.custody import credential_erase, credential_renew_vault

                declare(app, "erase", credential_erase, language, shown=text(language, "help_credential_erase"))
                renew = text(language, "help_credential_renew_vault")
                declare(app, "renew-vault", credential_renew_vault, language, shown=renew)
            elif each == "settings":
                from scripts.commands.deployment import settings_show

                declare(app, "show", settings_show, language, shown=text(language, "help_settings_show"))
    return shoseki


def _declare_steps(app: typer.Typer, group: str, language: Language) -> None:
    from scripts.commands.carrying import command_of
    from scripts.commands.steps import STEPS

    for step in STEPS:
        of, name = step.name.split()
        if of == group:
            shown = text(language, f"help_{step.name.replace(' ', '_').replace('-', '_')}")
            declare(app, name, command_of(step, language), language, shown=shown)


def run(arguments: Sequence[str]) -> Status:
    """Run one command and give how it ended."""
    session = Session(as_json="--json" in arguments, language=_asked_language(arguments) or default_language())
    return guarded(session, lambda: _run(session, arguments))  # a page of help meets a full disk, too


def _run(session: Session, arguments: Sequence[str]) -> Status:
    steps_of = [each for each in STEP_GROUPS if each in arguments]  # a directory may have the name of one, too
    command = typer.main.get_command(build(session.language, with_formats="import" in arguments, steps_of=steps_of))
    try:
        ended = command.main(list(arguments), prog_name="shoseki", standalone_mode=False, obj=session)
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # a group without a command: what there is to choose from
            session.write(error.format_message())
            return Status.FAILED
        context = getattr(error, "ctx", None)
        path = context.command_path if context is not None else "shoseki"
        session.complain(session.text("usage", problem=_problem(error, session.language), command=path))
        return Status.FAILED
    except typer.Abort:
        session.complain(session.text("interrupted"))
        return Status.FAILED
    return Status(ended or 0)


def _problem(error: typer.TyperException, language: Language) -> str:
    """Say what is wrong with a command line."""
    if language == "en":
        return error.format_message().rstrip(".")
    from scripts.wording.usage import in_japanese

    return in_japanese(error)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command as a program."""
    if not os.environ.get("SHOSEKI_DEBUG"):
        logging.getLogger().addHandler(logging.NullHandler())  # what people need to know, commands say
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file name need not be text
    signal.signal(signal.SIGTERM, _terminated)
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def _application(language: Language, name: str, *, alone: Command | None = None) -> typer.Typer:
    app = typer.Typer(
        cls=Group,
        help=text(language, name),
        no_args_is_help=alone is None,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    declare_group(app, language, alone=alone)
    return app


def _formats(language: Language) -> str:
    from ledger.ingest.registry import FORMATS

    return text(language, "help_formats", formats=", ".join(FORMATS))


def _asked_language(arguments: Sequence[str]) -> Language | None:
    """Look ahead for ``--lang``: help is written before options are read."""
    for option, value in zip(arguments, [*arguments, ""][1:], strict=True):
        asked = value if option == "--lang" else option.removeprefix("--lang=")
        if asked in {"en", "ja"} and option.startswith("--lang"):
            return "ja" if asked == "ja" else "en"
    return None


def _terminated(number: int, _frame: object) -> NoReturn:
    # Ends as an exception does, so that a database that this process started is stopped.
    raise SystemExit(128 + number)


if __name__ == "__main__":
    main()
