"""A receipt: one entry, its proof and, if disclosed, its payload (docs/record-format.md, section 8).

Guarantees: ``parse`` accepts exactly the bytes that ``format`` gives: JCS with these members and no others. Leaves to
others: whether the log really says so (``verify.verify_receipt``).

    {"entry": base64, "format": "shoseki-receipt-1", "payload": base64 (optional), "proof": C2SP tlog-proof text,
     "salt": base64 (with payload)}
"""

import re
from dataclasses import dataclass
from typing import Any, Self

from ledger.log import base64_text, canonical
from ledger.log.errors import FormatError, UnknownFormatError
from ledger.log.seal import SALT_BYTES
from ledger.log.tlog_proof import TlogProof

FORMAT_NAME = "shoseki-receipt-"
FORMAT = FORMAT_NAME + "1"
MAX_RECEIPT_BYTES = 4 * 1024 * 1024

_ANY_FORMAT = re.compile(FORMAT_NAME + r"[0-9]+\Z")
_MEMBERS = frozenset(("entry", "format", "proof"))
_DISCLOSED = frozenset(("payload", "salt"))
TELLING_MEMBERS = (_MEMBERS | _DISCLOSED) - {"format"}
"""Members that another kind of JSON hardly has at its top: every kind has its own ``format``."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """An entry's bytes, the proof that the log holds them, and salt and payload where they are disclosed."""

    entry: bytes
    proof: TlogProof
    salt: bytes | None = None
    payload: bytes | None = None

    def format(self) -> bytes:
        """Give the receipt's bytes; raise FormatError for salt without payload or the other way round."""
        members = {"entry": base64_text.encode(self.entry), "format": FORMAT, "proof": self.proof.format()}
        if (self.salt is None) is not (self.payload is None):
            raise FormatError("A receipt discloses salt and payload together or not at all.")
        if self.salt is not None and self.payload is not None:
            if len(self.salt) != SALT_BYTES:
                raise FormatError(f"A salt has {SALT_BYTES} bytes, not {len(self.salt)}.")
            members |= {"payload": base64_text.encode(self.payload), "salt": base64_text.encode(self.salt)}
        return canonical.encode(members)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Give the receipt that these bytes are.

        Raises UnknownFormatError for another version of the format, FormatError for everything else.
        """
        if len(data) > MAX_RECEIPT_BYTES:
            raise FormatError(f"The receipt has {len(data)} bytes; at most {MAX_RECEIPT_BYTES} are read.")
        members: Any = canonical.decode(data)
        stated = members.get("format") if type(members) is dict else None
        if stated != FORMAT:
            if type(stated) is str and _ANY_FORMAT.match(stated):
                raise UnknownFormatError(f"The receipt has the format {stated}; this program knows {FORMAT}.")
            raise FormatError(f"The file is not a receipt: its format is not {FORMAT}.")
        names = members.keys() - _DISCLOSED
        if names != _MEMBERS or any(type(value) is not str for value in members.values()):
            raise FormatError(f"A receipt has exactly the members {', '.join(sorted(_MEMBERS))}, and may disclose.")
        receipt = cls(
            base64_text.decode(members["entry"]),
            TlogProof.parse(members["proof"]),
            base64_text.decode(members["salt"]) if "salt" in members else None,
            base64_text.decode(members["payload"]) if "payload" in members else None,
        )
        receipt.format()
        return receipt


def begun(data: bytes) -> str:
    """Give the text of what may be a receipt from where its object would begin: no receipt begins with white space."""
    return data.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
