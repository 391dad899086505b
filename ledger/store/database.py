"""Connections to the log's database, and PostgreSQL's errors under the names that callers know.

Owner and application connect by separate URLs and roles: the owner runs migrations, the application appends and reads.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection, errors
from psycopg.conninfo import conninfo_to_dict

from ledger.store.errors import (
    DatabaseFullError,
    DatabaseUnavailableError,
    DatabaseUnreachableError,
    ForeignRowError,
    LogMissingError,
    StoreError,
)

_CONNECT_SECONDS = 10
_APPENDED = frozenset({"chain", "destroyed_pair", "entry", "idempotency", "key", "payload", "tag"})
_TOO_LARGE, _TOO_BUSY = "54", "53"  # classes of SQLSTATE: a limit of the program's, and one of what it has at hand
_TIME_LIMITS = (errors.QueryCanceled, errors.IdleInTransactionSessionTimeout, errors.TransactionTimeout)
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,54}").fullmatch
# Times come as UTC whatever the server's zone; statements are planned for their values, because one tag may stand for
# three entries and another for a million; nobody waits for a lock for ever.
_OPTIONS = "-c TimeZone=UTC -c plan_cache_mode=force_custom_plan -c lock_timeout=30s -c jit=off"


def check_schema(schema: str) -> None:
    """Raise StoreError unless this can name the schema of a log, and with a prefix its notification channel."""
    if not _SCHEMA(schema):
        raise StoreError(
            f"{schema!r:.80} cannot name a log's schema: use lower-case letters, digits and _, at most 55 of them."
        )


def connect(url: str, *, application: str = "shoseki") -> Connection[Any]:
    """Give a new connection in autocommit mode; raise DatabaseUnavailableError in one sentence."""
    try:
        parameters = _parameters(url, application)
    except psycopg.ProgrammingError as error:
        raise DatabaseUnavailableError(f"The database URL cannot be used ({_first_line(error)}).") from None
    with named_errors():
        return psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_SECONDS, **parameters)


def role_of(url: str) -> str:
    """Give the role that a URL connects as; raise DatabaseUnavailableError."""
    with connect(url) as connection:
        return connection.info.user


def _parameters(url: str, application: str) -> dict[str, Any]:
    given = conninfo_to_dict(url).get("options") or ""
    return {"application_name": application, "options": f"{given} {_OPTIONS}".strip()}


_LAST_WORDS = ("FATAL", "PANIC")
"""How grave an error is after which the server, or its session, is gone."""


@contextmanager
def named_errors() -> Iterator[None]:
    """Turn what psycopg raises into a StoreError of one sentence."""
    try:
        yield
    except (errors.DiskFull, errors.OutOfMemory) as error:
        if error.diag.severity_nonlocalized in _LAST_WORDS:  # a commit may be in the write-ahead log already
            raise _unreachable(error) from error
        raise DatabaseFullError(
            "The database has no room left and nothing of the last append was written: make room, then do it again."
        ) from error
    except (errors.UndefinedTable, errors.InvalidSchemaName) as error:
        raise LogMissingError("There is no log in this database and schema: make one with 'shoseki init'.") from error
    except errors.InsufficientPrivilege as error:
        raise StoreError(f"The database refuses ({_first_line(error)}): check the role in the database URL.") from error
    except errors.LockNotAvailable as error:
        raise DatabaseUnavailableError("Another session holds the log for too long: end it, or try again.") from error
    except _TIME_LIMITS as error:
        raise _timed_out(error) from error
    except errors.UniqueViolation as error:
        table = error.diag.table_name
        if table not in _APPENDED:
            raise StoreError(f"The database refused ({_first_line(error)}); run 'shoseki fsck'.") from error
        # Appends take turns and number without gaps: what is in their way was put there by another hand.
        where = (error.diag.message_detail or "").rstrip(".")
        raise ForeignRowError(
            f"The table {table} holds a row that no append made ({where}), so nothing was written: run 'shoseki fsck', "
            "which names it, let the database's owner remove that row, and change the application's password."
        ) from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise _unserved(error) from error
    except psycopg.Error as error:
        if type(error) is psycopg.DatabaseError and error.sqlstate is None:
            # Not the server's answer, which has a state: libpq's own, where writing to it failed.
            raise _unreachable(error) from error
        raise StoreError(f"The database refused ({_first_line(error)}); run 'shoseki fsck'.") from error


def _timed_out(error: Exception) -> DatabaseUnavailableError:
    return DatabaseUnavailableError(
        f"The database broke this off, at a time limit or because somebody told it to ({_first_line(error)}): try"
        " again, or raise the limits of the role in the database URL."
    )


def _unserved(error: psycopg.Error) -> StoreError:
    """Tell an answer that says why the server does not serve this from no answer at all."""
    state = error.sqlstate or ""
    if state.startswith(_TOO_LARGE):
        return StoreError(f"The database refused ({_first_line(error)}); run 'shoseki fsck'.")
    if state.startswith(_TOO_BUSY):
        return DatabaseUnavailableError(
            f"The database has too much to do for this ({_first_line(error)}): end what else uses it, or try again."
        )
    return _unreachable(error)


def _unreachable(error: psycopg.Error) -> DatabaseUnavailableError:
    return DatabaseUnreachableError(_first_line(error))


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
