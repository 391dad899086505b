"""Two programs that give one credential at once: one is first, and the other ends with a sentence that says why."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_line import PROGRAM, ROOT, Answer
from office import Office, founded
from working_day import agree

from api.settings import Settings
from api.wiring import opened
from ledger.keys.secret import Secret
from ledger.store.embedded import Urls

TARGET = "db01"
PATIENCE = 120
"""Seconds after which a program that does not end is ended: a hang is a failure, no slow machine is."""


def a_moment_ago() -> str:
    return (datetime.now(UTC) - timedelta(seconds=1)).isoformat()


@pytest.fixture
def office(postgres: Urls, tmp_path: Path) -> Office:
    """Give an office that has asked a customer for a credential."""
    office = founded(tmp_path, postgres)
    agree(office)
    contact = office.ids["contact"]
    office.of(
        *("manager", "work request", "--basis", "contract", "--title", "調査", "--purpose", "原因の調査"),
        *("--targets", TARGET, "--requested-by", contact, "--requested-at", a_moment_ago()),
    )
    office.on("manager", "work accept")
    office.on(
        *("manager", "credential request", "--asked", contact, "--targets", TARGET, "--purpose", "SSH ログイン"),
        *("--channel", "portal", "--needed-by", (datetime.now(UTC) + timedelta(days=1)).isoformat()),
    )
    return office


def at_once(office: Office, secrets: tuple[str, ...]) -> list[Answer]:
    """Let as many programs as there are secrets give theirs for the one credential."""
    command = [
        *(*PROGRAM, "credential", "provide", "--customer", office.ids["customer"], "--json", "--lang", "en"),
        *(*office.gives("work_order", "credential"), "--origin", "customer", "--targets", TARGET),
        *("--account", "maint", "--channel", "portal", "--provider", office.ids["contact"]),
        *("--received-at", a_moment_ago()),
    ]
    with office.at_work("manager"):
        programs = [
            subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=ROOT,
                env=os.environ.copy(),
            )
            for _ in secrets
        ]
    for program, secret in zip(programs, secrets, strict=True):
        assert program.stdin is not None
        program.stdin.write(f"{secret}\n".encode())
        program.stdin.flush()  # each waits for the end of its input, which comes to all of them now
    told = []
    for program in programs:
        assert program.stdin is not None
        program.stdin.close()
        program.stdin = None
    for program in programs:
        out, err = program.communicate(timeout=PATIENCE)
        told.append(Answer(program.returncode, out.decode(), err.decode()))
    return told


def test_r_09_of_programs_that_give_one_credential_at_once_one_wins(office: Office) -> None:
    secrets = ("the first secret", "the second secret", "the third secret")
    answers = at_once(office, secrets)
    assert sorted(each.status for each in answers) == [0, 2, 2], answers
    (winner,) = [number for number, each in enumerate(answers) if each.status == 0]
    for each in answers:
        assert not any(secret in each.out + each.err for secret in secrets)
        if each.status == 2:
            assert any(why in each.json["error"] for why in ("held already", "recorded already")), each
    with office.at_work("manager"), opened(Settings.from_environment()) as ledger:
        assert ledger.keys.custody.open(office.ids["credential"]) == Secret(secrets[winner].encode())
        types = [record.type for _, record in ledger.entries(customer=office.ids["customer"])]
    assert types.count("credential.provided.v1") == 1
