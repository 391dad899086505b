"""Lines that come many at once are read as each by itself: the same items, the same counts, wherever a run is cut."""

import io
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from log_runs import AUTH_LOGS, JST
from recording_runs import unhurried
from small_reads import SmallReads

from ledger.ingest.lines import read_lines, read_runs
from ledger.ingest.model import Item, Line, RunImporter
from ledger.ingest.registry import Options, open_format

_PIECES = [
    b"Nov 22 18:04:36 h sshd[8]: Accepted password for ann from 192.0.2.1 port 5 ssh2",
    b"Nov 22 18:04:36 h sshd[8]: pam_unix(sshd:session): session closed for user ann",
    b"<38>Nov 22 18:04:37 h sshd[9]: Failed password for b\xff from 192.0.2.1 port 6 ssh2",
    b"Nov 22 17:00:00 h sshd[9]: Connection closed by 192.0.2.1 port 6",
    b"Nov 22 18:04:38 g sudo: t : TTY=pts/3 ; PWD=/ ; USER=root ; COMMAND=/bin/ls \0",
    b'Nov 22 18:04:38 g sudo: @cee:{"sudo":{"reject":{"submituser":"t\xc3\xa9","command":"/bin/ls"}}}',
    b'Nov 22 18:04:39 g sudo: @cee:{"sudo":{"reject":{"submituser":"t\xff","command":"/bin/ls"}}}',
    b'Nov 22 18:04:39 g sudo: @cee:{"sudo":',
    b"2026-11-22T18:04:36+09:00 h sshd[8]: Invalid user x from 192.0.2.1 port 7",
    b"<38>1 2026-11-22T18:04:36+09:00 h sshd 8 - - Invalid user x from 192.0.2.1 port 7",
    b"Nov 22 18:04:60 h sshd[8]: a",
    b"Nov 22 18x04:36 h sshd[8]: a",
    b"Nov 22 18:04:3",
    b"\xef\xbb\xbfNov 22 18:04:36 h cron[1]: a",
    b"  ",
    b"",
    b"\r",
    b"x" * 90,
]


def _importer(name: str, options: Options) -> RunImporter:
    importer = open_format(name, options).importer
    assert isinstance(importer, RunImporter)
    return importer


def _one_by_one(name: str, options: Options, data: bytes, limit: int) -> tuple[list[Item], object]:
    importer = _importer(name, options)
    items = [item for line in read_lines(io.BytesIO(data), limit=limit) for item in importer.feed(line)]
    return [*items, *importer.finish()], getattr(importer, "counts", None)


def _in_runs(name: str, options: Options, data: bytes, limit: int, most: int) -> tuple[list[Item], object]:
    importer = _importer(name, options)
    items: list[Item] = []
    number = 0
    for part in read_runs(SmallReads(data, most), limit=limit, chunk_size=limit):
        if isinstance(part, Line):
            number = part.number
            items.extend(importer.feed(part))
        else:
            items.extend(importer.feed_run(number + 1, part))
            number += part.count(b"\n")
    return [*items, *importer.finish()], getattr(importer, "counts", None)


@unhurried
@given(
    lines=st.lists(st.sampled_from(_PIECES), max_size=30),
    ends=st.lists(st.sampled_from([b"\n", b"\r\n", b"\r\r\n"]), min_size=30, max_size=30),
    whole=st.booleans(),
    most=st.integers(1, 2000),
    format_name=st.sampled_from(["sshd", "sshd-3164"]),
)
def test_a_run_tells_what_its_lines_tell(
    lines: list[bytes], ends: list[bytes], most: int, format_name: str, *, whole: bool
) -> None:
    data = b"".join(line + end for line, end in zip(lines, ends, strict=False))
    data = data if whole else data[:-1]
    expected = _one_by_one(format_name, JST, data, 88)
    assert _in_runs(format_name, JST, data, 88, most) == expected
    assert _in_runs(format_name, JST, data, 1 << 20, most) == _one_by_one(format_name, JST, data, 1 << 20)


@pytest.mark.parametrize("name", AUTH_LOGS)
def test_a_whole_log_in_runs_tells_what_its_lines_tell(name: str) -> None:
    path, options = AUTH_LOGS[name]
    random = Random(836)
    lines = path.read_bytes().splitlines(keepends=True)
    for place in range(3, len(lines), 7):
        line = bytearray(lines[place])
        line[random.randrange(len(line) - 1)] = random.choice(b"\0\xff\r:@<")
        lines[place] = bytes(line)
    data = b"".join(lines)
    for most in (1 << 20, 4096, 333):
        assert _in_runs(name, options, data, 1 << 20, most) == _one_by_one(name, options, data, 1 << 20)
