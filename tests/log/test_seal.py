"""A seal opens to what its entry committed to, or not at all."""

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.log.errors import FormatError, LogError, SealError, UnknownFormatError
from ledger.log.seal import MAX_PAYLOAD_BYTES, Sealer, commitment, derive_data_key, half_check, reproduces

ORIGIN = "shoseki.example/main"
CHAIN = "cus_0123456789abcdef0123456789abcdef"
KEY = "trail:2026-11-22"
NAMES = {"origin": ORIGIN, "chain": CHAIN, "key": KEY}
DATA_KEY = bytes(range(32))
SALT = bytes(range(64, 96))
NONCE = bytes(range(12))
BLOCK = 256
SEALER = Sealer(DATA_KEY, **NAMES)


def hmac_by_definition(key: bytes, message: bytes) -> bytes:
    """RFC 2104 with nothing but SHA-256."""
    key = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()


def hkdf_by_definition(material: bytes, info: bytes) -> bytes:
    """RFC 5869 without a salt, for one block of 32 bytes."""
    return hmac_by_definition(hmac_by_definition(bytes(32), material), info + b"\x01")


def sealed_by_hand(padded: bytes, committed: bytes, *, data_key: bytes = DATA_KEY, names: str = "") -> bytes:
    """Seal any bytes as if they were padded, under the format's names."""
    names = names or f"shoseki seal v1\n{ORIGIN}\n{CHAIN}\n{KEY}\n"
    return b"\x01" + NONCE + AESGCM(data_key).encrypt(NONCE, padded, names.encode() + committed.hex().encode())


def padded_by_hand(payload: bytes, salt: bytes = SALT) -> bytes:
    text = salt + payload + b"\x80"
    return text + bytes(-len(text) % BLOCK)


class TestKnownAnswers:
    def test_the_definitions_used_here_reproduce_the_answers_of_their_rfcs(self):
        # RFC 4231, test case 2; RFC 5869, test case 3 (its first block).
        assert hmac_by_definition(b"Jefe", b"what do ya want for nothing?").hex() == (
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        )
        assert hkdf_by_definition(b"\x0b" * 22, b"").hex() == (
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
        )

    @pytest.mark.parametrize("payload", [b"", b"payload", b"\0" * 64, b"x" * 10_000])
    def test_a_commitment_is_hmac_sha_256(self, payload):
        assert commitment(SALT, payload) == hmac_by_definition(SALT, payload) == hmac.digest(SALT, payload, "sha256")

    def test_a_data_key_is_hkdf_sha_256_over_both_halves(self):
        epoch, chain = bytes(range(32)), bytes(range(100, 132))
        info = f"shoseki data key v1\n{ORIGIN}\n{CHAIN}\n{KEY}".encode()
        derived = derive_data_key(epoch, chain, **NAMES)
        assert derived == hkdf_by_definition(epoch + chain, info)
        assert derived.hex() == "edbb48827d0700d5a02540e26b3214c56b12bc6d8bd9eaa0516ca97a60d53fa0"
        assert derive_data_key(chain, epoch, **NAMES) != derived

    def test_a_half_check_is_a_hash_over_origin_id_and_half(self):
        half = bytes(range(32))
        for half_id in (CHAIN, KEY, "log"):
            text = f"shoseki half v1\n{ORIGIN}\n{half_id}\n".encode() + half
            assert half_check(ORIGIN, half_id, half) == hashlib.sha256(text).hexdigest()

    @pytest.mark.parametrize("payload", [b"", b"payload", b"x" * 223, b"x" * 224, b"\x80", b"\0", b"\x80\0\0"])
    def test_a_seal_has_the_layout_of_the_format(self, payload):
        committed, sealed = SEALER.seal(payload, salt=SALT, nonce=NONCE)
        assert committed == hmac_by_definition(SALT, payload)
        assert sealed == sealed_by_hand(padded_by_hand(payload), committed)

    def test_known_bytes(self):
        committed, sealed = SEALER.seal(b'{"data":{}}', salt=SALT, nonce=NONCE)
        assert committed.hex() == "cc2dd79bfbcf52764cf666ad64880cbfb708a92741b4221ae9a021a95b32a171"
        assert sealed[:13].hex() == "01000102030405060708090a0b"
        assert hashlib.sha256(sealed).hexdigest() == "c712cdb6bc855d8701920732874abf54d9ec77d82bfb2aad60515238e7d894b0"


class TestRoundTrip:
    @settings(deadline=None)
    @given(
        payload=st.binary(max_size=600) | st.lists(st.sampled_from([b"\0", b"\x80", b"a"])).map(b"".join),
        salt=st.binary(min_size=32, max_size=32),
        nonce=st.binary(min_size=12, max_size=12),
    )
    def test_what_is_sealed_opens_to_itself(self, payload, salt, nonce):
        committed, sealed = SEALER.seal(payload, salt=salt, nonce=nonce)
        assert SEALER.open(sealed, committed) == (salt, payload)
        assert SEALER.open_spelled(sealed, committed, committed.hex().encode()) == payload
        assert reproduces(salt, payload, committed)

    @pytest.mark.parametrize("ending", [b"", b"\x80", b"\0", b"\x80\0", b"\0\x80", b"\x80" * 3, b"\0" * 300, b"a"])
    def test_every_length_around_a_block_and_every_ending(self, ending):
        for length in [*range(6), *range(220, 230), *range(475, 485)]:
            payload = b"x" * length + ending
            committed, sealed = SEALER.seal(payload, salt=SALT, nonce=NONCE)
            assert SEALER.open(sealed, committed) == (SALT, payload)
            assert (len(sealed) - 1 - 12 - 16) % BLOCK == 0

    def test_lengths_within_a_block_cannot_be_told_apart(self):
        lengths = {size: len(SEALER.seal(b"x" * size, salt=SALT, nonce=NONCE)[1]) for size in range(480)}
        assert {lengths[size] for size in range(224)} == {1 + 12 + 256 + 16}
        assert {lengths[size] for size in range(224, 480)} == {1 + 12 + 512 + 16}

    def test_the_longest_payload(self):
        payload = b"\x80" * MAX_PAYLOAD_BYTES
        committed, sealed = SEALER.seal(payload, salt=SALT, nonce=NONCE)
        assert SEALER.open(sealed, committed) == (SALT, payload)

    def test_sealed_again_with_another_nonce_it_keeps_its_commitment(self):
        first, again = (SEALER.seal(b"payload", salt=SALT, nonce=nonce) for nonce in (NONCE, bytes(12)))
        assert first[0] == again[0]
        assert first[1] != again[1]
        assert SEALER.open(again[1], first[0]) == (SALT, b"payload")


class TestSealingRefuses:
    def test_a_payload_over_one_mebibyte(self):
        with pytest.raises(SealError, match="1048577 bytes"):
            SEALER.seal(bytes(MAX_PAYLOAD_BYTES + 1), salt=SALT, nonce=NONCE)

    @pytest.mark.parametrize(("salt", "nonce"), [(31, 12), (33, 12), (0, 12), (32, 11), (32, 13), (32, 16), (32, 0)])
    def test_a_salt_or_nonce_of_another_length(self, salt, nonce):
        with pytest.raises(SealError, match="salt of 32 bytes"):
            SEALER.seal(b"", salt=bytes(salt), nonce=bytes(nonce))

    @pytest.mark.parametrize("length", [0, 16, 24, 31, 33, 64])
    def test_a_data_key_or_half_of_another_length(self, length):
        with pytest.raises(SealError, match="data key"):
            Sealer(bytes(length), **NAMES)
        for epoch, chain in ((length, 32), (32, length)):
            with pytest.raises(SealError, match="half"):
                derive_data_key(bytes(epoch), bytes(chain), **NAMES)
        with pytest.raises(SealError, match="half"):
            half_check(ORIGIN, CHAIN, bytes(length))

    @pytest.mark.parametrize(
        ("member", "name"),
        [("origin", ORIGIN + "\n" + CHAIN), ("origin", ""), ("chain", CHAIN + "\n"), ("chain", KEY), ("key", CHAIN)],
    )
    def test_names_that_no_entry_can_bear(self, member, name):
        """A line feed in a name would let two triples of names be the same bytes."""
        names = NAMES | {member: name}
        with pytest.raises(FormatError):
            Sealer(DATA_KEY, **names)
        with pytest.raises(FormatError):
            derive_data_key(bytes(32), bytes(32), **names)

    @pytest.mark.parametrize(("origin", "half_id"), [("", CHAIN), (ORIGIN, ""), (ORIGIN, "cus_"), (ORIGIN, "a:\n")])
    def test_a_half_of_no_chain_and_no_key(self, origin, half_id):
        with pytest.raises(FormatError):
            half_check(origin, half_id, bytes(32))


class TestOpeningRefuses:
    @pytest.mark.parametrize("payload", [b"", b"payload", b"x" * 300])
    def test_every_byte_changed(self, payload):
        committed, sealed = SEALER.seal(payload, salt=SALT, nonce=NONCE)
        for place in range(len(sealed)):
            for bit in (0x01, 0x80):
                changed = bytearray(sealed)
                changed[place] ^= bit
                with pytest.raises(UnknownFormatError if place == 0 and changed[0] > 1 else SealError):
                    SEALER.open(bytes(changed), committed)

    def test_every_prefix_and_every_added_byte(self):
        committed, sealed = SEALER.seal(b"payload", salt=SALT, nonce=NONCE)
        for end in range(len(sealed)):
            with pytest.raises(SealError):
                SEALER.open(sealed[:end], committed)
        for extra in (1, 16, 255, 256, 512):
            with pytest.raises(SealError):
                SEALER.open(sealed + bytes(extra), committed)
            with pytest.raises(SealError):
                SEALER.open(sealed[:13] + bytes(extra) + sealed[13:], committed)

    def test_every_byte_of_the_commitment_changed(self):
        committed, sealed = SEALER.seal(b"payload", salt=SALT, nonce=NONCE)
        for place in range(32):
            other = bytearray(committed)
            other[place] ^= 1
            with pytest.raises(SealError, match="does not open"):
                SEALER.open(sealed, bytes(other))

    @pytest.mark.parametrize(
        ("member", "name"),
        [
            ("origin", "shoseki.example/main2"),
            ("chain", "log"),
            ("chain", CHAIN[:-1] + "0"),
            ("key", "trail:2026-11-23"),
            ("key", "trail24:2026-11-22"),
        ],
    )
    def test_other_names_and_another_key(self, member, name):
        committed, sealed = SEALER.seal(b"payload", salt=SALT, nonce=NONCE)
        with pytest.raises(SealError, match="does not open"):
            Sealer(DATA_KEY, **NAMES | {member: name}).open(sealed, committed)
        with pytest.raises(SealError, match="does not open"):
            Sealer(bytes(32), **NAMES).open(sealed, committed)

    def test_the_seal_of_another_entry(self):
        one, other = (SEALER.seal(payload, salt=SALT, nonce=NONCE) for payload in (b"one", b"other"))
        with pytest.raises(SealError, match="does not open"):
            SEALER.open(other[1], one[0])

    @pytest.mark.parametrize(
        ("salt", "payload"), [(SALT, b"another"), (bytes(32), b"payload"), (SALT, b""), (SALT, b"payload\0")]
    )
    def test_a_seal_made_with_the_right_key_around_something_the_entry_did_not_commit_to(self, salt, payload):
        committed = commitment(SALT, b"payload")
        with pytest.raises(SealError, match="did not commit"):
            SEALER.open(sealed_by_hand(padded_by_hand(payload, salt), committed), committed)

    @pytest.mark.parametrize(
        "padded",
        [
            bytes(BLOCK),
            SALT + bytes(BLOCK - 32),
            SALT[:31] + b"\x80" + bytes(BLOCK - 32),
            SALT + b"payload" + bytes(BLOCK - 39),
            SALT + b"payload\x81" + bytes(BLOCK - 40),
            SALT + b"payload\x80" + bytes(BLOCK - 41) + b"\x01",
            SALT + b"payload\x80" + bytes(2 * BLOCK - 40),
            SALT + b"x" * 223 + b"\x80" + bytes(BLOCK),
        ],
        ids=[
            "zeros",
            "salt",
            "mark in the salt",
            "no mark",
            "other mark",
            "trailing",
            "a block more",
            "a block too many",
        ],
    )
    def test_another_padding_even_where_the_payload_would_be_right(self, padded):
        committed = commitment(SALT, padded[32:].rstrip(b"\0").removesuffix(b"\x80"))
        with pytest.raises(SealError, match="padded"):
            SEALER.open(sealed_by_hand(padded, committed), committed)

    @pytest.mark.parametrize("length", [0, 1, 255, 257, 300, 511])
    def test_a_length_that_no_padding_gives(self, length):
        padded = padded_by_hand(b"payload")
        padded = (padded + padded)[:length]
        committed = commitment(SALT, b"payload")
        with pytest.raises(SealError, match="length"):
            SEALER.open(sealed_by_hand(padded, committed), committed)

    def test_a_payload_over_one_mebibyte_though_rightly_sealed_and_committed(self):
        for size, reason in ((MAX_PAYLOAD_BYTES + 1, "did not commit"), (MAX_PAYLOAD_BYTES + 300, "length")):
            payload = b"x" * size
            committed = commitment(SALT, payload)
            with pytest.raises(SealError, match=reason):
                SEALER.open(sealed_by_hand(padded_by_hand(payload), committed), committed)

    @pytest.mark.parametrize("version", [2, 3, 255])
    def test_a_later_version_is_not_called_broken(self, version):
        committed, sealed = SEALER.seal(b"payload", salt=SALT, nonce=NONCE)
        for rest in (sealed[1:], b"", b"anything"):
            with pytest.raises(UnknownFormatError, match=f"version {version}; this program knows 1"):
                SEALER.open(bytes([version]) + rest, committed)

    def test_no_version(self):
        committed, sealed = SEALER.seal(b"payload", salt=SALT, nonce=NONCE)
        for data in (b"", b"\0", b"\0" + sealed[1:]):
            with pytest.raises(SealError, match="no seal version"):
                SEALER.open(data, committed)

    def test_no_refusal_tells_anything_of_the_payload(self):
        committed, _ = SEALER.seal(b"", salt=SALT, nonce=NONCE)
        secret = b"a planted word"
        for padded in (padded_by_hand(secret), SALT + secret + bytes(BLOCK - 32 - len(secret))):
            with pytest.raises(LogError) as caught:
                SEALER.open(sealed_by_hand(padded, committed), committed)
            assert "planted" not in f"{caught.value!r} {caught.value.__cause__!r}"


class TestDisclosure:
    def test_salt_and_payload_reproduce_their_commitment_only(self):
        committed = commitment(SALT, b"payload")
        assert reproduces(SALT, b"payload", committed)
        assert not reproduces(SALT, b"payloae", committed)
        assert not reproduces(SALT, b"", committed)
        assert not reproduces(bytes(32), b"payload", committed)
        for changed in (committed[:-1], committed + b"\0", b"", committed[:-1] + bytes([committed[-1] ^ 1])):
            assert not reproduces(SALT, b"payload", changed)

    def test_a_salt_of_another_length_is_none_though_the_hash_is_the_same(self):
        """HMAC fills short keys with zeros and hashes long ones, so that several keys give one answer."""
        short, long = SALT[:31] + b"\0", b"k" * 65
        assert commitment(short[:31], b"payload") == commitment(short, b"payload")
        assert reproduces(short, b"payload", commitment(short, b"payload"))
        assert not reproduces(short[:31], b"payload", commitment(short, b"payload"))
        assert not reproduces(short + b"\0", b"payload", commitment(short, b"payload"))
        assert reproduces(hashlib.sha256(long).digest(), b"payload", commitment(long, b"payload"))
        assert not reproduces(long, b"payload", commitment(long, b"payload"))

    def test_what_is_too_long_is_no_payload(self):
        for size, possible in ((MAX_PAYLOAD_BYTES, True), (MAX_PAYLOAD_BYTES + 1, False)):
            assert reproduces(SALT, bytes(size), commitment(SALT, bytes(size))) is possible
