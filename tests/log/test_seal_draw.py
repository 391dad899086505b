"""Many seals from one draw of random bytes: each is what ``seal`` gives for its salt and its nonce, used once."""

from hashlib import shake_256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.errors import SealError
from ledger.log.seal import DRAW_BYTES, MAX_PAYLOAD_BYTES, Draw, Sealer

SEALER = Sealer(
    bytes(range(32)),
    origin="shoseki.example/main",
    chain="cus_0123456789abcdef0123456789abcdef",
    key="trail:2026-11-22",
)
PAYLOADS = [b"", b"payload", b"\0" * 64, b"x" * 223, b"x" * 224, b"x" * 10_000]


def drawn(count: int) -> bytes:
    return shake_256(b"draw").digest(count * DRAW_BYTES)


def check_seals(payloads: list[bytes], random: bytes) -> None:
    """Salts come first in a draw, nonces behind them; what is left over is not used."""
    draw, count = Draw(random), len(random) // DRAW_BYTES
    for number, payload in enumerate(payloads):
        salt = random[32 * number :][:32]
        nonce = random[32 * count + 12 * number :][:12]
        committed, sealed = SEALER.seal(payload, salt=salt, nonce=nonce)
        assert SEALER.seal_drawn(payload, draw) == (committed.hex(), sealed)
        assert SEALER.open(sealed, committed) == (salt, payload)


@pytest.mark.parametrize("left_over", [0, 1, DRAW_BYTES - 1])
def test_each_is_what_seal_gives_with_the_next_salt_and_nonce(left_over):
    check_seals(PAYLOADS, drawn(len(PAYLOADS)) + bytes(left_over))


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4), st.data())
def test_so_is_any(payloads, data):
    size = len(payloads) * DRAW_BYTES
    check_seals(payloads, data.draw(st.binary(min_size=size, max_size=size)))


def test_no_two_share_a_salt_or_a_nonce():
    draw = Draw(drawn(100))
    seals = [SEALER.seal_drawn(b"the same", draw) for _ in range(100)]
    assert len({committed for committed, _ in seals}) == 100
    assert len({sealed[1:13] for _, sealed in seals}) == 100


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_draw_is_used_up_and_nothing_is_sealed_with_it_again(count):
    draw = Draw(drawn(count))
    for _ in range(count):
        SEALER.seal_drawn(b"payload", draw)
    for _ in range(2):
        with pytest.raises(IndexError, match="used up"):
            SEALER.seal_drawn(b"payload", draw)


def test_the_largest_payload_is_sealed_and_one_byte_more_is_refused_and_uses_nothing():
    draw = Draw(drawn(2))
    with pytest.raises(SealError, match="at most"):
        SEALER.seal_drawn(bytes(MAX_PAYLOAD_BYTES + 1), draw)
    committed, sealed = SEALER.seal_drawn(bytes(MAX_PAYLOAD_BYTES), draw)
    assert SEALER.open(sealed, bytes.fromhex(committed)) == (drawn(2)[:32], bytes(MAX_PAYLOAD_BYTES))
