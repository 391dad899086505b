"""Carrying out a step: from the options to the command, from what the command came to to what is told.

Who acts is the person bound to the system user that runs it; a refusal names its rule and the entries it was decided
on. What was told wrongly or not at all is said before a database is touched.
"""

import inspect
from collections.abc import Mapping
from datetime import date, datetime
from operator import getitem
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.application.deciding import CarriedOut
from ledger.application.door import Ledger
from ledger.application.errors import CommandConflictError
from ledger.domain.decision import Refusal
from ledger.domain.fact import Fact
from ledger.domain.violation import Against
from scripts.commands.access import appending
from scripts.commands.asking import ask, can_ask, choice_name, read_prose, read_value
from scripts.commands.declared import Command, Written
from scripts.commands.hints import check_words, hints_on, hints_on_words
from scripts.commands.identity import (
    Actor,
    acting,
    founder_acting,
    person_acting,
)
from scripts.commands.step import By, Member, Step, made, members_of
from scripts.console import Session, Status
from scripts.refusals import CommandRefusedError
from scripts.texts import Language, text


def command_of(step: Step, language: Language) -> Command:
    """Give the function that Typer makes a command of."""
    members = members_of(step)

    def run(session: Session, *, once: str | None, **given: Any) -> Status:
        told, missing = _told(session, step, members, given)
        if missing and not can_ask(session):
            flags = ", ".join(each.flag for each in missing)
            raise CommandRefusedError(session.text("step_missing", options=flags))
        with appending(session) as ledger:
            actor = _actor(session, ledger, step)
            for member in missing:
                told[member.within, member.name], typed = ask(session, member)
                told |= _taken_of(step, member, typed)
            drawn = _drawn(step, ledger, told, once)
            runner = {} if step.runner is None else {step.runner: actor["id"]}
            command = made(step, told, {**drawn, **runner})
            session.hints = _hints(session, ledger, command, members, told)
            for hint in session.hints:
                session.warn(hint)
            carry = step.carry or _decide
            try:
                done = carry(session, ledger, command, actor, once)
            except CommandConflictError as conflict:
                raise CommandRefusedError(_conflict(session, members, conflict)) from conflict
        return tell(session, done, drawn)

    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # declare() reads it
        [
            inspect.Parameter("session", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Session),
            *[_parameter(each, language) for each in members],
            *[_prose_parameter(each, language) for each in members if each.of_prose],
            inspect.Parameter(
                "once",
                inspect.Parameter.KEYWORD_ONLY,
                default=None,
                annotation=Annotated[str | None, typer.Option("--once", metavar="KEY", help="step_once")],
            ),
        ]
    )
    return run


def _hints(
    session: Session, ledger: Ledger, command: object, members: list[Member], told: Mapping[tuple[str, str], Any]
) -> list[str]:
    """Give the hints on what was told; none where it says a secret, because a hint repeats it."""
    try:
        ledger.decider.check_words(command)
    except Refusal:
        return []
    return [*hints_on_words(session, members, told), *hints_on(session, ledger, told)]


def _conflict(session: Session, members: list[Member], conflict: CommandConflictError) -> str:
    """Say that a key did something else, and by which options what is told now differs from it."""
    flags = [each.flag for each in members if each.name in conflict.differing]
    differing = session.text("step_conflict_in", options=", ".join(flags)) if flags else ""
    return session.text("step_conflict", position=conflict.position, differing=differing)


def _told(
    session: Session, step: Step, members: list[Member], given: Mapping[str, Any]
) -> tuple[dict[tuple[str, str], Any], list[Member]]:
    """Give what was told, read, and the members that have to be told yet."""
    told: dict[tuple[str, str], Any] = {}
    missing = []
    sources = {each: given[f"{each.parameter}_from"] for each in members if each.of_prose}
    _check_sources(session, given, {each: path for each, path in sources.items() if path is not None})
    for each in members:
        path = sources.get(each)
        value = given[each.parameter] if path is None else read_prose(session, path)
        if value is None or value == []:
            missing += [each] if each.required else []
            continue
        told[each.within, each.name] = read_value(session, each, value)
        told |= _taken_of(step, each, value)
    check_words(session, step, members, told)
    return told, missing


def _check_sources(session: Session, given: Mapping[str, Any], sources: Mapping[Member, Path]) -> None:
    """Refuse a text that is told twice, and two that both are to come by standard input."""
    twice = [each.flag for each in sources if given[each.parameter] is not None]
    by_input = [each.flag for each, path in sources.items() if str(path) == "-"]
    if twice:
        raise CommandRefusedError(session.text("step_told_twice", option=twice[0]))
    if len(by_input) > 1:
        raise CommandRefusedError(session.text("step_one_input", options=", ".join(by_input)))


def _taken_of(step: Step, member: Member, path: str) -> dict[tuple[str, str], Any]:
    """Give what else is taken of a file that was named."""
    return {("", name): Path(path).stat().st_size for name, of in step.sizes.items() if of == member.name}


def _actor(session: Session, ledger: Ledger, step: Step) -> Actor:
    """Give who gives the step; raise Refusal where the system user is nobody's."""
    if step.by is By.ANYBODY:
        return acting(ledger)
    if step.by is not By.FOUNDER:
        return person_acting(ledger)
    founder = founder_acting(ledger)
    if founder.founding:
        session.say("step_founding", "warning", user=founder.user.name)
    return founder


def _drawn(step: Step, ledger: Ledger, told: Mapping[tuple[str, str], Any], once: str | None) -> dict[str, str]:
    """Draw the ids that the command creates: the same again only for the same step, customer and key."""
    return {
        name: ledger.decider.new_id(kind, once and f"{step.name} {name} {told.get(('', 'customer'))} {once}")
        for name, kind in step.draws.items()
        if ("", name) not in told and ("", step.draws_with.get(name, "")) in {("", ""), *told}
    }


def _decide(_session: Session, ledger: Ledger, command: Any, actor: Actor, once: str | None) -> CarriedOut:
    return ledger.decider.carry_out(command, actor=actor, idempotency_key=once)


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
            "hints": session.hints,
            "ids": {name.rpartition(".")[2]: value for name, value in drawn.items()},
            **({} if session.secret is None else {"secret": session.secret}),
            "against": [{"rule": each.rule, "text": each.text(session.language)} for each in against],
            "status": int(status),
        }
    )
    if not done.facts:
        session.say("step_nothing_new")
    if done.already:
        session.say("step_already")
    for fact, position in zip(done.facts, done.positions, strict=True):
        session.say("step_recorded", position=position, label=label_of(fact, session))
    if done.due:
        session.say("step_due", count=len(done.due))
    for each in against:
        session.warn(f"{each.rule}: {each.text(session.language)}")
    if drawn and done.facts:
        session.pairs([(f"step_id_{name.rpartition('.')[2]}", value) for name, value in drawn.items()])
    return status


def label_of(fact: Fact, session: Session | None) -> str:
    """Give a fact's label in the language of the run, or without one its wire name."""
    kind = type(fact).KIND
    if session is None:
        return kind.type
    return kind.ja if session.language == "ja" else kind.en


def _parameter(member: Member, language: Language) -> inspect.Parameter:
    # All else is read here, so that what cannot be read is said in the language of the run.
    kind: Any = Path if member.of_file or member.of_package else bool if member.kind is bool else str
    whole: Any = list[kind] if member.several else kind
    flag = f"{member.flag}/--no-{member.flag[2:]}" if member.kind is bool else member.flag
    option = typer.Option(flag, metavar=_metavar(member), help=_help(member, language))
    annotation = getitem(Annotated, (whole | None, option))  # the type checker sees no values that are known only now
    return inspect.Parameter(member.parameter, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _prose_parameter(member: Member, language: Language) -> inspect.Parameter:
    shown = Written(text(language, "step_opt_from", option=member.flag))
    option = typer.Option(f"{member.flag}-from", metavar="FILE", help=shown)
    annotation = getitem(Annotated, (Path | None, option))
    return inspect.Parameter(
        f"{member.parameter}_from", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
    )


def _metavar(member: Member) -> str | None:
    if member.of_file or member.of_package:
        return "FILE"
    if member.choices is not None:
        return "CODE"
    return {bool: None, int: "NUMBER", datetime: "TIME", date: "DATE"}.get(member.kind, "TEXT")


def _help(member: Member, language: Language) -> Written:
    """Say what an option is, what may be told, and whether it has to be."""
    shown, space = text(language, member.explained), "" if language == "ja" else " "
    if member.choices is not None:
        said = [(each.value, text(language, choice_name(each))) for each in member.choices]
        values = [
            code if words == code.replace("_", " ") else text(language, "help_choice", code=code, words=words)
            for code, words in said
        ]
        shown += space + text(language, "step_choices", values=text(language, "help_and").join(values))
    if member.required:
        shown += space + text(language, "step_required")
    return Written(shown)
