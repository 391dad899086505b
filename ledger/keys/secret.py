"""A customer's secret while a program holds it: it shows itself to nobody who does not ask for it by name.

Guarantees: neither ``repr``, ``str``, a format, a traceback's locals nor a pickle carries it; comparing takes the same
time wherever two secrets differ. Leaves to others: the memory of the process, which Python cannot clear for certain.
"""

import hmac
from typing import Final, NoReturn

MAX_BYTES: Final = 16_384
"""Enough for a private key with its certificate chain."""


class SecretFormError(ValueError):
    """What was given cannot be a secret: its text never repeats it."""


class Secret:
    """Some bytes that are told only by :meth:`reveal`."""

    __slots__ = ("__bytes",)

    def __init__(self, secret: bytes) -> None:
        """Take the bytes; raise SecretFormError for none, and for more than ``MAX_BYTES``."""
        if not 0 < len(secret) <= MAX_BYTES:
            raise SecretFormError(f"A secret has 1 to {MAX_BYTES} bytes: this one has {len(secret)}.")
        self.__bytes = secret

    def reveal(self) -> bytes:
        """Tell the secret: to a person who may have it, or to what seals it."""
        return self.__bytes

    def stands_in(self, text: str) -> bool:
        """Tell whether a text says the secret, however its ends are spaced; the text is one that must not."""
        core = self.__bytes.strip()
        return bool(core) and core in text.encode(errors="surrogatepass")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self.__bytes, other.__bytes)

    __hash__ = None  # type: ignore[assignment]  # a hash of a secret would tell secrets apart in a table

    def __repr__(self) -> str:
        return "Secret(…)"

    def __format__(self, _spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret is not pickled: it would rest where nobody erases it.")
