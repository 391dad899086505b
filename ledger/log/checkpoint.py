"""A checkpoint: this origin, at this size, has this tree root (C2SP tlog-checkpoint; docs/record-format.md, section 5).

Guarantees: ``parse`` accepts exactly the text that ``format`` gives: three lines, no extension lines, a decimal size
without leading zeros. Leaves to others: signatures (``note``) and which keys count (``trust``).

    <origin> LF
    <size, decimal> LF
    base64(root) LF
"""

import re
from typing import NamedTuple, Self

from ledger.log import base64_text
from ledger.log.canonical import MAX_INTEGER
from ledger.log.entry import check_origin
from ledger.log.errors import FormatError
from ledger.log.tree import HASH_BYTES

_SIZE = re.compile(r"(?:0|[1-9][0-9]{0,15})\Z")


class Checkpoint(NamedTuple):
    """What a log says of itself at one size."""

    origin: str
    size: int
    root: bytes

    def format(self) -> str:
        """Give the text that is signed; raise FormatError for values that no checkpoint can have."""
        check_origin(self.origin)
        if not 0 <= self.size <= MAX_INTEGER:
            raise FormatError(f"{self.size} is not the size of a log.")
        if len(self.root) != HASH_BYTES:
            raise FormatError(f"A tree root has {HASH_BYTES} bytes, not {len(self.root)}.")
        return f"{self.origin}\n{self.size}\n{base64_text.encode(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Give the checkpoint that this text is; raise FormatError for any other spelling."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3]:  # noqa: PLR2004 - three lines, each ended
            raise FormatError("A checkpoint has exactly three lines: origin, size and root.")
        origin, size, root = lines[:3]
        if not _SIZE.match(size):
            raise FormatError(f"{size!r} is not a decimal size without leading zeros.")
        checkpoint = cls(origin, int(size), base64_text.decode(root))
        checkpoint.format()
        return checkpoint
