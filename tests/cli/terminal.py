"""The command line at a real terminal of 80 columns: a pseudo-terminal on which somebody answers."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from command_line import PROGRAM, ROOT

_PATIENCE = 120.0
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Seen:
    """How a command ended, and all that stood on the screen."""

    status: int
    screen: str

    @property
    def lines(self) -> list[str]:
        """The lines, without colours."""
        return _COLOURS.sub("", self.screen).replace("\r\n", "\n").split("\n")


def at_terminal(
    *arguments: str | Path, answers: Sequence[str], env: Mapping[str, str], prompt: str = "> ", columns: int = 80
) -> Seen:
    """Run a command; type each answer once the next prompt stands there. ``\\x04`` is the end of the input."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    settings = {**env, "TERM": "xterm"}
    process = subprocess.Popen(
        [*PROGRAM, *map(str, arguments)], stdin=theirs, stdout=theirs, stderr=theirs, env=settings, cwd=ROOT
    )
    os.close(theirs)
    seen, waiting, searched = b"", list(answers), 0
    deadline = time.monotonic() + _PATIENCE
    try:
        while True:
            assert select.select([ours], [], [], max(0.0, deadline - time.monotonic()))[0], seen.decode()
            try:
                piece = os.read(ours, 65536)
            except OSError:  # how Linux says that nobody holds the other end any more
                break
            if not piece:
                break
            seen += piece
            if waiting and (found := seen.find(prompt.encode(), searched)) >= 0:
                searched = min(len(seen), found + len(prompt))
                answer = waiting.pop(0)
                os.write(ours, answer.encode() if answer == "\x04" else f"{answer}\n".encode())
        return Seen(process.wait(timeout=_PATIENCE), seen.decode())
    finally:
        process.kill()
        process.wait()
        os.close(ours)
