"""The check opens a seal exactly where the log's own reader does, and refuses it in the same words."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.errors import LogError
from ledger.log.seal import MAX_PAYLOAD_BYTES, Sealer, commitment
from ledger.store.fsck.opening import Opener, open_all

KEY, NONCE, SALT = b"k" * 32, b"n" * 12, bytes(range(32))
NAMES = {"origin": "shoseki.example/tested", "chain": "cus_" + "a1" * 16, "key": "trail:2026-11-22"}
AAD = f"shoseki seal v1\n{NAMES['origin']}\n{NAMES['chain']}\n{NAMES['key']}\n"
SEALER, OPENER = Sealer(KEY, **NAMES), Opener(KEY, **NAMES)


def both(sealed: bytes, committed: bytes) -> tuple[object, object]:
    """Give what the log's reader and the check say: the payload, or the refusal."""
    return said(lambda: SEALER.open(sealed, committed)[1]), said(lambda: OPENER.open(sealed, committed.hex().encode()))


def said(ask: Callable[[], bytes]) -> object:
    try:
        return ask()
    except LogError as refusal:
        return type(refusal), str(refusal)


def sealed_by_hand(padded: bytes, committed: bytes) -> bytes:
    return b"\x01" + NONCE + AESGCM(KEY).encrypt(NONCE, padded, AAD.encode() + committed.hex().encode())


@given(st.binary(max_size=700), st.binary(min_size=32, max_size=32))
def test_what_was_sealed_is_opened(payload: bytes, salt: bytes) -> None:
    committed, sealed = SEALER.seal(payload, salt=salt, nonce=NONCE)
    assert both(sealed, committed) == (payload, payload)


@pytest.mark.parametrize(
    "payload", [b"", b"\0", b"\x80", b"\x80\0\0", bytes(223), bytes(222), bytes(MAX_PAYLOAD_BYTES)]
)
def test_payloads_that_look_like_padding_are_opened(payload: bytes) -> None:
    for salt in (SALT, bytes(32), b"\x80" + bytes(31), bytes(31) + b"\x80"):
        committed, sealed = SEALER.seal(payload, salt=salt, nonce=NONCE)
        assert both(sealed, committed) == (payload, payload)


@given(st.integers(0, 284), st.integers(1, 255))
def test_a_changed_byte_is_refused_in_the_same_words(at: int, change: int) -> None:
    committed, sealed = SEALER.seal(b"payload", salt=SALT, nonce=NONCE)
    changed = bytearray(sealed)
    changed[at % len(sealed)] ^= change
    theirs, ours = both(bytes(changed), committed)
    assert isinstance(theirs, tuple)
    assert ours == theirs


@pytest.mark.parametrize("length", [*range(16), 28, 29, 30, 100, 269, 284])
def test_cut_bytes_are_refused_in_the_same_words(length: int) -> None:
    committed, sealed = SEALER.seal(b"payload", salt=SALT, nonce=NONCE)
    theirs, ours = both(sealed[:length], committed)
    assert isinstance(theirs, tuple)
    assert ours == theirs


@pytest.mark.parametrize(
    ("padded", "why"),
    [
        (SALT + b"payload" + bytes(217), "padded"),  # no end of the payload
        (SALT + b"payload\x80" + bytes(215) + b"\x01", "padded"),
        (SALT + b"payload\x80" + bytes(215), "length"),  # a byte short of a block
        (SALT + b"payload\x80" + bytes(216 + 256), "padded"),  # a block more than there is need for
        (bytes(31) + b"\x80" + bytes(224), "padded"),  # what ends is the salt
        (SALT + b"another\x80" + bytes(216), "commit"),
        (SALT + bytes(MAX_PAYLOAD_BYTES + 1) + b"\x80" + bytes(222), "commit"),  # longer than a payload is
        (b"", "length"),
    ],
)
def test_what_whoever_has_the_key_can_make_is_refused_in_the_same_words(padded: bytes, why: str) -> None:
    end = padded.rfind(b"\x80")
    right = commitment(SALT, padded[32:end]) if len(padded) > MAX_PAYLOAD_BYTES else commitment(SALT, b"payload")
    theirs, ours = both(sealed_by_hand(padded, right), right)
    assert isinstance(theirs, tuple)
    assert why in theirs[1]
    assert ours == theirs


def test_a_seal_under_another_commitment_or_of_another_chain_is_refused() -> None:
    committed, sealed = SEALER.seal(b"payload", salt=SALT, nonce=NONCE)
    other = Opener(KEY, **{**NAMES, "chain": "cus_" + "b2" * 16})
    with pytest.raises(LogError, match="does not open"):
        other.open(sealed, committed.hex().encode())
    theirs, ours = both(sealed, commitment(SALT, b"other"))
    assert isinstance(theirs, tuple)
    assert ours == theirs


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=9), st.integers(0, 8), st.integers(0, 284))
def test_a_block_is_opened_as_one_only_where_every_seal_of_it_opens(payloads: list[bytes], which: int, at: int) -> None:
    salts = [bytes([number]) * 32 for number in range(len(payloads))]
    boxes = [SEALER.seal(each, salt=salt, nonce=NONCE) for each, salt in zip(payloads, salts, strict=True)]
    sealed, committed = [box for _, box in boxes], [each.hex().encode() for each, _ in boxes]
    assert open_all([OPENER] * len(boxes), sealed, committed) == payloads
    changed = bytearray(sealed[which % len(sealed)])
    changed[at] ^= 1
    sealed[which % len(sealed)] = bytes(changed)
    assert open_all([OPENER] * len(boxes), sealed, committed) is None
