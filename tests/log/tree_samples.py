"""Leaves with the roots of the naive tree over them, and every single way to spoil a proof."""

from hashlib import sha256

from naive_tree import NaiveTree

from ledger.log.errors import ProofError
from ledger.log.tree import EMPTY_ROOT

SIZES = range(71)
LEAVES = [sha256(b"leaf %d" % number).digest() for number in range(1100)]
NAIVE = NaiveTree(LEAVES)
ROOTS = [NAIVE.root(0, size) for size in SIZES]
HASHES = NAIVE.root
FOREIGN = sha256(b"foreign").digest()


def accepts(verify, *arguments) -> bool:
    """Tell whether a proof is accepted; anything but a ProofError is an error of the test."""
    try:
        verify(*arguments)
    except ProofError:
        return False
    return True


def spoiled(proof: list[bytes]):
    """Give the proof spoiled in every single way: a hash dropped, added, changed, swapped, cut or lengthened."""
    for place in range(len(proof)):
        before, digest, after = proof[:place], proof[place], proof[place + 1 :]
        yield before + after
        yield [*before, FOREIGN, *after]
        yield [*before, bytes(32), *after]
        yield [*before, bytes([digest[0] ^ 0x80]) + digest[1:], *after]
        yield [*before, digest[:31] + bytes([digest[31] ^ 1]), *after]
        yield [*before, digest[:31], *after]
        yield [*before, digest + b"\0", *after]
        yield [*before, b"", *after]
        yield [*before, digest, digest, *after]
        for other in range(place + 1, len(proof)):
            swapped = list(proof)
            swapped[place], swapped[other] = swapped[other], swapped[place]
            yield swapped
    for place in range(len(proof) + 1):
        yield [*proof[:place], FOREIGN, *proof[place:]]
    for end in range(len(proof)):
        yield proof[:end]
        yield proof[end + 1 :]
    yield [*proof, EMPTY_ROOT]
    if len(proof) > 1:
        yield proof[::-1]
