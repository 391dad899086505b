"""``demo``: the whole story in an empty directory, told chapter by chapter."""

import os
import shlex
import tempfile
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.commands.checking import report_members, tell_report
from scripts.commands.files import replace
from scripts.console import Session, Status, json_line
from scripts.refusals import CommandRefusedError

if TYPE_CHECKING:
    from scripts.demo_story import Story

_HEADINGS = (
    "session_kind",
    "session_user",
    "session_source",
    "session_began",
    "session_ended",
    "session_commands",
    "session_recordings",
)
_NUMBERS = (5, 6)


def demo(session: Session) -> Status:
    """Tell the story; the directory stays for whoever wants to look around in it."""
    directory = _empty_directory(session)
    from scripts.demo_story import play

    story = play(directory, session.text("story_customer_name"), _Teller(session).tell, session.progress)
    session.status = Status.FINE if story.as_it_must else Status.FINDING
    summary = _summary(story)
    replace(directory / "summary.json", json_line(summary).encode())
    _end(session, story)
    session.give(summary)
    return session.status


class _Teller:
    """Tells each chapter when it happened."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._chapter = 0

    def tell(self, name: str, **values: Any) -> None:
        session = self._session
        self._chapter += 1
        session.line("")
        shown = {key: _shown(value) for key, value in values.items() if isinstance(value, int | str | Path | datetime)}
        counts = {key: len(value) for key, value in values.items() if isinstance(value, list)}
        session.line(f"{self._chapter}. {session.text(f'story_{name}', **shown, **counts)}", "heading")
        if name == "imported":
            self._tell_sessions(values)
        elif name == "verified":
            self._tell_verified(values["report"])
        elif name in {"checked", "caught"}:
            tell_report(session, values["report"], most=3)

    def _tell_sessions(self, values: dict[str, Any]) -> None:
        session = self._session
        rows = [
            (
                session.text(each.kind),
                each.user,
                each.source,
                each.began,
                each.ended,
                each.commands,
                each.recordings,
            )
            for each in values["sessions"]
        ]
        session.table(_HEADINGS, rows, right=_NUMBERS)
        codes = Counter(each["code"] for each in values["findings"])
        session.say("story_findings", findings=", ".join(f"{code} × {count}" for code, count in sorted(codes.items())))

    def _tell_verified(self, report: dict[str, Any]) -> None:
        from ledger.log.refusal import Step
        from ledger.log.report import Reason

        session = self._session
        reasons = {each.sentence["en"]: each for each in Reason}
        for step in report["steps"]:
            said = Step[step["name"]] if step["reason"] is None else reasons[step["reason"]]
            state = session.text(f"step_{step['state']}")
            session.line(f"   {step['number']:>2} {state}  {said.sentence[session.language]}")
        for verdict in ("integrity", "completeness"):
            session.line(f"   {report[verdict]['sentence'][session.language]}", "good")


def _empty_directory(session: Session) -> Path:
    if session.directory is None:
        return Path(tempfile.mkdtemp(prefix="shoseki-demo-"))
    directory = session.directory.absolute()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(os.scandir(directory)):
        raise CommandRefusedError(session.text("story_not_empty", directory=directory))
    return directory


def _summary(story: "Story") -> dict[str, Any]:
    from scripts.demo_story import ORIGIN
    from scripts.demo_work import BEGINS, ENDS

    directory = story.directory
    return {
        "begins": BEGINS.isoformat(),
        "checkpoint": directory / "checkpoint.txt",
        "customer": story.customer,
        "directory": directory,
        "ends": ENDS.isoformat(),
        "entries": story.entries,
        "findings": story.findings,
        "fsck_after_tamper": report_members(story.after),
        "fsck_before": report_members(story.before),
        "origin": ORIGIN,
        "package": directory / "package.zip",
        "policy": directory / "policy.json",
        "runs_past_today": story.ends_ahead,
        "sessions": [
            {
                "began": each.began,
                "commands": each.commands,
                "ended": each.ended,
                "kind": each.kind,
                "recordings": each.recordings,
                "source": each.source,
                "user": each.user,
            }
            for each in story.sessions
        ],
        "tampered": {
            "after": chr(story.tampered.after),
            "before": chr(story.tampered.before),
            "offset": story.tampered.offset,
            "position": story.tampered.position,
        },
        "verify": {"report": story.verified.report, "status": story.verified.status},
    }


def _end(session: Session, story: "Story") -> None:
    kinds = Counter(each.kind for each in story.sessions)
    session.line("")
    session.say("story_end" if story.as_it_must else "story_failed", "good" if story.as_it_must else "bad")
    session.say(
        "story_counts",
        entries=story.entries,
        ssh=kinds["ssh_session"],
        failed=kinds["ssh_failed_login"],
        desktop=kinds["desktop_session"],
        desktop_failed=kinds["desktop_failed_login"],
    )
    if story.ends_ahead:
        session.say("story_ahead", "warning")
    session.line("")
    session.say("story_explore", directory=story.directory)
    session.line("")
    place = shlex.quote(str(story.directory))
    for arguments in ("log", f"show {story.tampered.position}", "fsck"):
        session.command(f"--dir {place} {arguments}")
    session.command(f"verify {place}/package.zip --policy {place}/policy.json")
    session.line("")
    session.say("story_stays", position=story.tampered.position)


def _shown(value: object) -> object:
    return value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else value
