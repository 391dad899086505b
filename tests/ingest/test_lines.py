"""The reader of lines: nothing is lost, and no line costs more memory than the limit."""

import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recording_runs import unhurried

from ledger.ingest.lines import LINE_LIMIT, read_lines
from ledger.ingest.model import Line

pieces = st.lists(st.sampled_from([b"\n", b"\r\n", b"\r", b"\0", b"a", b"bcd", "証".encode(), b" " * 9]), max_size=40)


def lines_of(data: bytes, limit: int = 64, chunk_size: int = 7) -> list[Line]:
    return list(read_lines(io.BytesIO(data), limit=limit, chunk_size=chunk_size))


def test_line_ends_are_told_apart_and_kept() -> None:
    lines = lines_of(b"one\ntwo\r\n\n\r\nthree\rstill\nlast")
    assert [(line.data, line.end) for line in lines] == [
        (b"one", b"\n"),
        (b"two", b"\r\n"),
        (b"", b"\n"),
        (b"", b"\r\n"),
        (b"three\rstill", b"\n"),
        (b"last", b""),
    ]
    assert [line.offset for line in lines] == [0, 4, 9, 10, 12, 24]
    assert [line.number for line in lines] == [1, 2, 3, 4, 5, 6]


def test_nul_bytes_are_data() -> None:
    assert lines_of(b"a\0b\n\0\n") == [Line(1, 0, b"a\0b"), Line(2, 4, b"\0")]


def test_nothing_is_no_line() -> None:
    assert lines_of(b"") == []


def test_a_line_at_the_limit_is_whole_and_one_over_it_is_cut() -> None:
    whole, cut, after = lines_of(b"x" * 8 + b"\r\n" + b"y" * 9 + b"\n" + b"z\n", limit=8)
    assert whole == Line(1, 0, b"x" * 8, end=b"\r\n")
    assert cut == Line(2, 10, b"y" * 8, truncated=True)
    assert after == Line(3, 20, b"z")


def test_a_cut_last_line_says_that_it_has_no_end() -> None:
    assert lines_of(b"y" * 9, limit=8) == [Line(1, 0, b"y" * 8, truncated=True, end=b"")]


@unhurried
@given(parts=pieces, limit=st.integers(1, 12), chunk_size=st.integers(1, 9))
def test_every_byte_is_in_exactly_one_line(parts: list[bytes], limit: int, chunk_size: int) -> None:
    data = b"".join(parts)
    taps: list[bytes] = []
    lines = list(read_lines(io.BytesIO(data), limit=limit, chunk_size=chunk_size, tap=taps.append))
    assert b"".join(taps) == data
    for number, line in enumerate(lines, 1):
        following = lines[number].offset if number < len(lines) else len(data)
        raw = data[line.offset : following]
        assert line.number == number
        assert len(line.data) <= limit
        if line.truncated:
            assert raw.startswith(line.data)
            assert len(raw.rstrip(b"\n")) > limit
        else:
            assert raw == line.data + line.end
        assert b"\n" not in line.data
    assert sum(line.end != b"" for line in lines) == data.count(b"\n")


@unhurried
@given(parts=pieces, limit=st.integers(1, 12), chunk_size=st.integers(1, 9))
def test_the_chunks_make_no_difference(parts: list[bytes], limit: int, chunk_size: int) -> None:
    data = b"".join(parts)
    assert lines_of(data, limit, chunk_size) == lines_of(data, limit, 1 << 16)


class Endless(io.RawIOBase):
    """Gives one line without an end, so many bytes long."""

    def __init__(self, size: int) -> None:
        self._left = size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        taken = min(size, self._left)
        self._left -= taken
        return b"x" * taken


def test_a_long_line_costs_no_memory() -> None:
    seen = 0

    def tap(chunk: bytes) -> None:
        nonlocal seen
        seen += len(chunk)

    size = 200 << 20
    tracemalloc.start()
    try:
        (line,) = read_lines(Endless(size), tap=tap)  # type: ignore[arg-type]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert line.truncated
    assert len(line.data) == LINE_LIMIT
    assert seen == size
    assert peak < 8 << 20


@pytest.mark.parametrize(("limit", "chunk_size"), [(0, 1), (1, 0)])
def test_limits_must_leave_room(limit: int, chunk_size: int) -> None:
    with pytest.raises(ValueError, match="at least one byte"):
        list(read_lines(io.BytesIO(b""), limit=limit, chunk_size=chunk_size))
