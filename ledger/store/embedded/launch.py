"""Become the server's account, take hold of the alive lock, and turn into one PostgreSQL program.

Run as a script by :mod:`ledger.store.embedded.process`, never imported: what happens here (giving up root, setsid,
keeping a lock across exec) must not happen in a process with threads. It needs the standard library alone and runs with
``python -I -S``, so nothing in the environment or the working directory can put itself in front.

It reads one JSON object from its first argument and then *is* the program: same process id, no parent left between.
What it cannot do goes as one JSON object ``{"code", "path", "detail"}`` into the ``report`` descriptor; an empty report
at end of file means that the program was started.

The alive lock. A shared ``flock`` on ``alive.lock`` is taken here and deliberately inherited by the program and all
that it forks. The kernel lets go of it when the last of them is gone, however they died. "Does any process of this
cluster live?" so has an exact answer that no reused process id, foreign PID namespace or left-over file can falsify.

Root. PostgreSQL refuses to run as root, yet root's directories are commonly closed to everybody (0700). No directory is
opened wider for that. The process changes to the server's account and, only where it then really cannot reach what it
needs, keeps the one capability that helps: CAP_DAC_READ_SEARCH, and where that one is missing or does not suffice (a
program file that only root may execute), CAP_DAC_OVERRIDE. Everything else that root could do is given up for good.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import sys
from collections.abc import Iterator
from typing import Any

PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2


class Refused(Exception):  # noqa: N818 -- carried to the supervisor as data, never raised out of this script
    """One reason why the program could not be started, as the supervisor reads it."""

    def __init__(self, code: str, path: str, error: OSError | None = None) -> None:
        super().__init__(code)
        self.report = {"code": code, "path": path, "detail": str(error) if error else ""}


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def _permitted(libc: ctypes.CDLL) -> int:
    header, data = _Header(CAPABILITY_VERSION_3, 0), (_Data * 2)()
    return int(data[0].permitted) if libc.capget(ctypes.byref(header), ctypes.byref(data)) == 0 else 0


def _set_capabilities(libc: ctypes.CDLL, effective: int, permitted: int) -> bool:
    """Set this process's capabilities; what is effective now is also what the program after exec may have."""
    header, data = _Header(CAPABILITY_VERSION_3, 0), (_Data * 2)()
    data[0] = _Data(effective, permitted, effective)
    return bool(libc.capset(ctypes.byref(header), ctypes.byref(data)) == 0)


def _unreachable(paths: list[str]) -> tuple[str, OSError] | None:
    """Give the first path that this process cannot open for reading, or None."""
    for path in paths:
        try:
            os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))
        except OSError as error:
            return path, error
    return None


def _become(uid: int, gid: int) -> Iterator[None]:
    """Give up root for ``uid``, then yield once for each set of capabilities to try, the smallest first.

    The set is in force, for opening files and across exec, when the generator yields.
    """
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if libc is not None:
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    try:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    except OSError as error:
        raise Refused("account", str(uid), error) from error
    yield
    if libc is None:
        return
    permitted = _permitted(libc) & ((1 << CAP_DAC_READ_SEARCH) | (1 << CAP_DAC_OVERRIDE))
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        # Losing the inheritable capability of an earlier attempt loses its ambient one; exec takes all but the ambient.
        if (
            permitted >> capability & 1
            and _set_capabilities(libc, 1 << capability, permitted)
            and libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) == 0
        ):
            yield


def _execute(spec: dict[str, Any]) -> None:
    """Turn into the program with the fewest rights that reach it; does not return unless it raises Refused."""
    program: str = spec["argv"][0]
    attempts: Iterator[None] = iter((None,))
    if spec["uid"] is not None:
        attempts = _become(spec["uid"], spec["gid"])
    refused = Refused("unreachable", program)
    for _ in attempts:
        blocked = _unreachable(spec["reach"])
        if blocked is not None:
            refused = Refused("unreachable", *blocked)
            continue
        try:
            os.chdir(spec["cwd"])
            os.execve(program, spec["argv"], spec["env"])  # noqa: S606 -- an absolute path, no shell
        except PermissionError as error:
            refused = Refused("unreachable", program, error)
        except OSError as error:
            raise Refused("program", program, error) from error
    raise refused


def _hold_alive_lock(path: str) -> None:
    try:
        lock = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
        # Waits at most for somebody who just looks whether it is free: the supervisor's start lock keeps others away.
        fcntl.flock(lock, fcntl.LOCK_SH)
        os.set_inheritable(lock, True)
    except OSError as error:
        raise Refused("lock", path, error) from error


def _detach(log: str) -> None:
    """Leave the terminal, the session and the caller's streams; errors before PostgreSQL's own log go to ``log``."""
    try:
        output = os.open(log, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW)
    except OSError as error:
        raise Refused("log", log, error) from error
    if os.fork() > 0:
        os._exit(0)  # the program becomes nobody's child: no zombie is left to whoever started it
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)


def main() -> None:
    """Do what the first argument asks for."""
    spec = json.loads(sys.argv[1])
    os.set_inheritable(spec["report"], False)
    os.umask(0o077)
    try:
        _hold_alive_lock(spec["alive"])
        if spec["log"] is not None:
            _detach(spec["log"])
        _execute(spec)
    except Refused as refused:
        with contextlib.suppress(OSError):  # the supervisor is gone: nobody is left to tell
            os.write(spec["report"], json.dumps(refused.report).encode())
    os._exit(1)


if __name__ == "__main__":
    main()
