"""Signed notes and their verifier keys (C2SP signed-note; docs/record-format.md, section 5).

Guarantees: ``open_note`` returns a text only when a known key signed it and no signature of a known key is wrong;
signatures of unknown keys are ignored. Leaves to others: which keys are pinned and for which sizes (``policy``,
``trust``), and where private keys are (a :class:`Signer` signs wherever it wants to).

    text           one or more lines, each ending in LF
    blank line     LF; the last empty line of the note separates the text from the signatures
    signatures     one or more of: — <key name> base64(key id (4 bytes) ‖ signature) LF

    key id         the first 4 bytes of H(key name ‖ LF ‖ algorithm ‖ public key)
    verifier key   <key name>+<hex key id>+base64(algorithm ‖ public key)
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.log import base64_text
from ledger.log.errors import FormatError, NoteError, UnknownFormatError

ED25519 = 0x01
COSIGNATURE = 0x04
"""A witness's Ed25519 signature with a time (C2SP tlog-cosignature)."""
MAX_NOTE_BYTES = 512 * 1024
MAX_SIGNATURES = 64
KEY_ID_BYTES = 4
_PUBLIC_KEY_BYTES = 32

_VKEY = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})\Z")
_SIGNATURE_LINE = re.compile(r"— ([^ ]+) ([A-Za-z0-9+/]+={0,2})\Z")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class UnknownKeyError(NoteError):
    """No known key signed the note. Pin the right key, or get the note from the right log."""


class Signer(Protocol):
    """Something that signs notes. The private key stays with it."""

    @property
    def name(self) -> str:
        """The key name, which is the log's origin."""

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of H(key name ‖ LF ‖ algorithm ‖ public key)."""

    def sign(self, message: bytes) -> bytes:
        """Give the signature over ``message``, complete as the key's algorithm defines it."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name. ``algorithm`` says what it signs: a text, or with a time (``COSIGNATURE``)."""

    name: str
    algorithm: int
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """Tell the 4 bytes that, with the name, tell which key made a signature."""
        return key_id(self.name, self.algorithm, self.public_key)

    @property
    def text(self) -> str:
        """Give the key as text: the one spelling that ``parse_vkey`` accepts."""
        armored = base64_text.encode(bytes([self.algorithm]) + self.public_key)
        return f"{self.name}+{self.key_id.hex()}+{armored}"


class Signature(NamedTuple):
    """One signature line: who signed, and what stands after the key id."""

    name: str
    key_id: bytes
    signature: bytes


class Note(NamedTuple):
    """A note's text and its signatures."""

    text: str
    signatures: tuple[Signature, ...]


def key_id(name: str, algorithm: int, public_key: bytes) -> bytes:
    """Give the key id of a public key: the first 4 bytes of H(name ‖ LF ‖ algorithm ‖ public key)."""
    return sha256(name.encode() + b"\n" + bytes([algorithm]) + public_key).digest()[:KEY_ID_BYTES]


def parse_vkey(text: str) -> VerifierKey:
    """Give the key that a verifier key text names.

    Raises FormatError for any other spelling, and where name, key id and key do not belong together;
    UnknownFormatError for an algorithm that this program does not know.
    """
    match = _VKEY.match(text)
    if match is None:
        raise FormatError(f"{text!r} is not a verifier key (name+key id+key).")
    name, claimed, armored = match.groups()
    check_name(name)
    material = base64_text.decode(armored)
    algorithm, public_key = material[0], material[1:]
    if algorithm not in {ED25519, COSIGNATURE}:
        raise UnknownFormatError(f"The key {name} has the signature algorithm {algorithm:#04x}, unknown here.")
    if len(public_key) != _PUBLIC_KEY_BYTES:
        raise FormatError(f"The key {name} has {len(public_key)} bytes; an Ed25519 key has {_PUBLIC_KEY_BYTES}.")
    key = VerifierKey(name, algorithm, public_key)
    if key.key_id.hex() != claimed:
        raise FormatError(f"The key id {claimed} does not belong to the key {name}.")
    return key


def check_name(name: str) -> None:
    """Raise FormatError unless ``name`` can name a key: not empty, no spaces, no plus, no control characters."""
    if not name or "+" in name or _CONTROL.search(name) or any(character.isspace() for character in name):
        raise FormatError(f"{name!r} is not a key name (not empty, no spaces, no plus).")


def sign_note(text: str, signers: Sequence[Signer]) -> bytes:
    """Give the note of ``text`` with a signature line of each signer, in their order.

    Raises FormatError where text and names cannot make a note.
    """
    lines = []
    for signer in signers:
        check_name(signer.name)
        lines.append(f"— {signer.name} {base64_text.encode(signer.key_id + signer.sign(text.encode()))}\n")
    note = f"{text}\n{''.join(lines)}".encode()
    parse_note(note)
    return note


def parse_note(data: bytes) -> Note:
    """Give text and signatures, nothing verified; raise FormatError where the bytes are not a note."""
    if len(data) > MAX_NOTE_BYTES:
        raise FormatError(f"The note has {len(data)} bytes; at most {MAX_NOTE_BYTES} are read.")
    try:
        note = data.decode()
    except UnicodeDecodeError:
        raise FormatError("The note is not UTF-8.") from None
    if _CONTROL.search(note):
        raise FormatError("The note holds a control character.")
    text, separator, block = note.rpartition("\n\n")
    if not separator or not block.endswith("\n"):
        raise FormatError("The note is not a text, a blank line and signature lines.")
    lines = block[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise FormatError(f"The note has {len(lines)} signatures; at most {MAX_SIGNATURES} are read.")
    return Note(text + "\n", tuple(_parse_signature(line) for line in lines))


def open_note(data: bytes, keys: Sequence[VerifierKey]) -> Note:
    """Give the text with the verified signatures alone, in the order of the note.

    Raises FormatError where it is no note, NoteError for a wrong signature of a known key, UnknownKeyError when no
    known key signed it.
    """
    note = parse_note(data)
    known = {(key.name, key.key_id): key for key in keys}
    verified = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is not None:
            _verify(key, note.text, signature.signature)
            verified.append(signature)
    if not verified:
        names = ", ".join(sorted({signature.name for signature in note.signatures}))
        raise UnknownKeyError(f"No known key signed the note; it is signed by {names}.")
    return Note(note.text, tuple(verified))


def cosigned_message(text: str, timestamp: int) -> bytes:
    """Give what a witness signs for a checkpoint text at a POSIX time. C2SP tlog-cosignature, Ed25519."""
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def cosignature_time(signature: Signature) -> int:
    """Give the POSIX time, in seconds, that a verified cosignature tells."""
    return int.from_bytes(signature.signature[:8], "big")


def _parse_signature(line: str) -> Signature:
    match = _SIGNATURE_LINE.match(line)
    if match is None:
        raise FormatError("A signature line of the note is not of the form: — name base64.")
    name, armored = match.groups()
    check_name(name)
    data = base64_text.decode(armored)
    if len(data) <= KEY_ID_BYTES:
        raise FormatError("A signature line of the note holds no signature.")
    return Signature(name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])


def _verify(key: VerifierKey, text: str, signature: bytes) -> None:
    message = text.encode()
    if key.algorithm == COSIGNATURE:
        message = cosigned_message(text, int.from_bytes(signature[:8], "big"))
        signature = signature[8:]
    try:
        Ed25519PublicKey.from_public_bytes(key.public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise NoteError(f"The signature of the key {key.name} does not belong to the note.") from None
