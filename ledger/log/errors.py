"""Refusals of the log: each is named for what the caller does next, and carries one sentence for people.

``FormatError``, ``ProofError``, ``NoteError`` and ``SealError`` mean that the bytes are not what they claim to be.
``UnknownFormatError`` means "cannot be checked by this version": never a sign of tampering.
"""


class LogError(Exception):
    """Any refusal of the log. Its text is one sentence for people."""


class FormatError(LogError):
    """The bytes are not in the format they should be in: no value can be made of them."""


class UnknownFormatError(LogError):
    """The bytes name a format version that this program does not know: use a newer one to check them."""


class ProofError(LogError):
    """A proof does not lead to the signed root."""


class NoteError(LogError):
    """A signed note cannot be opened under the pinned keys."""


class SealError(LogError):
    """A sealed payload does not open, or opens to something that its commitment does not bind."""
