"""Data keys as the store uses them: made of two halves on demand, remembered for a minute, forgotten on destruction.

Guarantees: what was derived from a destroyed half is used no more after ``REMEMBER_SECONDS``, and at once when the
destruction went through this process; what is over is let go when something else is derived. Leaves to others: keeping
the halves (``ledger.keys``), announcing them (the sequencer).
"""

import hmac
import threading
import time
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

from ledger.keys.errors import HalfDestroyedError, HalfUnknownError
from ledger.keys.ports import HalfStore
from ledger.log.seal import Sealer, derive_data_key, half_check

REMEMBER_SECONDS = 60.0
_REMEMBER_KEYS = 4096  # five hundred customers on eight keys each; more only costs a derivation
_BLOCK = 64  # SHA-256's, to which HMAC fills its key up
_INNER = bytes(each ^ 0x36 for each in range(256))
_OUTER = bytes(each ^ 0x5C for each in range(256))


@dataclass(frozen=True, slots=True)
class DataKey:
    """What seals one chain's payloads of one epoch, with the checks by which both halves are announced."""

    sealer: Sealer
    epoch_check: str
    chain_check: str
    until: float
    """When it must not be remembered any more, in seconds of the monotonic clock."""


@dataclass(frozen=True, slots=True)
class ChainSecret:
    """What one chain half gives besides data keys: its check, and the key for idempotency marks."""

    check: str
    mark_key: bytes
    _inner: bytes = field(init=False, repr=False, compare=False)
    _outer: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the two blocks that HMAC begins its hashes with: two marks are made for every record with a key."""
        key = self.mark_key.ljust(_BLOCK, b"\0")
        object.__setattr__(self, "_inner", key.translate(_INNER))
        object.__setattr__(self, "_outer", key.translate(_OUTER))

    @classmethod
    def of(cls, origin: str, chain: str, half: bytes) -> "ChainSecret":
        """Derive it from a chain's half."""
        label = b"shoseki idempotency v1\n" + origin.encode() + b"\n" + chain.encode()
        return cls(half_check(origin, chain, half), hmac.digest(half, label, "sha256"))

    def mark(self, kind: str, data: bytes) -> bytes:
        """Give HMAC-SHA-256 of ``data`` under the chain half: nothing about it outlives the half."""
        # Written out, because setting up OpenSSL's HMAC costs more than the two hashes.
        return sha256(self._outer + sha256(self._inner + kind.encode() + b"\n" + data).digest()).digest()


class Custody:
    """Gives data keys and chain secrets of one log. Safe to share between threads."""

    def __init__(self, halves: HalfStore, origin: str) -> None:
        """Take the halves of the log ``origin``."""
        self.halves = halves
        self.origin = origin
        self._lock = threading.Lock()
        self._keys: dict[tuple[str, str], DataKey] = {}
        self.forgotten = 0
        """How often ``forget`` was called: whoever keeps a data key compares."""
        self._chains: dict[str, tuple[float, ChainSecret]] = {}
        self._swept = 0.0

    def for_sealing(self, chain: str, key: str) -> DataKey:
        """Give the data key, making the epoch half when it is new. The chain half must be there.

        Raises KeysError when a half is unknown, destroyed or unreadable.
        """
        return self._data_key(chain, key, create=True)

    def for_opening(self, chain: str, key: str) -> DataKey | None:
        """Give the data key, or None when one of its halves is not there any more (or never was).

        Raises KeysError when the halves cannot be read: a lost keyring is no erasure.
        """
        try:
            return self._data_key(chain, key, create=False)
        except (HalfUnknownError, HalfDestroyedError):
            return None

    def chain_secret(self, chain: str) -> ChainSecret:
        """Give what the chain half gives; raise KeysError when it is unknown, destroyed or unreadable."""
        now = time.monotonic()
        with self._lock:
            known = self._chains.get(chain)
        if known is not None and known[0] > now:
            return known[1]
        secret = ChainSecret.of(self.origin, chain, self.halves.open(chain))
        with self._lock:
            self._let_go(now)
            self._chains[chain] = (now + REMEMBER_SECONDS, secret)
        return secret

    def forget(self) -> None:
        """Forget every derived key: called when something was destroyed."""
        with self._lock:
            self.forgotten += 1
            self._keys.clear()
            self._chains.clear()

    def _let_go(self, now: float) -> None:
        """Let go of what is over, once in a while; under the lock."""
        if now < self._swept + REMEMBER_SECONDS and len(self._keys) < _REMEMBER_KEYS:
            return
        self._swept = now
        full = len(self._keys) >= _REMEMBER_KEYS
        self._keys = {} if full else {name: each for name, each in self._keys.items() if each.until > now}
        self._chains = {name: each for name, each in self._chains.items() if each[0] > now}

    def _data_key(self, chain: str, key: str, *, create: bool) -> DataKey:
        now = time.monotonic()
        with self._lock:
            known = self._keys.get((chain, key))
        if known is not None and known.until > now:
            return known
        chain_half = self.halves.open(chain)
        epoch_half = self.halves.create(key) if create else self.halves.open(key)
        derived = derive_data_key(epoch_half, chain_half, origin=self.origin, chain=chain, key=key)
        data_key = DataKey(
            Sealer(derived, origin=self.origin, chain=chain, key=key),
            half_check(self.origin, key, epoch_half),
            half_check(self.origin, chain, chain_half),
            now + REMEMBER_SECONDS,
        )
        with self._lock:
            self._let_go(now)
            self._keys[chain, key] = data_key
        return data_key


def content_mark_input(
    type_: str, tags: tuple[str, ...], public: bytes, key_class: str, subject: str, payload: bytes
) -> bytes:
    """Give the bytes over which "the same content" is decided: lengths first, so that no two contents coincide."""
    head = _content_head(type_, tags, public, key_class, subject)
    return sha256(head + len(payload).to_bytes(8, "big") + payload).digest()


@lru_cache(maxsize=256)  # the records of one import or job share all but their payloads
def _content_head(type_: str, tags: tuple[str, ...], public: bytes, key_class: str, subject: str) -> bytes:
    parts = (type_.encode(), "\n".join(tags).encode(), public, key_class.encode(), subject.encode())
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)
