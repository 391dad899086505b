"""A proof that an entry is in the log, as text of its own (C2SP tlog-proof; docs/record-format.md, section 8).

Guarantees: ``parse`` accepts exactly the text that ``format`` gives, without ``extra`` lines. Leaves to others:
opening the checkpoint (``trust``) and verifying the path (``tree``).

    c2sp.org/tlog-proof@v1 LF
    index <position, decimal> LF
    base64(hash) LF            one a line, from the leaf's sibling up
    LF
    <checkpoint: a signed note>
"""

import re
from dataclasses import dataclass
from typing import Self

from ledger.log import base64_text
from ledger.log.canonical import MAX_INTEGER
from ledger.log.errors import FormatError
from ledger.log.note import parse_note
from ledger.log.tree import HASH_BYTES

HEADER = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 63

_INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})\Z")


@dataclass(frozen=True, slots=True)
class TlogProof:
    """An entry's position, the audit path from the leaf up, and the checkpoint as it was signed."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes

    def format(self) -> str:
        """Give the text; raise FormatError for values that no proof can have."""
        if not 0 <= self.index <= MAX_INTEGER or len(self.hashes) > MAX_HASHES:
            raise FormatError(f"An index of {self.index} with {len(self.hashes)} hashes is no proof.")
        if any(len(digest) != HASH_BYTES for digest in self.hashes):
            raise FormatError("A hash of the proof has not 32 bytes.")
        parse_note(self.checkpoint)
        path = "".join(f"{base64_text.encode(digest)}\n" for digest in self.hashes)
        return f"{HEADER}\nindex {self.index}\n{path}\n{self.checkpoint.decode()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Give the proof that this text is; raise FormatError for any other spelling."""
        head, separator, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        index = _INDEX.match(lines[1]) if len(lines) > 1 else None
        if lines[0] != HEADER or index is None or not separator:
            raise FormatError(f"The proof is not a {HEADER} with an index, a path and a checkpoint.")
        proof = cls(int(index[1]), tuple(base64_text.decode(line) for line in lines[2:]), checkpoint.encode())
        proof.format()
        return proof
