"""Finding customers' secrets in what a recording shows, piece by piece as it is read (A-10).

Guarantees: a secret that stands in the bytes is found wherever they were cut, also as JSON spells it and with a
terminal's line ends in place of its own. Leaves to others: what to do about it, and what no search for text finds: a
secret typed blind, a picture of one, one that is drawn with escape sequences in its middle, and one of fewer than
``SHORTEST`` bytes, which stands in everything.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from ledger.keys.secret import Secret

SHORTEST: Final = 6


class SecretSearch:
    """Looks for some secrets in one stream of bytes. Holds them in memory, so it lives as long as the reading does."""

    def __init__(self, secrets: Mapping[str, Secret]) -> None:
        """Take the secrets by the ids of their credentials."""
        self._wanted = {credential: forms for credential, secret in secrets.items() if (forms := _spellings(secret))}
        self._found: set[str] = set()
        self._tail = b""
        self._overlap = max((len(form) for forms in self._wanted.values() for form in forms), default=1) - 1

    @property
    def empty(self) -> bool:
        """Tell whether there is nothing to look for."""
        return not self._wanted

    def feed(self, data: bytes) -> frozenset[str]:
        """Read on; give the credentials whose secret was met for the first time, in this piece or across its start."""
        text = self._tail + data
        met = frozenset(
            credential
            for credential, forms in self._wanted.items()
            if credential not in self._found and any(form in text for form in forms)
        )
        self._found |= met
        self._tail = text[-self._overlap :] if self._overlap else b""
        return met

    def __repr__(self) -> str:
        return f"SecretSearch({sorted(self._wanted)})"


def _spellings(secret: Secret) -> tuple[bytes, ...]:
    """Give the secret as it may stand on a screen, or in a recording's file; nothing where it is too short for that."""
    core = secret.reveal().strip()
    if len(core) < SHORTEST:
        return ()
    unix = core.replace(b"\r\n", b"\n")
    shown = {core, unix, unix.replace(b"\n", b"\r\n")}
    return tuple(shown | {spelled for each in shown for spelled in _in_json(each)})


def _in_json(shown: bytes) -> Iterator[bytes]:
    try:
        text = shown.decode()
    except UnicodeDecodeError:
        return
    for ascii_only in (False, True):
        yield json.dumps(text, ensure_ascii=ascii_only)[1:-1].encode()
