"""A whole log in memory, made with the real entry, seal and tree functions: what tests build, prove and attack.

It is as honest as its caller: entries can be changed after the fact (``rewrite``), and what it then holds is signed.
Everything is deterministic: keys, salts and times come from counters.
"""

import io
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.log import canonical, entry, note, seal, tree
from ledger.log.archive import STORED
from ledger.log.blob import BlobSealer
from ledger.log.checkpoint import Checkpoint
from ledger.log.entry import Entry
from ledger.log.heads import Head, HeadsMap, PresenceProof
from ledger.log.note import COSIGNATURE, ED25519, VerifierKey
from ledger.log.package import Contents, Line, write_package
from ledger.log.policy import LogKey, Policy
from ledger.log.proofs import Covers, HeadsProof, Proofs
from ledger.log.receipt import Receipt
from ledger.log.refusal import Refusal, Step
from ledger.log.report import Report
from ledger.log.retention import Period, day_of_at
from ledger.log.tlog_proof import TlogProof
from ledger.log.trust import Rotation
from ledger.log.verify import verify_package

ORIGIN = "shoseki.example/test"
ALICE = "cus_" + "a" * 32
BOB = "cus_" + "b" * 32
BEGIN = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
FACTS = ("key.", "hold.", "payload.", "log.clock_corrected", "log.key_retired")


@dataclass(frozen=True)
class TestSigner:
    """A signing key made from a seed."""

    __test__ = False
    name: str
    seed: bytes

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(sha256(self.seed).digest())

    @property
    def key(self) -> VerifierKey:
        return VerifierKey(self.name, ED25519, self._private.public_key().public_bytes_raw())

    @property
    def key_id(self) -> bytes:
        return self.key.key_id

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


@dataclass(frozen=True)
class TestWitness(TestSigner):
    """A cosigner that signs at a set time."""

    time: int = 0

    @property
    def key(self) -> VerifierKey:
        return VerifierKey(self.name, COSIGNATURE, self._private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        signature = self._private.sign(note.cosigned_message(message.decode(), self.time))
        return self.time.to_bytes(8, "big") + signature


LOG_KEY = TestSigner(ORIGIN, b"log key")
NEXT_KEY = TestSigner(ORIGIN, b"next log key")
POLICY = Policy(ORIGIN, (LogKey(LOG_KEY.key),), retain={"trail": Period.parse("P12M")})


@dataclass
class Draft:
    """A package before it is packed; tests change its parts."""

    lines: list[Line]
    proofs: Proofs
    batch_proof: list[bytes]
    blobs: list[tuple[str, list[bytes]]] = field(default_factory=list)

    def packed(self, method: int = STORED) -> bytes:
        file = io.BytesIO()
        write_package(file, Contents(self.proofs, self.lines, self.batch_proof, self.blobs), method=method)
        return file.getvalue()

    def change_proofs(self, **changes) -> "Draft":
        self.proofs = replace(self.proofs, **changes)
        return self

    def verify(self, policy: Policy = POLICY, **options) -> Report:
        return verify(self.packed(), policy, **options)


class SmallLog:
    """A log in memory. Positions, links, commitments and proofs are right until a test makes them wrong."""

    def __init__(self, origin: str = ORIGIN, signer: TestSigner = LOG_KEY) -> None:
        self.origin, self.signer = origin, signer
        self.now = BEGIN
        self.entries: list[bytes] = []
        self.payloads: dict[int, tuple[bytes, bytes]] = {}
        self.chains: dict[str, Head] = {}
        self.blobs: dict[str, list[bytes]] = {}
        self.append("log", "log.created.v1", {"format": 1, "origin": origin})

    # -- writing ---------------------------------------------------------------------------------------------------

    def append(self, chain: str, type_: str, public=None, *, payload: bytes | None = None, key=None, **members) -> int:
        """Append one entry a second after the last; ``members`` overrule what would be right."""
        self.now += timedelta(seconds=1)
        position = len(self.entries)
        at = members.pop("at", None) or entry.format_at(self.now)
        commitment = None
        if payload is not None:
            key = key or f"trail:{day_of_at(at)}"
            salt = sha256(b"salt %d" % position).digest()
            self.payloads[position] = (salt, payload)
            commitment = seal.commitment(salt, payload)
        head = self.chains.get(chain, Head(0, entry.NO_PREV))
        if not public:
            public = {"chain": chain, "check": "0" * 64} if type_ == "chain.created.v1" else {}
        made = Entry(self.origin, position, chain, head.seq + 1, head.leaf_hash, at, type_, (), public, commitment, key)
        made = made._replace(**members)
        data = entry.encode(made)
        self.entries.append(data)
        self.chains[made.chain] = Head(made.seq, entry.leaf_hash(data))
        return position

    def record(self, chain: str, text: str, **members) -> int:
        """Append an entry with a payload."""
        payload = canonical.encode({"data": {"text": text}, "occurred_at": "2026-11-22T00:00:00Z"})
        return self.append(chain, "session.noted.v1", payload=payload, **members)

    def create_key(self, key: str, retain: str | None = "P12M", **members) -> int:
        return self.append("log", "key.created.v1", {"check": "0" * 64, "key": key, "retain": retain}, **members)

    def destroy(self, *, key: str | None = None, chain: str | None = None, held=(), **members) -> int:
        public: dict[str, object] = {"held": list(held), "reason": "expired"}
        public |= {name: value for name, value in (("key", key), ("chain", chain)) if value is not None}
        return self.append("log", "key.destroyed.v1", public, **members)

    def record_blob(self, chain: str, content: bytes, number: int = 1) -> str:
        """Seal a recording and append the entry that finished it."""
        blob_id = f"{number:032x}"
        sealer = BlobSealer(sha256(blob_id.encode()).digest(), blob_id)
        self.blobs[blob_id] = list(sealer.seal([content]))
        payload = canonical.encode({"data": {"blob": sealer.reference.members()}})
        self.append(chain, "recording.finalized.v1", payload=payload)
        return blob_id

    def seal_heads(self, **public) -> int:
        """Append the heads map of all chains as they are."""
        stated = {"count": len(self.chains), "root": HeadsMap(self.chains).root().hex(), "size": len(self.entries)}
        return self.append("log", "heads.sealed.v1", stated | public)

    def rewrite(self, position: int, *, relink: bool = True, **members) -> None:
        """Change an entry after the fact; with ``relink``, all later links of its chain are made right again."""
        old = entry.parse(self.entries[position])
        self.entries[position] = entry.encode(old._replace(**members))
        if not relink:
            return
        prev, seq = entry.leaf_hash(self.entries[position]), old.seq
        for later in range(position + 1, len(self.entries)):
            parsed = entry.parse(self.entries[later])
            if parsed.chain == old.chain:
                seq = parsed.seq
                self.entries[later] = entry.encode(parsed._replace(prev=prev))
                prev = entry.leaf_hash(self.entries[later])
        self.chains[old.chain] = Head(seq, prev)

    # -- reading ---------------------------------------------------------------------------------------------------

    @property
    def leaves(self) -> list[bytes]:
        return [entry.leaf_hash(data) for data in self.entries]

    def parsed(self, position: int) -> Entry:
        return entry.parse(self.entries[position])

    def positions(self, chain: str) -> list[int]:
        return [position for position in range(len(self.entries)) if self.parsed(position).chain == chain]

    def checkpoint(self, size: int | None = None, signers=None) -> bytes:
        """Sign the log at a size."""
        size = len(self.entries) if size is None else size
        root = tree.root_of(self.leaves[:size])
        return note.sign_note(Checkpoint(self.origin, size, root).format(), signers or [self.signer])

    def consistency(self, size: int, until: int | None = None) -> tuple[bytes, ...]:
        leaves = self.leaves[:until]
        return tuple(tree.prove_consistency(size, len(leaves), tree.hashes_of(leaves)))

    def receipt(self, position: int, *, disclose: bool = True, signers=None) -> bytes:
        leaves = self.leaves
        path = tree.prove_inclusion(position, len(leaves), tree.hashes_of(leaves))
        proof = TlogProof(position, tuple(path), self.checkpoint(signers=signers))
        salt, payload = self.payloads.get(position, (None, None)) if disclose else (None, None)
        return Receipt(self.entries[position], proof, salt, payload).format()

    def rotation(self, position: int, until: int, signers) -> Rotation:
        """Show the key that the entry at ``position`` adds, handed over at size ``until``."""
        leaves = self.leaves[:until]
        path = tree.prove_inclusion(position, until, tree.hashes_of(leaves))
        return Rotation(self.checkpoint(until, signers), self.entries[position], tuple(path), self.consistency(until))

    def draft(
        self,
        chain: str = ALICE,
        *,
        first: int = 1,
        last: int | None = None,
        states=None,
        since=(),
        signers=None,
        facts=FACTS,
        **proofs,
    ) -> Draft:
        """Make the package of a chain; the newest entry is a heads map. ``states`` maps positions to line states."""
        states = states or {}
        heads_position = len(self.entries) - 1
        sealed_at = self.parsed(heads_position).public["size"]
        heads: dict[str, Head] = {}
        for position in range(sealed_at):
            made = self.parsed(position)
            heads[made.chain] = Head(made.seq, entry.leaf_hash(self.entries[position]))
        head = heads[chain]
        last = head.seq if last is None else last
        shown = [
            position
            for position in self.positions(chain)
            if first - 1 <= self.parsed(position).seq <= last + 1 and position < heads_position
        ]
        lines = []
        for position in shown:
            state = states.get(position, "valid")
            salt, payload = self.payloads.get(position, (None, None)) if state == "valid" else (None, None)
            lines.append(Line(self.entries[position], state, salt, payload))
        beside = [
            position
            for position, data in enumerate(self.entries)
            if entry.parse(data).type.startswith(facts) and position != heads_position
        ]
        presence = HeadsMap(heads).prove(chain)
        assert isinstance(presence, PresenceProof)
        all_shown = sorted({*shown, *beside, heads_position})
        return Draft(
            lines,
            Proofs(
                checkpoint=self.checkpoint(signers=signers),
                covers=Covers(chain, first, last),
                heads=HeadsProof(self.entries[heads_position], head, presence.siblings),
                entries=tuple(self.entries[position] for position in beside),
                consistency=tuple((size, self.consistency(size)) for size in since),
                **proofs,
            ),
            self.batch_proof(all_shown),
            sorted(self.blobs.items()),
        )

    def batch_proof(self, positions: list[int]) -> list[bytes]:
        leaves = self.leaves
        return list(tree.prove_inclusion_batch(positions, len(leaves), tree.hashes_of(leaves)))


def verify(data: bytes, policy: Policy = POLICY, **options) -> Report:
    """Verify packed bytes."""
    return verify_package(io.BytesIO(data), policy, **options)


def two_customers(records: int = 4) -> SmallLog:
    """Give a log in which two customers' entries alternate, sealed at its end."""
    log = SmallLog()
    for chain in (ALICE, BOB):
        log.append(chain, "chain.created.v1", {"chain": chain, "check": "0" * 64})
    log.create_key("trail:2026-11-22")
    for number in range(records):
        log.record(ALICE, f"Alice {number}")
        log.record(BOB, f"Bob {number}")
    log.seal_heads()
    return log


def names(report: Report) -> set[str]:
    """Give the names of all refusals of a report."""
    return {refusal.name for _, refusal in _refusals(report)}


def _refusals(report: Report) -> set[tuple[Step, Refusal]]:
    return {(finding.step, finding.refusal) for finding in report.findings}


def states_of_steps(report: Report) -> dict[int, str]:
    """Give what became of each step, by number."""
    return {result.step.number: result.state for result in report.steps}
