"""The small log that the vectors are made from: fixed keys, fixed salts, six entries.

Every secret here is the hash of a word and protects nothing.
"""

from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.log import canonical, note, seal, tree
from ledger.log.checkpoint import Checkpoint
from ledger.log.entry import NO_PREV, Entry, encode, leaf_hash
from ledger.log.heads import Head, HeadsMap
from ledger.log.note import COSIGNATURE, ED25519, VerifierKey
from ledger.log.policy import LogKey, Policy
from ledger.log.retention import Period

ORIGIN = "shoseki.example/vectors"
CHAIN = "cus_" + "0123456789abcdef" * 2
KEY = "trail:2026-11-22"


def secret(word: str) -> bytes:
    """Give 32 bytes that a word stands for."""
    return sha256(word.encode()).digest()


@dataclass(frozen=True)
class Key:
    """An Ed25519 key whose seed is the hash of a word."""

    name: str
    word: str
    time: int | None = None

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(secret(self.word))

    @property
    def verifier(self) -> VerifierKey:
        """Give the public key: a witness's where a time is set."""
        algorithm = ED25519 if self.time is None else COSIGNATURE
        return VerifierKey(self.name, algorithm, self._private.public_key().public_bytes_raw())

    @property
    def key_id(self) -> bytes:
        """Give the key id."""
        return self.verifier.key_id

    def sign(self, message: bytes) -> bytes:
        """Sign as a log does, or cosign as a witness does at the set time."""
        if self.time is None:
            return self._private.sign(message)
        return self.time.to_bytes(8, "big") + self._private.sign(note.cosigned_message(message.decode(), self.time))


LOG_KEY = Key(ORIGIN, "log key")
WITNESS = Key("witness.example/w1", "witness key", 1795305700)
POLICY = Policy(
    ORIGIN,
    (LogKey(LOG_KEY.verifier),),
    witnesses=(WITNESS.verifier,),
    quorum=1,
    retain={"trail": Period(12, "M")},
)


def small_log() -> tuple[list[bytes], dict[int, tuple[bytes, bytes]]]:
    """Give the six entries of a small log, and salt and payload of those that have one."""
    payload = canonical.encode(
        {"data": {"user": "保守太郎"}, "occurred_at": "2026-11-22T00:00:03Z", "zone_assumed": "+09:00"}
    )
    salt = secret("salt of entry 3")
    plan: list[tuple[str, str, dict[str, object], tuple[str, ...]]] = [
        (
            "log",
            "log.created.v1",
            {
                "format": 1,
                "origin": ORIGIN,
                "predecessor": None,
                "vkeys": [LOG_KEY.verifier.text],
                "zone": "+09:00",
            },
            (),
        ),
        (
            CHAIN,
            "chain.created.v1",
            {"chain": CHAIN, "check": seal.half_check(ORIGIN, CHAIN, secret("chain half"))},
            (),
        ),
        (
            "log",
            "key.created.v1",
            {"check": seal.half_check(ORIGIN, KEY, secret("epoch half")), "key": KEY, "retain": "P12M"},
            (),
        ),
        (CHAIN, "login.accepted.v1", {}, ("session:0a", 'sign:"\\')),
        (CHAIN, "terms.acknowledged.v1", {"label": "条件書 1.0", "version": [1, 0]}, ()),
        ("log", "heads.sealed.v1", {"count": 2, "size": 5}, ()),
    ]
    entries: list[bytes] = []
    heads: dict[str, Head] = {}
    for position, (chain, type_, public, tags) in enumerate(plan):
        if type_ == "heads.sealed.v1":
            public["root"] = HeadsMap(heads).root().hex()
        head = heads.get(chain, Head(0, NO_PREV))
        sealed = type_ == "login.accepted.v1"
        made = Entry(
            origin=ORIGIN,
            position=position,
            chain=chain,
            seq=head.seq + 1,
            prev=head.leaf_hash,
            at=f"2026-11-22T00:00:{position:02}.000000Z",
            type=type_,
            tags=tags,
            public=public,
            commitment=seal.commitment(salt, payload) if sealed else None,
            key=KEY if sealed else None,
        )
        entries.append(encode(made))
        heads[chain] = Head(made.seq, leaf_hash(entries[-1]))
    return entries, {3: (salt, payload)}


def signed_checkpoint(entries: list[bytes]) -> bytes:
    """Give the checkpoint of these entries, signed by the log and cosigned by the witness."""
    root = tree.root_of([leaf_hash(data) for data in entries])
    return note.sign_note(Checkpoint(ORIGIN, len(entries), root).format(), [LOG_KEY, WITNESS])
