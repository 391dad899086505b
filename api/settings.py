"""What is configured: read once from the environment, frozen, and shown without secrets.

SHOSEKI_DIR                  the data directory (default: shoseki in the user's data directory)
SHOSEKI_DATABASE_URL         the application's URL of a PostgreSQL 15 or newer; unset: one of our own in SHOSEKI_DIR
SHOSEKI_OWNER_DATABASE_URL   the owner's URL, for migrations (default: the application's)
SHOSEKI_KEYRING              where the keyring is (default: keys/keyring.json in SHOSEKI_DIR)
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ledger.application.errors import LedgerError

_FORMAT = "shoseki-settings-1"
_FILE = "shoseki.json"


class NotInitialisedError(LedgerError):
    """The data directory holds no log yet."""

    def __init__(self, directory: Path) -> None:
        super().__init__(f"{directory} holds no log: make one with 'shoseki init', or name the right directory.")
        self.directory = directory


class AlreadyInitialisedError(LedgerError):
    """The data directory holds another log."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where a log's parts are."""

    directory: Path
    database_url: str | None = None
    owner_database_url: str | None = None
    keyring: Path | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, directory: Path | None = None) -> Self:
        """Read the environment; ``directory`` (from the command line) goes before it."""
        chosen = directory or (Path(named) if (named := environment.get("SHOSEKI_DIR")) else _default(environment))
        database_url = environment.get("SHOSEKI_DATABASE_URL") or None
        keyring = environment.get("SHOSEKI_KEYRING")
        return cls(
            chosen.absolute(),
            database_url,
            environment.get("SHOSEKI_OWNER_DATABASE_URL") or database_url,
            Path(keyring).absolute() if keyring else None,
        )

    @property
    def keys(self) -> Path:
        """Give the directory of keys: never in the same backup as the database."""
        return self.directory / "keys"

    @property
    def blobs(self) -> Path:
        """Give the directory of sealed recordings."""
        return self.directory / "blobs"

    @property
    def checkpoints(self) -> Path:
        """Give the file that remembers what was signed: in no backup, never restored."""
        return self.directory / "checkpoints" / "signed.sqlite"

    @property
    def open_subjects(self) -> Path:
        """Give the file in which runs of the clock remember what is open: made anew where it is lost."""
        return self.directory / "open-subjects.json"

    @property
    def policy(self) -> Path:
        """Give the file that verifiers are to pin."""
        return self.directory / "policy.json"


@dataclass(frozen=True, slots=True)
class Identity:
    """What the data directory says of its log."""

    origin: str
    schema: str

    def write(self, directory: Path) -> None:
        """Write it where there is none; raise AlreadyInitialisedError where there is another."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = directory / _FILE
        text = json.dumps({"format": _FORMAT, "origin": self.origin, "schema": self.schema}, indent=1) + "\n"
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            if (there := self.read(directory)) != self:
                raise AlreadyInitialisedError(
                    f"{directory} holds the log {there.origin} already: name another directory for {self.origin}."
                ) from None

    @classmethod
    def read(cls, directory: Path) -> Self:
        """Read it; raise NotInitialisedError or LedgerError."""
        try:
            members = json.loads((directory / _FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise NotInitialisedError(directory) from None
        except OSError as error:
            raise LedgerError(f"{directory / _FILE} cannot be read ({error.strerror}): check who owns it.") from None
        except ValueError:
            members = None
        match members:
            case {"format": found, "origin": str(origin), "schema": str(schema)} if found == _FORMAT:
                return cls(origin, schema)
        raise LedgerError(f"{directory / _FILE} is damaged: restore it from a backup.")


def _default(environment: Mapping[str, str]) -> Path:
    data = environment.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "shoseki"
