"""The fingerprint by which two tables in different orders are compared."""

import secrets
from collections import Counter

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ECB
from hypothesis import given
from hypothesis import strategies as st

from ledger.store.fsck.fingerprint import BLOCK_BYTES, Fingerprint, joined

FEW_ROWS = st.integers(0, 3).map(lambda number: number.to_bytes(BLOCK_BYTES, "big"))
KEY = bytes(range(32))


def summed_one_by_one(rows: list[bytes]) -> int:
    encryptor = Cipher(AES256(KEY), ECB()).encryptor()
    return sum(int.from_bytes(encryptor.update(row), "little") for row in rows) % (2**128 - 1)


@given(st.lists(FEW_ROWS), st.lists(FEW_ROWS))
def test_equal_sums_mean_equal_multisets(one: list[bytes], other: list[bytes]) -> None:
    secret = Fingerprint.new()
    assert (secret.of(b"".join(one)) == secret.of(b"".join(other))) is (Counter(one) == Counter(other))


@given(st.integers(0, 300), st.integers(0, 300))
def test_rows_may_be_summed_in_any_order_and_in_parts(count: int, cut: int) -> None:
    rows = [secrets.token_bytes(BLOCK_BYTES) for _ in range(count)]
    secret = Fingerprint(KEY)
    whole = secret.of(b"".join(rows))
    assert whole == summed_one_by_one(rows)
    assert whole == secret.of(b"".join(reversed(rows)))
    assert whole == joined(secret.of(b"".join(rows[:cut])), secret.of(b"".join(rows[cut:])))


def test_each_run_has_a_secret_of_its_own() -> None:
    row = bytes(BLOCK_BYTES)
    assert Fingerprint.new().of(row) != Fingerprint.new().of(row)
