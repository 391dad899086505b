import tracemalloc
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.log.blob import CHUNK_BYTES, TAG_BYTES, BlobReference, BlobSealer, check_blob, chunks_of, open_blob
from ledger.log.entry import leaf_hash
from ledger.log.errors import FormatError, SealError
from ledger.log.tree import root_of

KEY = bytes(range(32))
BLOB = "0123456789abcdef" * 2
BOX = CHUNK_BYTES + TAG_BYTES


def content_of(length: int) -> bytes:
    return (sha256(b"%d" % length).digest() * (length // 32 + 1))[:length]


def sealed(content: bytes, *, piece: int = 300_000, blob_id: str = BLOB) -> tuple[BlobReference, list[bytes]]:
    sealer = BlobSealer(KEY, blob_id)
    boxes = list(sealer.seal(content[at : at + piece] for at in range(0, len(content), piece)))
    return sealer.reference, boxes


LENGTHS = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES + 5]


@pytest.mark.parametrize("length", LENGTHS)
def test_a_blob_comes_back_and_its_reference_names_it_exactly(length):
    content = content_of(length)
    reference, boxes = sealed(content)
    assert b"".join(open_blob(reference, boxes)) == content
    assert [len(box) for box in boxes[:-1]] == [BOX] * (len(boxes) - 1)
    assert reference == BlobReference(
        BLOB, KEY, max(1, -(-length // CHUNK_BYTES)), length, sha256(content).digest(), root_of(map(leaf_hash, boxes))
    )
    assert reference.sealed_bytes == sum(map(len, boxes))
    assert reference.chunks == chunks_of(length)
    check_blob(reference, boxes)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 700_000), max_size=5), st.integers(50_000, 2_000_000))
def test_pieces_of_any_length_make_the_same_blob(lengths, piece):
    content = content_of(sum(lengths))
    starts = [sum(lengths[:number]) for number in range(len(lengths))]
    sealer = BlobSealer(KEY, BLOB)
    boxes = list(sealer.seal(content[start : start + length] for start, length in zip(starts, lengths, strict=True)))
    assert (sealer.reference, boxes) == sealed(content)
    joined = b"".join(boxes)
    assert (
        b"".join(open_blob(sealer.reference, (joined[at : at + piece] for at in range(0, len(joined), piece))))
        == content
    )


def test_sealing_and_opening_hold_a_few_chunks_in_memory():
    sealer = BlobSealer(KEY, BLOB)
    piece = bytes(CHUNK_BYTES)
    tracemalloc.start()
    length = sum(len(chunk) for box in sealer.seal(piece for _ in range(40)) for chunk in [box])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert length == 40 * BOX
    assert peak < 8 * CHUNK_BYTES


def test_there_is_no_reference_before_the_end():
    sealer = BlobSealer(KEY, BLOB)
    chunks = sealer.seal([content_of(2 * CHUNK_BYTES)])
    next(chunks)
    with pytest.raises(SealError, match="not sealed to its end"):
        sealer.reference  # noqa: B018 - reading it is the point


REFERENCE, BOXES = sealed(content_of(2 * CHUNK_BYTES + 100))


@pytest.mark.parametrize(
    "boxes",
    [
        [],
        BOXES[:1],
        BOXES[:2],
        BOXES[1:],
        [BOXES[1], BOXES[0], BOXES[2]],
        [BOXES[0], BOXES[0], BOXES[2]],
        [*BOXES, BOXES[2]],
        [*BOXES, b"x"],
        [BOXES[0], BOXES[1], BOXES[2][:-1]],
        [BOXES[0], BOXES[1], BOXES[2][:TAG_BYTES]],
        [BOXES[0], BOXES[1], b"short"],
        [bytes(BOX), *BOXES[1:]],
        [BOXES[0][:-1] + bytes([BOXES[0][-1] ^ 1]), *BOXES[1:]],
    ],
    ids=[
        "nothing",
        "cut to one",
        "cut to two",
        "first dropped",
        "swapped",
        "repeated",
        "last repeated",
        "trailing",
        "last cut",
        "last emptied",
        "last too short",
        "zeroed",
        "bit flipped",
    ],
)
def test_any_other_chunks_are_refused(boxes):
    with pytest.raises(SealError):
        check_blob(REFERENCE, boxes)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "f" * 32},
        {"key": bytes(32)},
        {"chunks": 2},
        {"chunks": 4},
        {"length": 2 * CHUNK_BYTES + 99},
        {"digest": bytes(32)},
        {"root": bytes(32)},
        {"key": b"short"},
    ],
    ids=str,
)
def test_another_reference_is_refused(change):
    with pytest.raises(SealError):
        check_blob(replace(REFERENCE, **change), BOXES)


def test_bytes_behind_a_full_last_chunk_are_refused():
    reference, boxes = sealed(content_of(CHUNK_BYTES))
    with pytest.raises(SealError, match="goes on after its last chunk"):
        check_blob(reference, [*boxes, b"x"])


def test_chunks_of_another_blob_are_refused():
    _, other = sealed(content_of(2 * CHUNK_BYTES + 100), blob_id="f" * 32)
    with pytest.raises(SealError, match="Chunk 1"):
        check_blob(REFERENCE, [BOXES[0], other[1], BOXES[2]])


def test_a_short_key_seals_nothing():
    with pytest.raises(SealError, match="32 bytes"):
        BlobSealer(b"short", BLOB)


@pytest.mark.parametrize("blob_id", ["", "F" * 32, "0" * 31, "0" * 33, "0" * 32 + "\n", None, 7])
def test_what_cannot_name_a_blob_is_refused(blob_id):
    with pytest.raises(FormatError, match="is not a blob id"):
        BlobSealer(KEY, blob_id)


MEMBERS = REFERENCE.members()


def test_a_reference_comes_back_from_its_members():
    assert BlobReference.parse(MEMBERS) == REFERENCE
    assert sorted(MEMBERS) == ["bytes", "chunks", "id", "key", "root", "sha256"]


def test_a_started_recording_names_id_and_key_only():
    assert BlobReference.parse({"id": BLOB, "key": KEY.hex()}) is None


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"id": BLOB},
        MEMBERS | {"more": 1},
        MEMBERS | {"id": "0"},
        MEMBERS | {"key": "00"},
        MEMBERS | {"key": None},
        MEMBERS | {"root": MEMBERS["root"].upper()},
        MEMBERS | {"sha256": "g" * 64},
        MEMBERS | {"chunks": 2},
        MEMBERS | {"chunks": -1},
        MEMBERS | {"chunks": "3"},
        MEMBERS | {"bytes": 2**53},
        MEMBERS | {"bytes": True},
        {"id": BLOB, "key": "00"},
    ],
    ids=str,
)
def test_any_other_members_are_refused(value):
    with pytest.raises(FormatError):
        BlobReference.parse(value)
