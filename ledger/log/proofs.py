"""``data/proofs.json``: what proves the entries of a package (docs/record-format.md, section 8).

Guarantees: ``parse`` accepts exactly the bytes that ``format`` gives. Leaves to others: the hashes of the batch proof,
which may be many and are read as a stream (``package_reader``), and what the proofs prove (``verify``).

JCS; the hashes of a proof are joined and base64, bytes of entries are base64:

    {"blobs_withheld": [blob id …], "checkpoint": text, "consistency": [{"hashes","size"} …],
     "covers": {"chain","first","last"}, "entries": [entry …], "format": "shoseki-package-1",
     "heads": {"entry","head": hex,"seq","siblings"}, "keys": [{"checkpoint","consistency","entry","inclusion"} …],
     "proof": hashes of one batch proof for every entry that the package shows}
"""

import re
from dataclasses import dataclass
from typing import Any, Self

from ledger.log import base64_text, blob, canonical, shape
from ledger.log.entry import check_chain
from ledger.log.errors import FormatError, UnknownFormatError
from ledger.log.heads import Head
from ledger.log.trust import Rotation

FORMAT = "shoseki-package-1"
BATCH_PROOF_MARK = b',"proof":"'
"""What stands before the batch proof. In JCS no string can hold it: its first quote would be escaped there."""
BATCH_PROOF_END = b'"}'
"""What stands after it, and ends the file: ``proof`` is the last member in the order of names."""

_ANY_FORMAT = re.compile(r"shoseki-package-[0-9]+\Z")
_WHERE = "A value of the proofs"
_MEMBERS = frozenset(
    ("blobs_withheld", "checkpoint", "consistency", "covers", "entries", "format", "heads", "keys", "proof")
)
_COVERS = frozenset(("chain", "first", "last"))
_HEADS = frozenset(("entry", "head", "seq", "siblings"))
_KEYS = frozenset(("checkpoint", "consistency", "entry", "inclusion"))
_CONSISTENCY = frozenset(("hashes", "size"))


@dataclass(frozen=True, slots=True)
class Covers:
    """What was asked for: a chain, and its entries ``first`` to ``last`` (none, when ``last`` is ``first`` − 1)."""

    chain: str
    first: int
    last: int

    def __post_init__(self) -> None:
        """Refuse what nobody can ask for; raise FormatError."""
        check_chain(self.chain)
        if not 1 <= self.first <= self.last + 1:
            raise FormatError(f"A package cannot cover the entries {self.first} to {self.last}.")


@dataclass(frozen=True, slots=True)
class HeadsProof:
    """The ``heads.sealed.v1`` entry that is the checkpoint's last leaf, and the chain's head proven in its map."""

    entry: bytes
    head: Head
    siblings: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Proofs:
    """All of the file but the batch proof; ``checkpoint`` repeats ``data/checkpoint``.

    ``entries`` are core entries that the steps need, of chain ``log`` or of any other, by position: keys created and
    destroyed, holds, payloads removed, clocks corrected, keys retired. One that is among the lines is repeated here.
    ``consistency`` holds proofs from earlier sizes to the checkpoint's, for holders of older ones.
    """

    checkpoint: bytes
    covers: Covers
    heads: HeadsProof
    entries: tuple[bytes, ...] = ()
    consistency: tuple[tuple[int, tuple[bytes, ...]], ...] = ()
    rotations: tuple[Rotation, ...] = ()
    blobs_withheld: tuple[str, ...] = ()

    def format(self) -> bytes:
        """Give the file with an empty batch proof; raise FormatError for what no package can have."""
        heads = self.heads
        return canonical.encode(
            {
                "blobs_withheld": self.blobs_withheld,
                "checkpoint": self.checkpoint.decode(),
                "consistency": [{"hashes": join(hashes), "size": size} for size, hashes in self.consistency],
                "covers": {"chain": self.covers.chain, "first": self.covers.first, "last": self.covers.last},
                "entries": [base64_text.encode(entry) for entry in self.entries],
                "format": FORMAT,
                "heads": {
                    "entry": base64_text.encode(heads.entry),
                    "head": heads.head.leaf_hash.hex(),
                    "seq": heads.head.seq,
                    "siblings": join(heads.siblings),
                },
                "keys": [
                    {
                        "checkpoint": rotation.checkpoint.decode(),
                        "consistency": join(rotation.consistency),
                        "entry": base64_text.encode(rotation.entry),
                        "inclusion": join(rotation.inclusion),
                    }
                    for rotation in self.rotations
                ],
                "proof": "",
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Give the proofs that these bytes, without the batch proof, are.

        Raises UnknownFormatError for another version of the package, FormatError for everything else.
        """
        members = shape.members(canonical.decode(data), None, "The file of proofs")
        stated = members.get("format")
        if stated != FORMAT:
            if type(stated) is str and _ANY_FORMAT.match(stated):
                raise UnknownFormatError(f"The package has the format {stated}; this program knows {FORMAT}.")
            raise FormatError(f"The proofs are not those of a {FORMAT}.")
        shape.members(members, _MEMBERS, "The file of proofs")
        covers = shape.members(members["covers"], _COVERS, "What the package covers")
        heads = shape.members(members["heads"], _HEADS, "The heads proof")
        if members["proof"] != "":
            raise FormatError("The batch proof is not the last member of the proofs.")
        blobs_withheld = tuple(shape.array(members["blobs_withheld"], _WHERE))
        for blob_id in blobs_withheld:
            blob.check_id(blob_id)
        return cls(
            checkpoint=shape.text(members["checkpoint"], _WHERE).encode(),
            covers=Covers(
                shape.text(covers["chain"], _WHERE),
                shape.number(covers["first"], _WHERE),
                shape.number(covers["last"], _WHERE),
            ),
            heads=HeadsProof(
                shape.data(heads["entry"], _WHERE),
                Head(shape.number(heads["seq"], _WHERE), shape.digest(heads["head"], _WHERE)),
                shape.hashes(heads["siblings"], _WHERE),
            ),
            entries=tuple(shape.data(entry, _WHERE) for entry in shape.array(members["entries"], _WHERE)),
            consistency=tuple(_consistency(value) for value in shape.array(members["consistency"], _WHERE)),
            rotations=tuple(_rotation(value) for value in shape.array(members["keys"], _WHERE)),
            blobs_withheld=blobs_withheld,
        )


def join(hashes: tuple[bytes, ...] | list[bytes]) -> str:
    """Give hashes as they stand in the file: joined, as base64."""
    return base64_text.encode(b"".join(hashes))


def _consistency(value: Any) -> tuple[int, tuple[bytes, ...]]:
    item = shape.members(value, _CONSISTENCY, "A consistency proof")
    return shape.number(item["size"], _WHERE), shape.hashes(item["hashes"], _WHERE)


def _rotation(value: Any) -> Rotation:
    item = shape.members(value, _KEYS, "A key rotation")
    return Rotation(
        shape.text(item["checkpoint"], _WHERE).encode(),
        shape.data(item["entry"], _WHERE),
        shape.hashes(item["inclusion"], _WHERE),
        shape.hashes(item["consistency"], _WHERE),
    )
