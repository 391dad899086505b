"""The remote framebuffer protocol (RFC 6143) as far as a recording must be understood: who got in, and what was typed.

A connection is two byte streams. Each is read by a *script*, a generator that asks for the next field by its length and
says what is to become of it; :class:`Reader` drives a script with pieces of any size and gives back, for every piece,
the bytes that may be kept. A field is either passed on or blanked: replaced by as many zero bytes, so that all lengths
and the order of messages stay, and the kept stream can be read again.

When a script meets something that it does not know, it is lost for good: nothing after that point is passed on, since
the keystrokes in it cannot be told from the rest.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple


class Field(NamedTuple):
    """The next bytes that a script asks for."""

    size: int
    keep: bool = True
    """Whether they may be kept; else they are blanked."""


PAUSE = Field(0)
"""Asks for nothing, but only when more bytes are there: until then the other direction may tell what is needed."""

Script = Generator[Field, bytes, None]


class LostError(Exception):
    """A script met bytes that it does not know; ``str()`` says which kind, without quoting secrets."""


@dataclass
class Session:
    """What was learned of a connection, by the scripts of both directions."""

    minor: int | None = None
    """The protocol version 3.x that the client chose: 3, 7 or 8."""
    security_type: int | None = None
    login: Literal["accepted", "failed"] | None = None
    login_failure: str | None = None
    width: int = 0
    height: int = 0
    name: str | None = None
    key_presses: int = 0
    key_events: int = 0
    pointer_messages: int = 0
    cut_texts: int = 0
    """Clipboard texts sent by the client."""
    cut_text_bytes: int = 0
    keys_cut: int = 0
    """Key events that named a key, which is blanked: none, where the stream was blanked before."""
    texts_cut: int = 0
    answers_cut: int = 0
    power_actions: int = 0
    """Requests to shut down, reboot or reset the machine (xvp)."""
    encodings: set[int] = field(default_factory=set)

    @property
    def cut(self) -> int:
        """How many key events, clipboard texts and login answers held something and were blanked."""
        return self.keys_cut + self.texts_cut + self.answers_cut


class Reader:
    """Drives one script over one direction of a connection."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._seen = bytearray()
        self._missing = 0
        self._field = Field(0)
        self.lost: str | None = None
        """Why the rest of this direction is not understood, or None."""
        self.done = False
        """The script has seen all it wanted; what follows is passed on."""
        self._ask(first=True)

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes; give those that may be kept."""
        kept = bytearray()
        at = 0
        while at < len(data) and self.lost is None:
            if self.done:
                return bytes(kept) + data[at:]
            if self._missing == 0:
                self._ask()  # what was paused goes on
                continue
            piece = data[at : at + self._missing]
            at += len(piece)
            self._missing -= len(piece)
            keep = self._field.keep
            self._seen += piece
            if self._missing == 0:
                self._ask()
            # What makes the script lose its way is not kept either.
            if self.lost is None:
                kept += piece if keep else bytes(len(piece))
        return bytes(kept)

    def lose(self, reason: str) -> None:
        """Let nothing more through: bytes are missing, and where the next ones belong is not known."""
        if self.lost is None:
            self.lost = reason

    def _ask(self, *, first: bool = False) -> None:
        """Hand over the field that is complete and take the request for the next one; an empty field is complete."""
        try:
            while True:
                answer = bytes(self._seen)
                self._seen.clear()
                self._field = next(self._script) if first else self._script.send(answer)
                first = False
                self._missing = self._field.size
                if self._missing or self._field is PAUSE:
                    return
        except StopIteration:
            self.done = True
        except LostError as error:
            self.lost = str(error)
