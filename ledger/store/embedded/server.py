"""The running server: is it there, whose is it, start it, end it.

Everything that changes something is called under the start lock. What is believed is the alive lock (does any process
of ours live?) and, for a process that is sent a signal, that it holds that lock itself. ``postmaster.pid`` alone is
never believed: after a crash or a reboot the number in it may be anybody's.
"""

import os
import signal
import time
from collections.abc import Callable

from ledger.store.embedded import cluster, connections, credentials, logs, sockets
from ledger.store.embedded.binaries import find_installation
from ledger.store.embedded.credentials import Urls
from ledger.store.embedded.errors import PostgresUnavailable
from ledger.store.embedded.folder import Account, Folder, open_own, write_whole
from ledger.store.embedded.holders import Postmaster, holders, send, works_in
from ledger.store.embedded.locks import is_free
from ledger.store.embedded.process import Programs

_POLL = 0.01
_PAUSE = 0.05  # for a signal to be heard, between two looks at all processes
_GRACE = 2.0  # for processes that end by themselves
_YOUTH = 60.0  # for a server that we started and that has not written its postmaster.pid yet
_READY_TIMEOUT = 600.0  # recovery after a crash reads up to max_wal_size of log
_ANSWER_TIMEOUT = 60.0  # a server that recovers from the death of a backend calls itself ready all the while
_STOP_PATIENCE = 60.0  # a fast shutdown writes shared_buffers to disk
_QUIT_PATIENCE = 10.0
_STARTS = 5  # of a server that is killed while it starts
_ROLES = f"{credentials.OWNER_ROLE},{credentials.APPLICATION_ROLE}"
_HBA = f"local {credentials.DATABASE} {_ROLES} scram-sha-256\n"

# On the command line, where no file and no ALTER SYSTEM can take them back.
_FIXED = {
    "listen_addresses": "",
    "unix_socket_permissions": "0600",
    "port": str(credentials.PORT),
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    # Statements and their details may quote rows, and what the server's log says would outlive an erasure.
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


def ensure_running(folder: Folder, account: Account, is_only_user: Callable[[], bool]) -> Urls:
    """Wait until the server of the folder takes connections, the one that runs or one started now; give its URLs.

    Processes that a killed server left behind are ended first. Raises PostgresUnavailable.
    """
    since, heard = time.monotonic(), logs.sizes(folder)
    before, refused, starts = "", None, 0
    while True:
        if is_free(folder.alive_lock):
            said = logs.said_since(folder, heard) if starts else ""
            if starts and (starts == _STARTS or logs.gives_a_reason(said)):
                raise logs.failure(
                    folder,
                    said,
                    f"PostgreSQL did not start on {folder.data}; if its files are damaged, bring them back from a "
                    f"backup: what it said is in {folder.data / 'log'} and {folder.start_log}.",
                )
            _start(folder, account)
            starts, before = starts + 1, ""
        postmaster = Postmaster.living(folder)
        state = postmaster.status if postmaster is not None else "headless"
        if state != before:
            before, since = state, time.monotonic()
        waited = time.monotonic() - since
        if postmaster is None:
            _end_orphans(folder, waited, _YOUTH if starts else _GRACE)
        elif state == "ready":
            directory = sockets.recorded(folder, account)
            if directory is None:
                _give_up_lost_socket(folder, postmaster, is_only_user)
                continue
            urls = credentials.urls(folder, directory)
            refused = connections.refusal(urls)
            if refused is None:
                return urls
            if refused.wrong_password:
                raise PostgresUnavailable(
                    f"The passwords in {folder.path} are not those of its PostgreSQL: end the programs that use it, "
                    f"delete {folder.owner_passfile.name} and {folder.application_passfile.name}, and start again.",
                    detail=refused.text,
                )
        elif logs.gives_up_again(logs.said_since(folder, heard)):
            # On a disk that is full it recovers, cannot write, and recovers: for ever, as long as there is no room.
            _end(folder, postmaster, gently=False)
            raise logs.failure(
                folder,
                logs.said_since(folder, heard),
                f"PostgreSQL in {folder.path} ended itself: look at its disk, try again.",
            )
        elif state == "stopping" and waited > _GRACE:
            # Nobody of ours stops it, we have the start lock. A slow shutdown that was asked for by hand becomes fast.
            send(postmaster.pid, signal.SIGINT if waited < _STOP_PATIENCE else signal.SIGQUIT)
        if waited > (_ANSWER_TIMEOUT if state == "ready" else _READY_TIMEOUT):
            raise PostgresUnavailable(
                f"PostgreSQL in {folder.path} is {state} but takes no connection: wait, and try again.",
                detail=refused.text if refused is not None else logs.said_since(folder, heard),
            )
        time.sleep(_POLL)


def _start(folder: Folder, account: Account) -> None:
    for path in (folder.alive_lock, folder.start_log):
        os.close(open_own(folder, path))
    version = cluster.version(folder)
    programs = Programs(find_installation(version), folder, account)
    if version is None:
        cluster.create(programs)
    else:
        _clear_stale_pid(folder)
        logs.drop_old(folder)
        if not credentials.present(folder):
            cluster.renew_passwords(programs)
    write_whole(folder, folder.hba, _HBA, 0o644)
    directory = sockets.ready_for_start(folder, account)
    settings = {**_FIXED, "unix_socket_directories": str(directory), "hba_file": str(folder.hba)}
    arguments = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
    programs.spawn("postgres", "-D", str(folder.data), *arguments, reach=[str(folder.data), str(directory)])


def stop(folder: Folder, account: Account) -> None:
    """End the server: open transactions are rolled back, the rest is written. Raises PostgresUnavailable.

    One that still recovers from a crash is left to it: ending it would make the next start begin from the beginning.
    """
    postmaster = Postmaster.living(folder)
    if postmaster is not None:
        if postmaster.status == "starting":
            return
        directory = sockets.recorded(folder, account)
        refused = connections.refusal(credentials.urls(folder, directory)) if directory is not None else None
        _end(folder, postmaster, gently=refused is None or refused.wrong_password)
    sockets.remove(folder, account)


def _end(folder: Folder, postmaster: Postmaster, *, gently: bool) -> None:
    """End the server, by a fast shutdown if that can be hoped to work, else by an immediate one.

    Immediate loses nothing that was committed: the next start recovers as after a crash. PostgreSQL 18.4 never ends if
    it is asked for a fast shutdown while it recovers from the death of one of its backends.
    """
    if gently:
        send(postmaster.pid, signal.SIGINT)
        if _wait_gone(folder, _STOP_PATIENCE):
            return
    send(postmaster.pid, signal.SIGQUIT)
    if not _wait_gone(folder, _QUIT_PATIENCE):
        raise PostgresUnavailable(
            f"PostgreSQL in {folder.path} does not end (process {postmaster.pid}): look whether the disk answers.",
            detail=logs.said_since(folder, {}),
        )


def _wait_gone(folder: Folder, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while not is_free(folder.alive_lock):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL)
    return True


def _give_up_lost_socket(folder: Folder, postmaster: Postmaster, is_only_user: Callable[[], bool]) -> None:
    """End a server that nobody can reach any more, if nobody else uses it; the caller then starts another."""
    if not is_only_user():
        raise PostgresUnavailable(
            f"PostgreSQL in {folder.path} runs, but its socket directory was removed or cannot be seen from here (a "
            f"service with its own /tmp?): end the other programs that use it, and try again."
        )
    _end(folder, postmaster, gently=True)


def _end_orphans(folder: Folder, waited: float, grace: float) -> None:
    """End what a killed postmaster (or a killed set-up) left; idle backends end by themselves within the grace.

    Nothing is lost: what was acknowledged is in the write-ahead log, and without a postmaster nobody else can commit.
    """
    disposable = not folder.data.exists()  # what a killed first start left at work: nothing it makes will be used
    if waited < grace and not disposable:
        return
    orphans = holders(folder)
    if not orphans and waited > grace + _QUIT_PATIENCE:
        raise PostgresUnavailable(
            f"Processes of PostgreSQL that cannot be seen from here (in another container?) work on {folder.path}: "
            f"end them there, and try again."
        )
    for pid in orphans:
        send(pid, signal.SIGKILL if disposable or waited > grace + _QUIT_PATIENCE else signal.SIGQUIT)
    time.sleep(_PAUSE)


def _clear_stale_pid(folder: Folder) -> None:
    """Take away the ``postmaster.pid`` of a dead server.

    No process of ours lives, so the number in it, if it is in use, is a stranger's, and PostgreSQL would refuse to
    start because of it. Only a server that was started by hand, without the alive lock, could be meant: it works in the
    data directory. (Should even that look fail, PostgreSQL's shared memory key stands in the way of a second server.)
    """
    postmaster = Postmaster.read(folder.data)
    if postmaster is not None and works_in(postmaster.pid, folder.data):
        raise PostgresUnavailable(
            f"A PostgreSQL that Shoseki did not start (process {postmaster.pid}) runs on {folder.data}: stop it first."
        )
    (folder.data / "postmaster.pid").unlink(missing_ok=True)
