"""The passwords of the two login roles, and the URLs that use them without showing them.

Passwords are 256 random bits, made here, kept in libpq password files of the folder (0600) and known to the server only
as SCRAM-SHA-256 verifiers (RFC 5803), so they stand in no command line, no URL, no log and no statement.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ledger.store.embedded.errors import PostgresUnavailable
from ledger.store.embedded.folder import Folder, write_whole

DATABASE = "shoseki"
OWNER_ROLE = "shoseki_owner"
APPLICATION_ROLE = "shoseki_application"
PORT = 5432  # only the name of the socket file; nothing listens on a network
_ITERATIONS = 4096  # RFC 7677's minimum, which is plenty for a password that nobody can guess


@dataclass(frozen=True, slots=True)
class Urls:
    """How to connect: ``owner`` for migrations, ``application`` for everything else. They hold no secret."""

    owner: str
    application: str


def urls(folder: Folder, socket_directory: Path) -> Urls:
    """Give the URLs for the server that listens in ``socket_directory``."""
    return Urls(
        owner=_url(OWNER_ROLE, folder.owner_passfile, socket_directory),
        application=_url(APPLICATION_ROLE, folder.application_passfile, socket_directory),
    )


def _url(role: str, passfile: Path, socket_directory: Path) -> str:
    parameters: dict[str, str | bytes] = {
        "host": bytes(socket_directory),
        "port": str(PORT),
        "passfile": bytes(passfile),
        # An empty value here keeps PGPASSWORD and PGHOSTADDR of the environment from taking the place of ours.
        "password": "",
        "hostaddr": "",
        # SCRAM proves the server to the client too: a stranger on our socket gets no password out of us.
        "require_auth": "scram-sha-256",
        "connect_timeout": "10",
    }
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    return f"postgresql://{role}@/{DATABASE}?{query}"


def check_private(folder: Folder) -> None:
    """Refuse password files that others may read, as libpq does. Raises PostgresUnavailable."""
    for path in (folder.owner_passfile, folder.application_passfile):
        if path.exists() and path.stat().st_mode & 0o077:
            raise PostgresUnavailable(f"Other accounts may read the password in {path}: take that away with chmod 600.")


def present(folder: Folder) -> bool:
    """Say whether both password files are there."""
    return folder.owner_passfile.is_file() and folder.application_passfile.is_file()


@dataclass(frozen=True, slots=True)
class Passwords:
    """New passwords on their way into the server (as verifiers) and into their files."""

    owner: str
    application: str

    @classmethod
    def new(cls) -> "Passwords":
        """Make two passwords from the system's random source."""
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32))

    def write(self, folder: Folder) -> None:
        """Put them into their files, durably."""
        for path, role, password in (
            (folder.owner_passfile, OWNER_ROLE, self.owner),
            (folder.application_passfile, APPLICATION_ROLE, self.application),
        ):
            write_whole(folder, path, f"*:*:{DATABASE}:{role}:{password}\n", 0o600)


def scram_verifier(password: str) -> str:
    """Give what PostgreSQL stores for a password: ``SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey``."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    stored_key = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    encoded = [base64.b64encode(part).decode() for part in (salt, stored_key, server_key)]
    return f"SCRAM-SHA-256${_ITERATIONS}:{encoded[0]}${encoded[1]}:{encoded[2]}"
