"""The keyring: the key-encryption keys under which every half and every signing key is wrapped.

Guarantees: a wrapped secret opens only under the key that wrapped it, for the log, kind and name it was wrapped for.
The file is made once, by one of any number of racing processes, and never overwritten by a creation. Leaves to others:
confirming its backup (``backup``), changing its keys (``rotation``), keeping what is wrapped (``sqlite``, ``signer``).

Whoever loses this file has lost every payload of the log for ever, and the log can sign nothing more: the halves and
signing keys are there, and nobody can open them. docs/keys.md says it at length; ``backup.warning`` says it in time.

    keyring   JSON: {"about", "current": id, "format": "shoseki-keyring-1", "keys": [{"created_at", "id", "key"}, …],
              "origin"}; key = 32 random bytes in hex; id = the first 16 hex digits of
              SHA-256("shoseki key-encryption key v1" ‖ LF ‖ key)
    wrapped   0x01 ‖ id (8 bytes) ‖ nonce (12 random bytes) ‖ AES-256-GCM(key, nonce, secret (32 bytes),
              aad = "shoseki wrap v1" ‖ LF ‖ origin ‖ LF ‖ kind ‖ LF ‖ name ‖ LF ‖ 0x01 ‖ id)
"""

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal, Self, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.keys import private_file
from ledger.keys.errors import (
    KeyringDamagedError,
    KeyringMissingError,
    KeyringWrongError,
    KeysForeignError,
    KeysFormatError,
    SecretDamagedError,
)
from ledger.log.members import check_origin, format_at

FORMAT: Final = "shoseki-keyring-1"
SECRET_BYTES: Final = 32
WRAPPED_BYTES: Final = 1 + 8 + 12 + SECRET_BYTES + 16
GONE: Final = bytes(WRAPPED_BYTES)
"""What stands where a wrapped secret was destroyed: as long as the secret, so that it is overwritten in its place."""

Kind = Literal["half", "signer"]
_T = TypeVar("_T")

_VERSION = b"\x01"
_NAME_END = 1 + 8
_NONCE_END = _NAME_END + 12
_HEX_KEY = re.compile(r"[0-9a-f]{64}\Z")
_ABOUT = (
    "Key-encryption keys of a Shoseki evidence log. Without this file no payload of the log can ever be read and "
    "nothing can be signed. Keep a copy in another place, as secret as this one. "
    "証跡ログの鍵束です。失うと記録の内容は二度と読めません。別の場所に、同じく秘密に、控えを保管してください。"
)


@dataclass(frozen=True, slots=True)
class WrappingKey:
    """One key-encryption key. Its id is a digest of it, so a changed key cannot keep its id."""

    secret: bytes = field(repr=False)
    created_at: str

    @classmethod
    def new(cls, at: datetime) -> Self:
        """Make a random key."""
        return cls(secrets.token_bytes(SECRET_BYTES), format_at(at))

    @property
    def id(self) -> str:
        """The name of this key: 16 hex digits."""
        return sha256(b"shoseki key-encryption key v1\n" + self.secret).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class KeyringContent:
    """What a keyring file says. ``keys`` are in the order of their making; ``current`` is the id of one of them."""

    origin: str
    current: str
    keys: tuple[WrappingKey, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The names of all keys, the newest last."""
        return tuple(key.id for key in self.keys)

    def key(self, key_id: str) -> WrappingKey | None:
        """Give the key of this name, or None."""
        return next((key for key in self.keys if key.id == key_id), None)

    def to_bytes(self) -> bytes:
        """Give the bytes of the file."""
        keys = [{"created_at": key.created_at, "id": key.id, "key": key.secret.hex()} for key in self.keys]
        members = {"about": _ABOUT, "current": self.current, "format": FORMAT, "keys": keys, "origin": self.origin}
        return json.dumps(members, ensure_ascii=False, indent=2).encode() + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes, path: Path) -> Self:
        """Read the bytes of a file.

        Raises KeyringDamagedError where they are not a whole keyring, KeysFormatError for another version of one.
        """
        try:
            members = json.loads(data)
        except (ValueError, RecursionError):  # its text and its attributes would show the file's content
            raise KeyringDamagedError(path, "it is not JSON") from None
        found = members.get("format") if isinstance(members, dict) else None
        if found != FORMAT:
            if isinstance(found, str) and found.startswith("shoseki-keyring-"):
                raise KeysFormatError(path, found)
            raise KeyringDamagedError(path, "it is not a keyring")
        content = cls._from_members(members)
        if content is None:
            raise KeyringDamagedError(path, "a key is missing, misspelt or does not match its id")
        return content

    @classmethod
    def _from_members(cls, members: dict[str, Any]) -> Self | None:
        match members:
            case {"origin": str(origin), "current": str(current), "keys": [_, *_] as listed}:
                keys = tuple(_wrapping_key(item) for item in listed)
            case _:
                return None
        whole = tuple(key for key in keys if key is not None)
        content = cls(origin, current, whole)
        return content if len(whole) == len(keys) and content.key(current) is not None else None


def _wrapping_key(item: object) -> WrappingKey | None:
    match item:
        case {"created_at": str(created_at), "id": str(key_id), "key": str(key)} if _HEX_KEY.match(key):
            read = WrappingKey(bytes.fromhex(key), created_at)
            return read if read.id == key_id else None
    return None


class Keyring:
    """The keys of one log's keyring file. Safe to share between threads; :meth:`reload` reads the file again."""

    def __init__(self, path: Path, origin: str) -> None:
        """Read the keyring of the log ``origin``.

        Raises KeyringMissingError, KeyringDamagedError, KeysForeignError, KeysExposedError, KeysFormatError.
        """
        self.path = path.resolve()
        self.origin = origin
        self._content = self._read()

    @classmethod
    def open_or_create(cls, path: Path, origin: str, at: datetime) -> Self:
        """Read the keyring, or make one with a first random key where the file is absent.

        Raises ledger.log.errors.FormatError for an origin that no log has; otherwise as opening does. Who calls this
        must know that nothing was ever wrapped under an earlier file at ``path`` (``directory`` does).
        """
        check_origin(origin)
        path = path.resolve()
        private_file.make_directory(path.parent)
        with private_file.exclusive(path.parent):
            first = WrappingKey.new(at)
            fresh = KeyringContent(origin, first.id, (first,)).to_bytes()
            private_file.install(path, lambda new: private_file.write(new, fresh))
        return cls(path, origin)

    @property
    def content(self) -> KeyringContent:
        """What the file said when it was last read."""
        return self._content

    def reload(self) -> None:
        """Read the file again: another process may have rotated it."""
        self._content = self._read()

    def wrap(self, secret: bytes, *, kind: Kind, name: str) -> bytes:
        """Wrap a secret of 32 bytes under the current key."""
        content = self._content
        key = content.key(content.current)
        assert key is not None, "a keyring holds its current key"
        assert len(secret) == SECRET_BYTES, "halves and Ed25519 seeds have 32 bytes"
        head = _VERSION + bytes.fromhex(key.id)
        nonce = secrets.token_bytes(12)
        return head + nonce + AESGCM(key.secret).encrypt(nonce, secret, self._aad(head, kind, name))

    def unwrap(self, wrapped: bytes, *, kind: Kind, name: str) -> bytes:
        """Open a wrapped secret.

        Raises KeyringWrongError when it was wrapped under a key that is not here, SecretDamagedError when it does not
        open under the key that is.
        """
        if len(wrapped) != WRAPPED_BYTES or wrapped[:1] != _VERSION:
            raise SecretDamagedError(kind, name)
        head = wrapped[:_NAME_END]
        content = self._content
        key = content.key(head[1:].hex())
        if key is None:
            raise KeyringWrongError(self.path, head[1:].hex(), content.ids)
        try:
            box = wrapped[_NONCE_END:]
            return AESGCM(key.secret).decrypt(wrapped[_NAME_END:_NONCE_END], box, self._aad(head, kind, name))
        except InvalidTag:
            raise SecretDamagedError(kind, name) from None

    def require(self, wrapped: bytes) -> None:
        """Raise KeyringWrongError where this was wrapped under a key that is not here; damage shows on opening."""
        key_id = wrapped[1:_NAME_END].hex()
        if len(wrapped) == WRAPPED_BYTES and wrapped[:1] == _VERSION and self._content.key(key_id) is None:
            raise KeyringWrongError(self.path, key_id, self._content.ids)

    def after_rotation(self, attempt: Callable[[], _T]) -> _T:
        """Give what ``attempt`` gives; when it meets an unknown key, read the file again and let it try once more.

        ``attempt`` reads the wrapped bytes anew: a rotation may have come between reading them and opening them.
        """
        try:
            return attempt()
        except KeyringWrongError:
            self.reload()
            return attempt()

    def rewrap(self, wrapped: bytes, *, kind: Kind, name: str) -> bytes:
        """Wrap a wrapped secret under the current key; the same bytes where it is already."""
        if wrapped[1:_NAME_END].hex() == self._content.current:
            return wrapped
        return self.wrap(self.unwrap(wrapped, kind=kind, name=name), kind=kind, name=name)

    def _aad(self, head: bytes, kind: Kind, name: str) -> bytes:
        return b"shoseki wrap v1\n%b\n%b\n%b\n%b" % (self.origin.encode(), kind.encode(), name.encode(), head)

    def _read(self) -> KeyringContent:
        try:
            data = private_file.read(self.path)
        except FileNotFoundError:
            raise KeyringMissingError(self.path) from None
        content = KeyringContent.from_bytes(data, self.path)
        if content.origin != self.origin:
            raise KeysForeignError(self.path, self.origin, content.origin)
        return content
