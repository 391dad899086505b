"""Many seals from one draw of random bytes: each is what ``seal`` gives for its salt and its nonce, used once."""

from hashlib import shake_256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.errors import SealError
from ledger.log.seal import DRAW_BYTES, MAX_PAYLOAD_BYTES, Draw, Sealer, seal_drawn

SEALER = Sealer(
    bytes(range(32)),
    origin="shoseki.example/main",
    chain="cus_0123456789abcdef0123456789abcdef",
    key="trail:2026-11-22",
)
PAYLOADS = [b"", b"payload", b"\0" * 64, b"x" * 223, b"x" * 224, b"x" * 10_000]


def drawn(count: int) -> bytes:
    return shake_256(b"draw").digest(count * DRAW_BYTES)


def check_seals(payloads: list[bytes], random: bytes, at_once: int = 1) -> None:
    """Salts come first in a draw, nonces behind them; what is left over is not used."""
    draw, count = Draw(random), len(random) // DRAW_BYTES
    given = []
    for start in range(0, len(payloads), at_once):
        some = payloads[start : start + at_once]
        given += seal_drawn([SEALER] * len(some), some, draw)
    assert len(given) == len(payloads)
    for number, payload in enumerate(payloads):
        salt = random[32 * number :][:32]
        nonce = random[32 * count + 12 * number :][:12]
        committed, sealed = SEALER.seal(payload, salt=salt, nonce=nonce)
        assert given[number] == (committed.hex(), sealed)
        assert SEALER.open(sealed, committed) == (salt, payload)


@pytest.mark.parametrize("at_once", [1, 4, 6])
@pytest.mark.parametrize("left_over", [0, 1, DRAW_BYTES - 1])
def test_each_is_what_seal_gives_with_the_next_salt_and_nonce(left_over, at_once):
    check_seals(PAYLOADS, drawn(len(PAYLOADS)) + bytes(left_over), at_once)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4), st.integers(1, 4), st.data())
def test_so_is_any(payloads, at_once, data):
    size = len(payloads) * DRAW_BYTES
    check_seals(payloads, data.draw(st.binary(min_size=size, max_size=size)), at_once)


def test_each_is_sealed_by_its_own_sealer_and_not_at_all_where_there_is_none():
    other = Sealer(bytes(32), origin="shoseki.example/main", chain="log", key="person:1")
    given = seal_drawn([SEALER, None, other], [b"a", b"", b"c"], Draw(drawn(3)))
    assert given[1] == ("", None)
    for (committed, sealed), sealer, payload in ((given[0], SEALER, b"a"), (given[2], other, b"c")):
        assert sealer.open(sealed, bytes.fromhex(committed))[1] == payload
        with pytest.raises(SealError):
            (other if sealer is SEALER else SEALER).open(sealed, bytes.fromhex(committed))


def test_no_two_share_a_salt_or_a_nonce():
    draw = Draw(drawn(100))
    seals = [*seal_drawn([SEALER] * 60, [b"the same"] * 60, draw), *seal_drawn([SEALER] * 40, [b"the same"] * 40, draw)]
    assert len({committed for committed, _ in seals}) == 100
    assert len({sealed[1:13] for _, sealed in seals}) == 100


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_draw_is_used_up_and_nothing_is_sealed_with_it_again(count):
    draw = Draw(drawn(count))
    seal_drawn([SEALER] * count, [b"payload"] * count, draw)
    for _ in range(2):
        with pytest.raises(IndexError, match="used up"):
            seal_drawn([SEALER], [b"payload"], draw)
    with pytest.raises(IndexError, match="used up"):
        seal_drawn([SEALER] * (count + 1), [b"payload"] * (count + 1), Draw(drawn(count)))


def test_the_largest_payload_is_sealed_and_one_byte_more_is_refused_and_uses_nothing():
    draw = Draw(drawn(2))
    with pytest.raises(SealError, match="at most"):
        seal_drawn([SEALER] * 2, [b"small", bytes(MAX_PAYLOAD_BYTES + 1)], draw)
    ((committed, sealed),) = seal_drawn([SEALER], [bytes(MAX_PAYLOAD_BYTES)], draw)
    assert SEALER.open(sealed, bytes.fromhex(committed)) == (drawn(2)[:32], bytes(MAX_PAYLOAD_BYTES))
