"""A vendor's office at the command line: people with system users of their own, who work through one shared account.

Everybody comes by sudo, as where one account owns the log's keys: ``SUDO_UID`` is what sudo would set. Who acts is
known from that, by the real means. The time alone is the office's own, where days have to pass.
"""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from command_line import Answer, here

from ledger.store.clock import SystemClock
from ledger.store.embedded import Urls

SHARED = pwd.getpwuid(os.geteuid()).pw_name
OTHERS = [each for each in pwd.getpwall() if each.pw_uid != os.geteuid()]
TERMS = "従つて、本書は Ⅴ ｶﾅ が\u3099 を含みます。🖋\n"


def now() -> str:
    return datetime.now(UTC).isoformat()


def ago(**time: float) -> str:
    return (datetime.now(UTC) - timedelta(**time)).isoformat()


def ahead(**time: float) -> str:
    return (datetime.now(UTC) + timedelta(**time)).isoformat()


class OfficeClock(SystemClock):
    """The machine's clock, so far behind until that time is let pass: for a log that is thrown away.

    What the terms let pass between two steps is days; nobody waits for them, and no step is dated back instead.
    """

    def __init__(self, behind: timedelta) -> None:
        super().__init__()
        self.behind, self._passed = behind, timedelta(0)

    def now(self) -> datetime:
        return super().now() - self.behind

    def boot(self) -> str:
        return f"{super().boot()} of the office"

    def elapsed(self) -> int:
        return super().elapsed() + self._passed // timedelta(microseconds=1) * 1000

    def let_pass(self) -> None:
        """Let pass what it is behind."""
        self.behind, self._passed = timedelta(0), self._passed + self.behind


@dataclass
class Office:
    """A log, and who works on it."""

    place: Path
    settings: dict[str, str]
    clock: OfficeClock
    ids: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    """Name of the system user of each person."""
    steps: list[str] = field(default_factory=list)
    """Steps that were carried out, in their order."""
    acted: dict[str, list[int]] = field(default_factory=dict)
    """Positions of what each person recorded."""

    @contextmanager
    def at_work(self, who: str | None) -> Iterator[None]:
        """Let somebody sit down: the environment as sudo makes it."""
        with pytest.MonkeyPatch.context() as patch:
            for name in ("LC_ALL", "LC_MESSAGES", "LANG", "SHOSEKI_DEBUG", "SUDO_UID"):
                patch.delenv(name, raising=False)
            for name, value in self.settings.items():
                patch.setenv(name, value)
            patch.setattr("api.wiring.SystemClock", lambda: self.clock)
            if who is not None:
                patch.setenv("SUDO_UID", str(pwd.getpwnam(self.users[who]).pw_uid))
            yield

    def now(self) -> str:
        return self.clock.now().isoformat()

    def ago(self, **time: float) -> str:
        return (self.clock.now() - timedelta(**time)).isoformat()

    def ahead(self, **time: float) -> str:
        return (self.clock.now() + timedelta(**time)).isoformat()

    def answers(self, who: str | None, *arguments: str | Path) -> Answer:
        """Run a command as somebody."""
        with self.at_work(who):
            return here(*arguments)

    def does(self, who: str | None, step: str, *arguments: str | Path, status: int = 0) -> Any:
        """Carry a step out, as somebody; remember what it recorded and the ids it gave."""
        answer = self.answers(who, *step.split(), *arguments, "--json")
        assert answer.status == status, (step, answer)
        done = answer.json
        self.steps.append(step)
        if "ids" in done:
            self.ids.update(done["ids"])
            self.acted.setdefault(who or "", []).extend(each["position"] for each in done["facts"])
        return done

    def of(self, who: str, step: str, *arguments: str | Path, status: int = 0) -> Any:
        """Carry a step of the customer's out."""
        return self.does(who, step, "--customer", self.ids["customer"], *arguments, status=status)

    def on(self, who: str, step: str, *arguments: str | Path, status: int = 0) -> Any:
        """Carry a step of the work order out."""
        return self.of(who, step, "--work-order", self.ids["work_order"], *arguments, status=status)

    def file(self, name: str, content: str) -> Path:
        """Make a file."""
        path = self.place / name
        path.write_text(content, encoding="utf-8")
        return path

    def gives(self, *names: str) -> list[str]:
        """Give ids as options: ``consent`` is ``--consent ID``."""
        return [each for name in names for each in (f"--{name.replace('_', '-')}", self.ids[name])]


def founded(place: Path, urls: Urls, *, behind: timedelta = timedelta(0)) -> Office:
    """Give an office whose people are registered and bound, each to a system user; its clock may be behind."""
    settings = {
        "SHOSEKI_DIR": str(place / "log"),
        "SHOSEKI_DATABASE_URL": urls.application,
        "SHOSEKI_OWNER_DATABASE_URL": urls.owner,
    }
    office = Office(place, settings, OfficeClock(behind))
    assert office.answers(None, "init", "--origin", "shoseki.example/office").status == 0
    office.does(None, "person share", "--os-user", SHARED)
    for name, user, roles in (
        ("manager", OTHERS[0], ("legal", "sales", "finance", "security")),
        ("custodian", OTHERS[1], ("evidence_custodian",)),
    ):
        who = None if name == "manager" else "manager"
        office.users[name] = user.pw_name
        options = [each for role in roles for each in ("--roles", role)]
        office.ids[name] = office.does(who, "person operator", "--name", name, *options)["ids"]["person"]
        office.does(who, "person bind", "--person", office.ids[name], "--os-user", user.pw_name)
    office.users["technician"] = OTHERS[2].pw_name
    registered = office.does("manager", "person technician", "--name", "佐藤", "--accounts", "t.sato")
    office.ids["technician"] = registered["ids"]["person"]
    office.does("manager", "person bind", "--person", office.ids["technician"], "--os-user", OTHERS[2].pw_name)
    return office
