"""Making the cluster: complete and durable under its name, or not there at all.

Everything is built in a temporary sibling, with the roles and the database already in it, then written to disk, then
renamed to ``data``. A crash at any point leaves at most a sibling that the next start takes away.

Who can log in. ``shoseki_owner`` owns the database and may create schemas; ``shoseki_application`` may connect and what
the owner grants it. Neither is a superuser, and neither may create roles or databases or read files of the server. The
bootstrap superuser cannot log in at all: it has no password, NOLOGIN, and no line in pg_hba.conf. Set-up that needs it
is done in single-user mode, which takes the files, not the socket.
"""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from ledger.store.embedded.credentials import APPLICATION_ROLE, DATABASE, OWNER_ROLE, Passwords, scram_verifier
from ledger.store.embedded.errors import PostgresUnavailable
from ledger.store.embedded.folder import Folder, sync_directory
from ledger.store.embedded.logs import failure
from ledger.store.embedded.process import Programs

_SUPERUSER = "shoseki_bootstrap"
_STAGING = "new-"

# Defaults for a ledger on one machine, kept in the cluster's postgresql.conf, where an operator may change them.
_SETTINGS = {
    "max_connections": "100",
    "superuser_reserved_connections": "0",  # no superuser can log in
    "max_wal_senders": "0",  # nor can a replica
    # With nobody to send it to, the write-ahead log is kept for crashes alone, and the system's copy of a full segment
    # is let go: the memory that it took serves the next one, which else waits for new memory page by page.
    "wal_level": "minimal",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "min_wal_size": "128MB",
    # A new segment of the write-ahead log is not filled with zeros, which took as long as a fifth of the appending that
    # then fills it. What is committed is as durable. A full disk is met in mid-segment more often than between two, and
    # there the server ends itself: it is started again, with all that was committed, once there is room.
    "wal_init_zero": "off",
    "huge_pages": "off",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",  # reads follow an index; /dev/shm is small in containers
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgres-%a.log",  # seven files, each begun anew after a week
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_checkpoints": "off",
}

# One statement a line: that is how single-user mode reads them.
_SET_UP = f"""\
CREATE ROLE {OWNER_ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE ROLE {APPLICATION_ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE} TEMPLATE template0;
REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;
GRANT CONNECT ON DATABASE {DATABASE} TO {APPLICATION_ROLE};
ALTER ROLE {_SUPERUSER} NOLOGIN;
"""


def create(programs: Programs) -> None:
    """Make the cluster of the folder; the caller holds the start lock. Raises PostgresUnavailable."""
    folder = programs.folder
    for leftover in folder.path.glob(f"{_STAGING}*"):
        _discard(leftover)
    staging = _staging(programs)
    try:
        # Nothing is synced on the way (--no-sync, -F): all of it is at the end, and nothing counts before the rename.
        _checked(programs, staging, "initdb", *_initdb_arguments(staging))
        _set_passwords(programs, staging, "-F", before=_SET_UP)
        _checked(programs, staging, "initdb", "--sync-only", "--pgdata", str(staging))
        staging.rename(folder.data)
        sync_directory(folder.path)
    except BaseException:
        _discard(staging)
        raise


def _discard(staging: Path) -> None:
    shutil.rmtree(staging, ignore_errors=True)
    with suppress(OSError):  # a root without CAP_DAC_OVERRIDE cannot look into it, but an empty one it can remove
        staging.rmdir()


def renew_passwords(programs: Programs) -> None:
    """Give both roles new passwords; no server runs. Raises PostgresUnavailable."""
    _set_passwords(programs, programs.folder.data)


def version(folder: Folder) -> int | None:
    """Give the major version that wrote the cluster, or None where there is no cluster.

    Raises PostgresUnavailable for a data directory that is not a cluster, or not private.
    """
    if not folder.data.exists():
        return None
    if folder.data.stat().st_mode & 0o077:
        raise PostgresUnavailable(f"Other accounts may enter {folder.data}: take that away with chmod 700.")
    try:
        return int((folder.data / "PG_VERSION").read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError) as error:
        raise PostgresUnavailable(
            f"{folder.data} is not a whole PostgreSQL cluster (PG_VERSION is missing or empty): "
            f"bring it back from a backup, or choose another data directory.",
            detail=str(error),
        ) from error


def _staging(programs: Programs) -> Path:
    staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=programs.folder.path))
    if os.geteuid() == 0:
        descriptor = os.open(staging, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            os.fchown(descriptor, programs.account.uid, programs.account.gid)
        finally:
            os.close(descriptor)
    return staging


def _initdb_arguments(staging: Path) -> list[str]:
    return [
        *("--pgdata", str(staging), "--username", _SUPERUSER),
        # Locale C: order and comparison are those of the bytes, on every system and after every upgrade of libc.
        *("--encoding", "UTF8", "--locale", "C"),
        *("--auth", "reject", "--data-checksums", "--no-sync", "--no-instructions"),
        *(argument for name, value in _SETTINGS.items() for argument in ("--set", f"{name}={value}")),
    ]


def _set_passwords(programs: Programs, cluster: Path, *options: str, before: str = "") -> None:
    """Run the statements ``before`` in single-user mode, then set new passwords, then write their files.

    The server's side comes first: a crash in between leaves a file missing, and a missing file brings us here again.
    """
    folder, passwords = programs.folder, Passwords.new()
    for path in (folder.owner_passfile, folder.application_passfile):
        path.unlink(missing_ok=True)
    sync_directory(folder.path)
    statements = before + "".join(
        f"ALTER ROLE {role} PASSWORD '{scram_verifier(password)}';\n"
        for role, password in ((OWNER_ROLE, passwords.owner), (APPLICATION_ROLE, passwords.application))
    )
    # An error ends it (else it goes on and reports success), is printed here, and without the statement it failed on.
    settings = ("exit_on_error=on", "logging_collector=off", "log_min_error_statement=panic")
    arguments = ["--single", "-D", str(cluster), *options]
    arguments += [argument for setting in settings for argument in ("-c", setting)]
    _checked(programs, cluster, "postgres", *arguments, "template1", text=statements)
    passwords.write(folder)


def _checked(programs: Programs, cluster: Path, name: str, *arguments: str, text: str = "") -> None:
    status, output = programs.run(name, *arguments, cluster=cluster, text=text)
    if status != 0:
        raise failure(programs.folder, output, f"PostgreSQL's {name} failed on {programs.folder.path}: see the detail.")
