"""A command while it runs: followed, interrupted, cut off, and what it may send to a terminal."""

import os
import pty
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unicodedata import east_asian_width

import pytest
from command_line import PROGRAM, ROOT, Answer
from trail import Trail

from scripts import screen
from scripts.console import json_line

Shoseki = Callable[..., Answer]


@pytest.fixture(autouse=True)
def _interruptible() -> Iterator[None]:
    """Let programs be interrupted: they inherit being deaf to it from a run that was started in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@contextmanager
def running(trail: Trail, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a command whose output is read while it runs."""
    process = subprocess.Popen(
        [*PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=trail.environment,
        cwd=ROOT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def width(line: str) -> int:
    """Count columns: a wide character takes two."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in line)


def test_following_gives_what_comes_and_ends_well_on_ctrl_c(shoseki: Shoseki, trail: Trail) -> None:
    size = shoseki("status", "--json").json["entries"]
    with running(trail, "log", "--follow", "--json", "--start", str(size - 1)) as follower:
        assert follower.stdout is not None
        assert f'"position": {size - 1}' in follower.stdout.readline()
        added = shoseki("customer", "add", "後から", "--json").json["id"]
        assert added in follower.stdout.readline()
        follower.send_signal(signal.SIGINT)
        _, errors = follower.communicate(timeout=60)
        assert (follower.returncode, errors) == (0, "")


def test_following_a_customer_gives_each_of_its_entries_once(shoseki: Shoseki, trail: Trail, tmp_path: Path) -> None:
    customer = shoseki("customer", "add", "一社", "--json").json["id"]
    with running(trail, "log", "--follow", "--json", "--customer", customer) as follower:
        assert follower.stdout is not None
        seen = [follower.stdout.readline(), follower.stdout.readline()]
        shoseki("customer", "add", "他社")
        (tmp_path / "line.log").write_bytes(b"no log line\n")
        shoseki("import", "sshd-5424", tmp_path / "line.log", "--customer", customer)
        seen += [follower.stdout.readline() for _ in range(2)]
    assert [f'"seq": {number}' in line for number, line in enumerate(seen, 1)] == [True] * 4
    assert all(customer in line for line in seen)


def test_a_reader_who_has_seen_enough_is_no_error(trail: Trail) -> None:
    with running(trail, "log") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        process.stdout = None
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")


def test_a_finding_is_not_hidden_by_a_reader_who_left(trail: Trail, tmp_path: Path) -> None:
    changed = bytearray(trail.package.read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / "changed.zip").write_bytes(changed)
    reading, writing = os.pipe()
    os.close(reading)
    command = [*PROGRAM, "verify", str(tmp_path / "changed.zip"), "--policy", str(trail.policy)]
    done = subprocess.run(
        command, stdout=writing, stderr=subprocess.PIPE, env=trail.environment, cwd=ROOT, check=False, timeout=60
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


def test_being_terminated_ends_without_a_traceback(trail: Trail) -> None:
    with running(trail, "log", "--follow") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.terminate()
        _, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (128 + signal.SIGTERM, "")


def test_a_name_cannot_steer_a_terminal(shoseki: Shoseki) -> None:
    named = "evil\x1b[2J\u202e\x9b31m\x7f"
    for command in (["customer", "add", named], ["customer", "list"], ["--json", "customer", "list"]):
        written = shoseki(*command)
        assert not set("\x1b\x9b\x7f\u202e") & set(written.out + written.err)
    assert named in {each["name"] for each in shoseki("--json", "customer", "list").json_lines}


@pytest.mark.parametrize("text", ["a\x00b", "\x1b]0;title\x07", "\u2028", "x\u2066y", "\r"])
def test_what_would_steer_is_spelled_out(text: str) -> None:
    assert screen.visible(text).isprintable()
    assert json_line({"name": text}).rstrip("\n").isprintable()


def test_japanese_is_broken_between_characters_and_english_after_words() -> None:
    japanese = "証跡を検証します。" * 10
    for columns in (20, 33, 80):
        lines = screen.wrap(japanese + "the quick brown fox " * 5, columns).split("\n")
        assert all(width(line) <= columns for line in lines)
        assert not any(line.startswith("。") for line in lines)
        assert "".join(lines).replace(" ", "") == (japanese + "thequickbrownfox" * 5)


def test_on_a_terminal_nothing_is_wider_than_80_columns(trail: Trail) -> None:
    for language, command in (("ja", "log"), ("en", "customer list")):
        output = _on_a_terminal(trail, "--lang", language, *command.split())
        assert all(width(line) <= 80 for line in output.splitlines()), output


def _on_a_terminal(trail: Trail, *arguments: str) -> str:
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, *arguments],
        stdout=child,
        stderr=subprocess.DEVNULL,
        env=trail.environment | {"COLUMNS": "80", "LINES": "24", "NO_COLOR": "1"},
        cwd=ROOT,
    )
    os.close(child)
    written = b""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            piece = os.read(parent, 65536)
        except OSError:
            break
        if not piece:
            break
        written += piece
    os.close(parent)
    assert process.wait(timeout=60) == 0
    return re.sub("\x1b\\[[0-9;]*m", "", written.decode())
