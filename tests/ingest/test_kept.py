"""What is kept of a source in runs is what is kept line by line."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_reads import SmallReads

from ledger.ingest.kept import kept
from ledger.ingest.lines import LINE_LIMIT, Readable, read_lines, read_runs
from ledger.ingest.model import Line
from ledger.ingest.registry import Options, open_format

_LINES = [
    b'Nov 22 18:04:36 h sudo: @cee:{"sudo":{"accept":{"runenv":["A=secret","TZ=UTC"]}}}',
    b't : TTY=pts/3 ; PWD=/ ; USER=root ; ENV=A=secret B=x ; COMMAND=/bin/ls "runenv"',
    b"a line without any",
    b"",
    b"\r",
    b'"runenv',
    b" ; ENV=A=1\r",
    b"x" * 40,
]


def _line_by_line(source: Readable, name: str, limit: int) -> tuple[bytes, int]:
    redactor = open_format(name, Options()).redactor
    assert redactor is not None
    lines = read_lines(source, limit=limit)
    return b"".join(redactor.keep(line) + line.end for line in lines), redactor.removed


@given(st.lists(st.sampled_from(_LINES), max_size=12), st.integers(1, 90), st.sampled_from([b"\n", b""]))
def test_runs_are_kept_as_their_lines_are(lines: list[bytes], most: int, last: bytes) -> None:
    data = b"\n".join(lines) + last
    source = open_format("sshd", Options())
    assert source.redactor is not None
    assert source.marks
    given = b"".join(kept(SmallReads(data, most), source.redactor, source.marks))
    assert (given, source.redactor.removed) == _line_by_line(io.BytesIO(data), "sshd", source.line_limit)


@pytest.mark.parametrize("long", [b"x" * LINE_LIMIT, b"x" * LINE_LIMIT + b"yy", _LINES[0] + b"x" * LINE_LIMIT])
def test_a_line_over_the_limit_is_kept_as_it_is_alone(long: bytes) -> None:
    data = b"\n".join([*_LINES, long, *_LINES, long + b"\r", *_LINES, long])
    source = open_format("sshd", Options())
    assert source.redactor is not None
    given = b"".join(kept(io.BytesIO(data), source.redactor, source.marks))
    assert (given, source.redactor.removed) == _line_by_line(io.BytesIO(data), "sshd", LINE_LIMIT)


@given(st.binary(max_size=200).map(lambda data: data.replace(b"\x0b", b"\n")), st.integers(1, 20), st.integers(0, 9))
def test_runs_are_the_lines_of_the_source(data: bytes, size: int, more: int) -> None:
    given = list(read_runs(io.BytesIO(data), limit=size + more, chunk_size=size))
    numbered = [part for part in given if isinstance(part, Line)]
    lines = {line.number: line for line in read_lines(io.BytesIO(data), limit=size + more)}
    assert all(lines[line.number] == line for line in numbered)
    told = sum(part.count(b"\n") if isinstance(part, bytes) else 1 for part in given)
    assert told == len(lines)
    if not any(line.truncated for line in lines.values()):
        assert b"".join(part if isinstance(part, bytes) else part.data + part.end for part in given) == data
    for part in given:
        if isinstance(part, bytes):
            assert part.endswith(b"\n")
            assert max(map(len, part.split(b"\n"))) <= size + more


def test_a_chunk_is_no_longer_than_a_line_may_be() -> None:
    with pytest.raises(ValueError, match="a chunk"):
        list(read_runs(io.BytesIO(b"x"), limit=4, chunk_size=5))
