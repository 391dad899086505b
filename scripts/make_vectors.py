"""Write the vectors of the record format: fixed keys in, bytes out (docs/record-format.md).

For those who write the format a second time, and against changing it by accident: a test makes them again and compares.
Every secret in them is a hash of a word and protects nothing.

    .venv/bin/python -m scripts.make_vectors            writes tests/vectors/*.json
"""

import base64
import io
import json
import sys
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from ledger.log import note, policy, seal, tree
from ledger.log.archive import STORED
from ledger.log.blob import CHUNK_BYTES, BlobSealer
from ledger.log.checkpoint import Checkpoint
from ledger.log.entry import NO_PREV, leaf_hash
from ledger.log.heads import AbsenceProof, Head, HeadsMap
from ledger.log.package import Contents, Line, write_package
from ledger.log.proofs import Covers, HeadsProof, Proofs
from ledger.log.receipt import Receipt
from ledger.log.tlog_proof import TlogProof
from scripts.vector_log import CHAIN, KEY, LOG_KEY, ORIGIN, POLICY, WITNESS, secret, signed_checkpoint, small_log

FOLDER = Path(__file__).parent.parent / "tests" / "vectors"


def vectors() -> dict[str, object]:
    """Give every file of vectors, by name."""
    return {
        "blob": _blob(),
        "entry": _entry(),
        "heads": _heads(),
        "note": _note(),
        "package": _package(),
        "receipt": _receipt(),
        "seal": _seal(),
        "tree": _tree(),
    }


def spell(document: object) -> str:
    """Give a file's text: JSON for people to read, the same every time."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _entry() -> object:
    entries, _ = small_log()
    cases = []
    before: dict[str, bytes] = {}
    for data in entries:
        members = json.loads(data)
        cases.append(
            {
                "bytes": data.decode(),
                "leaf_hash": leaf_hash(data).hex(),
                "members": members,
                "prev": before.get(members["chain"], NO_PREV).hex(),
            }
        )
        before[members["chain"]] = leaf_hash(data)
    return {"section": 2, "what": "the entries of a small log, their bytes and leaf hashes", "cases": cases}


def _seal() -> object:
    epoch_half, chain_half = secret("epoch half"), secret("chain half")
    data_key = seal.derive_data_key(epoch_half, chain_half, origin=ORIGIN, chain=CHAIN, key=KEY)
    sealer = seal.Sealer(data_key, origin=ORIGIN, chain=CHAIN, key=KEY)
    cases = []
    for length in (0, 1, 222, 223, 224, 500):
        payload = (secret("payload") * 16)[:length]
        salt, nonce = secret(f"salt {length}"), secret(f"nonce {length}")[: seal.NONCE_BYTES]
        committed, sealed = sealer.seal(payload, salt=salt, nonce=nonce)
        cases.append(
            {
                "commitment": committed.hex(),
                "nonce": nonce.hex(),
                "payload": payload.hex(),
                "salt": salt.hex(),
                "sealed": sealed.hex(),
            }
        )
    return {
        "section": 3,
        "what": "halves, the data key derived from them, and what it seals",
        "origin": ORIGIN,
        "chain": CHAIN,
        "key": KEY,
        "epoch_half": epoch_half.hex(),
        "chain_half": chain_half.hex(),
        "epoch_half_check": seal.half_check(ORIGIN, KEY, epoch_half),
        "chain_half_check": seal.half_check(ORIGIN, CHAIN, chain_half),
        "data_key": data_key.hex(),
        "cases": cases,
    }


def _tree() -> object:
    inputs = [bytes([number]) * number for number in range(11)]
    leaves = [leaf_hash(data) for data in inputs]
    hashes = tree.hashes_of(leaves)
    sizes = range(len(leaves) + 1)
    batches: list[tuple[int, list[int]]] = [
        (0, []),
        (1, [0]),
        (7, []),
        (7, [0]),
        (7, [6]),
        (7, [1, 2, 5]),
        (11, [0, 10]),
        (11, [3, 4, 8, 9]),
        (11, list(range(11))),
    ]
    return {
        "section": 4,
        "what": "roots and proofs over the leaves of eleven inputs (RFC 9162, section 2.1)",
        "inputs": [data.hex() for data in inputs],
        "leaf_hashes": [leaf.hex() for leaf in leaves],
        "roots": [tree.root_of(leaves[:size]).hex() for size in sizes],
        "inclusion": [
            {"index": index, "proof": _hexes(tree.prove_inclusion(index, size, hashes)), "size": size}
            for size in (1, 2, 7, 8, 11)
            for index in range(size)
        ],
        "consistency": [
            {"proof": _hexes(tree.prove_consistency(size1, size2, hashes)), "size1": size1, "size2": size2}
            for size2 in (1, 7, 8, 11)
            for size1 in range(size2 + 1)
        ],
        "batch": [
            {"indexes": indexes, "proof": _hexes(tree.prove_inclusion_batch(indexes, size, hashes)), "size": size}
            for size, indexes in batches
        ],
    }


def _note() -> object:
    text = Checkpoint(ORIGIN, 6, secret("root")).format()
    return {
        "section": 5,
        "what": "a checkpoint signed by a log and cosigned by a witness (C2SP signed-note, tlog-cosignature)",
        "log": {"seed": secret("log key").hex(), "vkey": LOG_KEY.verifier.text},
        "witness": {"seed": secret("witness key").hex(), "time": WITNESS.time, "vkey": WITNESS.verifier.text},
        "text": text,
        "note": note.sign_note(text, [LOG_KEY, WITNESS]).decode(),
    }


def _heads() -> object:
    heads = {f"cus_{number:032x}": Head(number + 1, secret(f"head {number}")) for number in range(9)}
    heads["log"] = Head(77, secret("head of the log"))
    built = HeadsMap(heads)
    proofs = []
    for chain in [*heads, *(f"cus_{number:032x}" for number in range(9, 14))]:
        proof = built.prove(chain)
        found = proof.found if isinstance(proof, AbsenceProof) else None
        proofs.append(
            {
                "chain": chain,
                "found": None if found is None else {"inner": found.inner.hex(), "place": found.place.hex()},
                "present": chain in heads,
                "siblings": _hexes(proof.siblings),
            }
        )
    stated = [{"chain": chain, "head": head.leaf_hash.hex(), "seq": head.seq} for chain, head in heads.items()]
    return {
        "section": 6,
        "what": "a heads map, the proof of each head in it and of some absences",
        "heads": stated,
        "root": built.root().hex(),
        "root_of_none": HeadsMap({}).root().hex(),
        "root_of_first": HeadsMap(list(heads.items())[:1]).root().hex(),
        "proofs": proofs,
    }


def _receipt() -> object:
    entries, payloads = small_log()
    leaves = [leaf_hash(data) for data in entries]
    cases = []
    for position, disclose in ((3, True), (3, False), (5, False)):
        path = tree.prove_inclusion(position, len(entries), tree.hashes_of(leaves))
        proof = TlogProof(position, tuple(path), signed_checkpoint(entries))
        salt, payload = payloads[position] if disclose else (None, None)
        cases.append(Receipt(entries[position], proof, salt, payload).format().decode())
    return {
        "section": 8,
        "what": "receipts that verify under the policy: with a payload, with it withheld, and of an entry without one",
        "policy": policy.format(POLICY).decode(),
        "receipts": cases,
    }


def _blob() -> object:
    blob_id, key = "00112233445566778899aabbccddeeff", secret("content key")
    cases = []
    for length in (0, 1, CHUNK_BYTES, CHUNK_BYTES + 1):
        sealer = BlobSealer(key, blob_id)
        sealed = list(sealer.seal([bytes(length)]))
        cases.append(
            {
                "length": length,
                "reference": sealer.reference.members(),
                "sealed_sha256": [sha256(chunk).hexdigest() for chunk in sealed],
            }
        )
    return {"section": 8, "what": "blobs of so many zero bytes: the reference and the sealed chunks", "cases": cases}


def _package() -> object:
    entries, payloads = small_log()
    leaves = [leaf_hash(data) for data in entries]
    heads = {"log": Head(2, leaves[2]), CHAIN: Head(3, leaves[4])}
    presence = HeadsMap(heads).prove(CHAIN)
    salt, payload = payloads[3]
    proofs = Proofs(
        checkpoint=signed_checkpoint(entries),
        covers=Covers(CHAIN, 1, 3),
        heads=HeadsProof(entries[5], heads[CHAIN], presence.siblings),
        entries=(entries[2],),
        consistency=((3, tuple(tree.prove_consistency(3, len(entries), tree.hashes_of(leaves)))),),
    )
    lines = [Line(entries[1], "valid"), Line(entries[3], "valid", salt, payload), Line(entries[4], "valid")]
    batch = tree.prove_inclusion_batch([1, 2, 3, 4, 5], len(entries), tree.hashes_of(leaves))
    file = io.BytesIO()
    write_package(file, Contents(proofs, lines, batch), method=STORED)
    return {
        "section": 8,
        "what": "a package of a whole chain, its members stored, that verifies under the policy",
        "policy": policy.format(POLICY).decode(),
        "package": _text(file.getvalue()),
        "sha256": sha256(file.getvalue()).hexdigest(),
    }


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _hexes(hashes: Iterable[bytes]) -> list[str]:
    return [digest.hex() for digest in hashes]


def main() -> None:
    """Write every file of vectors."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, document in vectors().items():
        path = FOLDER / f"{name}.json"
        path.write_text(spell(document), encoding="utf-8")
        print(path.name, path.stat().st_size, "bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
