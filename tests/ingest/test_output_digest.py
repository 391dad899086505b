"""Output digests: the same for every way in which a stream is cut into pieces."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st
from recording_runs import unhurried

from ledger.ingest.output_digest import MAX_LINES, OutputDigest


def digests(*pieces: bytes) -> OutputDigest:
    digest = OutputDigest()
    for piece in pieces:
        digest.feed(piece)
    return digest


def reference(stream: bytes) -> list[str]:
    lines = [line.rstrip(b"\r") for line in stream.split(b"\n")[:-1]]
    return [sha256(line).hexdigest()[:16] for line in lines if len(line) >= 16][:64]


def test_a_line_ends_with_lf_and_crs_before_it_are_no_part_of_it():
    line = b"a line of at least sixteen bytes"
    expected = [sha256(line).hexdigest()[:16]]
    for end in (b"\n", b"\r\n", b"\r\r\n"):
        assert digests(line + end).lines == expected
    assert digests(line).lines == []
    assert digests(b"\r" + line + b"\n").lines == [sha256(b"\r" + line).hexdigest()[:16]]


def test_short_lines_are_not_named():
    assert digests(b"x" * 15 + b"\n").lines == []
    assert len(digests(b"x" * 16 + b"\n").lines) == 1


def test_only_the_first_lines_are_named_and_all_bytes_are_hashed():
    stream = b"".join(b"%020d\r\n" % number for number in range(100))
    digest = digests(stream)
    assert digest.lines == reference(stream)
    assert len(digest.lines) == MAX_LINES == 64
    assert digest.hex() == sha256(stream).hexdigest()
    assert digest.size == len(stream)


def test_a_stream_without_lines_names_none():
    digest = OutputDigest(max_lines=0)
    digest.feed(b"sixteen bytes and more\n")
    assert digest.lines == []
    assert digest.size == 23


pieces = st.lists(st.lists(st.sampled_from([b"\r", b"\n", b"a", b"0123456789abcdef"]), max_size=12).map(b"".join))


@unhurried
@given(pieces)
def test_pieces_make_no_difference(parts: list[bytes]):
    stream = b"".join(parts)
    digest = digests(*parts)
    assert digest.lines == reference(stream)
    assert digest.hex() == sha256(stream).hexdigest()
