"""Marks are HMAC-SHA-256 (RFC 2104), and two contents coincide in none, however they are cut into parts."""

import hmac
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from ledger.store.custody import ChainSecret, content_mark_input

_TEXTS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12)


@given(st.binary(min_size=32, max_size=32), st.sampled_from(["key", "content", "import"]), st.binary(max_size=300))
def test_a_mark_is_hmac_of_kind_and_data_under_the_half(half: bytes, kind: str, data: bytes) -> None:
    secret = ChainSecret.of("shoseki.example/log", "log", half)
    assert secret.mark(kind, data) == hmac.digest(secret.mark_key, kind.encode() + b"\n" + data, "sha256")


@given(_TEXTS, st.lists(_TEXTS, max_size=3).map(tuple), st.binary(max_size=20), _TEXTS, _TEXTS, st.binary(max_size=300))
def test_a_content_is_told_by_its_parts_with_their_lengths(
    type_: str, tags: tuple[str, ...], public: bytes, key_class: str, subject: str, payload: bytes
) -> None:
    parts = [type_.encode(), "\n".join(tags).encode(), public, key_class.encode(), subject.encode(), payload]
    said = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    assert content_mark_input(type_, tags, public, key_class, subject, payload) == sha256(said).digest()
