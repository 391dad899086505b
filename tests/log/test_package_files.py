"""Packages as files: what is written comes back, and what no writer would write is refused."""

import io
import json
import tracemalloc
from dataclasses import replace

import pytest
from repack import listed, pack, unpack
from small_log import ALICE, names, two_customers, verify

from ledger.log import package_reader
from ledger.log.archive import DEFLATED, STORED
from ledger.log.errors import FormatError, UnknownFormatError
from ledger.log.package import BAGIT, CHECKPOINT, ENTRIES, MANIFEST, PROOFS, Contents, Line, format_line, write_package
from ledger.log.package_reader import MAX_PROOFS_HEAD_BYTES, MAX_PROOFS_VALUES, PackageReader
from ledger.log.proofs import Covers, Proofs
from ledger.log.trust import Rotation


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return unpack(two_customers().draft(since=(5, 8)).packed())


def full_proofs() -> Proofs:
    log = two_customers()
    rotation = Rotation(log.checkpoint(5), log.entries[3], (bytes(32),), (bytes(32), bytes(32)))
    return log.draft(since=(5, 8), rotations=(rotation,), blobs_withheld=("0" * 32,)).proofs


def verified(files: dict[str, bytes]) -> set[str]:
    return names(verify(pack(files)))


# -- writing -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [STORED, DEFLATED])
def test_the_same_contents_give_the_same_bytes(method):
    one, other = (two_customers().draft().packed(method) for _ in range(2))
    assert one == other
    assert verify(one).status == 0


def test_a_package_is_a_bag_with_sorted_files(files):
    assert list(files) == [BAGIT, CHECKPOINT, ENTRIES, PROOFS, MANIFEST]
    assert files[BAGIT] == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    assert files == listed(files)
    assert [json.loads(line)["state"] for line in files[ENTRIES].splitlines()] == ["valid"] * 5


def test_proofs_come_back():
    proofs = full_proofs()
    assert Proofs.parse(proofs.format()) == proofs
    assert list(json.loads(proofs.format())) == sorted(json.loads(proofs.format()))


def test_a_line_discloses_salt_and_payload_together():
    for salt, payload in ((b"s", None), (None, b"p")):
        with pytest.raises(FormatError, match="together"):
            format_line(Line(b"entry", "valid", salt, payload))


@pytest.mark.exhaustive
def test_writing_and_reading_hold_a_line_in_memory_not_a_package():
    log = two_customers()
    draft = log.draft()
    count = 20_000
    line = draft.lines[1]
    contents = Contents(draft.proofs, (line for _ in range(count)), (bytes(32) for _ in range(count)))
    file = io.BytesIO()
    write_package(file, contents)  # once before counting, so that caches are filled
    tracemalloc.start()
    write_package(io.BytesIO(), contents=replace(contents, lines=(line for _ in range(count))))
    _, written = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    reader = PackageReader(file)
    blocks = sum(len(block) for block in reader.blocks())
    _, hashes = reader.proofs()
    assert sum(1 for _ in hashes) == count
    _, read = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert blocks == count * len(format_line(line)) > 13_000_000
    assert written < 3_000_000
    assert read - before < 6 * package_reader.BLOCK_BYTES


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 127, 3071, 3072, 3073, 10_000])
def test_a_batch_proof_of_any_length_comes_back(count):
    draft = two_customers().draft()
    hashes = [number.to_bytes(32, "big") for number in range(count)]
    file = io.BytesIO()
    write_package(file, Contents(draft.proofs, draft.lines, hashes))
    proofs, found = PackageReader(file).proofs()
    assert (proofs, list(found)) == (draft.proofs, hashes)


# -- files -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [BAGIT, MANIFEST, CHECKPOINT, ENTRIES, PROOFS])
def test_no_file_may_be_missing(files, name):
    rest = {other: content for other, content in files.items() if other != name}
    assert verified(rest) == {"FILE_ABSENT"}
    if name not in {BAGIT, MANIFEST}:
        assert verified(listed(rest)) == {"FILE_ABSENT"}


@pytest.mark.parametrize("name", ["data/extra", "extra", "data/blobs/" + "0" * 32])
def test_an_unlisted_file_is_refused(files, name):
    assert verified(files | {name: b"x"}) == {"FILE_UNLISTED"}


@pytest.mark.parametrize("name", ["data/extra", "data/blobs/x", "data/blobs/" + "0" * 31, "data/a/b"])
def test_a_listed_file_that_no_package_has_is_refused(files, name):
    assert verified(listed(files | {name: b"x"})) == {"FILE_UNLISTED"}


@pytest.mark.parametrize("name", [CHECKPOINT, ENTRIES, PROOFS])
def test_a_file_with_another_digest_is_refused(files, name):
    digests = files[MANIFEST].decode().splitlines(keepends=True)
    changed = "".join("0" * 64 + line[64:] if line.endswith(f"{name}\n") else line for line in digests)
    assert verified(files | {MANIFEST: changed.encode()}) == {"DIGEST_DIFFERS"}


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: text + "\n",
        lambda text: text.upper(),
        lambda text: text.replace("  ", " "),
        lambda text: text.replace("  data", "  /data"),
        lambda text: text.replace("data/entries", "data/../entries"),
        lambda text: "".join(reversed(text.splitlines(keepends=True))),
        lambda text: text + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "é" + text,
    ],
)
def test_a_manifest_in_another_spelling_is_refused(files, change):
    manifest = change(files[MANIFEST].decode()).encode()
    assert verified(files | {MANIFEST: manifest}) <= {"ARCHIVE_FORM", "FILE_UNLISTED"}


def test_another_bag_declaration_is_refused(files):
    for text in (files[BAGIT].replace(b"1.0", b"0.9"), files[BAGIT] + b" " * 100):
        assert verified(files | {BAGIT: text}) == {"ARCHIVE_FORM"}


def test_a_checkpoint_too_long_to_read_is_refused(files):
    assert verified(listed(files | {CHECKPOINT: b"x" * 600_000})) == {"CHECKPOINT_FORM"}


def test_the_two_checkpoints_must_be_one(files):
    log = two_customers()
    assert verified(listed(files | {CHECKPOINT: log.checkpoint(12)})) == {"CHECKPOINTS_DIFFER"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda data: data[:-1], "LINE_FORM"),
        (lambda data: data.replace(b"\n", b"\r\n"), "LINE_FORM"),
        (lambda data: data + b"\n", "LINE_FORM"),
        (lambda data: b"\n" + data, "LINE_FORM"),
        (lambda data: data + b"\xff\n", "LINE_FORM"),
        (lambda data: data.replace(b'{"entry"', b'{ "entry"'), "LINE_FORM"),
        (lambda data: data.replace(b'"state":"valid"', b'"state":"VALID"'), "LINE_FORM"),
        (lambda data: data.replace(b'"entry":"', b'"entry":"*'), "LINE_FORM"),
        (lambda data: data.replace(b'"entry":"', b'"entry":"A'), "ENTRY_FORM"),
        (lambda data: data.replace(b'"payload":"', b'"payload":"A'), "LINE_FORM"),
        (lambda data: b"x" * (package_reader.MAX_LINE_BYTES + 2) + b"\n" + data, "LINE_FORM"),
    ],
)
def test_lines_in_another_spelling_are_refused(files, change, expected):
    assert expected in verified(listed(files | {ENTRIES: change(files[ENTRIES])}))


def test_a_line_that_never_ends_is_not_read_to_its_end(files):
    """A few hundred kilobytes can unpack to a gigabyte without a line end."""
    endless = files | {ENTRIES: b"x" * (40 << 20)}
    packed = pack(listed(endless), DEFLATED)
    tracemalloc.start()
    assert names(verify(packed)) == {"LINE_FORM"}
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20


def test_no_entries_at_all_are_missing_entries(files):
    assert "SEQ_GAP" in verified(listed(files | {ENTRIES: b""}))


# -- proofs ------------------------------------------------------------------------------------------------------------


def with_proofs(files, change) -> dict[str, bytes]:
    return listed(files | {PROOFS: change(files[PROOFS])})


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"",
        lambda data: b"{}",
        lambda data: data[:-1],
        lambda data: data[:-2] + b"A" + data[-2:],
        lambda data: data[:-2] + b'AAAA"}',
        lambda data: data + b"\n",
        lambda data: data.replace(b'"format"', b'"farmat"'),
        lambda data: data.replace(b"shoseki-package-1", b"another-format-1"),
        lambda data: data.replace(b',"proof":"', b',"prroof":"'),
        lambda data: data.replace(b'"blobs_withheld":[]', b'"blobs_withheld":["x"]'),
        lambda data: data.replace(b'"blobs_withheld":[]', b'"blobs_withheld":{}'),
        lambda data: data.replace(b'"first":1', b'"first":0'),
        lambda data: data.replace(b'"first":1', b'"first":7'),
        lambda data: data.replace(b'"chain":"cus_', b'"chain":"cux_'),
        lambda data: data.replace(b'"size":5', b'"size":-5'),
        lambda data: data.replace(b'"seq":5', b'"seq":"5"'),
        lambda data: data.replace(b'"keys":[]', b'"keys":[{}]'),
        lambda data: data.replace(b'"heads":{"entry":"', b'"heads":{"entry":"*'),
        lambda data: data.replace(b',"head":"', b',"head":"00'),
        lambda data: data.replace(b'{"blobs_withheld"', b'{ "blobs_withheld"'),
        lambda data: b"[" * 100 + data,
    ],
)
def test_proofs_in_another_spelling_are_refused(files, change):
    assert verified(with_proofs(files, change)) == {"PROOFS_FORM"}


def test_proofs_whose_head_never_ends_are_not_read_to_their_end(files, monkeypatch):
    monkeypatch.setattr(package_reader, "MAX_PROOFS_HEAD_BYTES", 1000)
    long = listed(files | {PROOFS: b'{"blobs_withheld":"' + b"x" * 600_000 + files[PROOFS]})
    assert verified(long) == {"PROOFS_FORM"}


def test_a_batch_proof_inside_the_other_members_is_refused(files):
    moved = with_proofs(files, lambda data: data.replace(b'"covers":{', b'"covers":{"a":1,"proof":"","z":1,'))
    assert verified(moved) == {"PROOFS_FORM"}


def test_a_batch_proof_that_is_not_empty_where_it_is_parsed_is_refused():
    data = full_proofs().format()
    with pytest.raises(FormatError, match="not the last member"):
        Proofs.parse(data.replace(b'"proof":""', b'"proof":"AAAA"'))


def test_a_newer_package_is_unknown(files):
    newer = with_proofs(files, lambda data: data.replace(b"shoseki-package-1", b"shoseki-package-2"))
    report = verify(pack(newer))
    assert names(report) == {"UNKNOWN_FORMAT"}
    assert report.status == 2
    with pytest.raises(UnknownFormatError, match="shoseki-package-2"):
        Proofs.parse(full_proofs().format().replace(b"package-1", b"package-2"))


@pytest.mark.parametrize(("first", "last"), [(0, 1), (3, 1), (2, 0)])
def test_nobody_can_ask_for_entries_that_cannot_be(first, last):
    with pytest.raises(FormatError, match="cannot cover"):
        Covers(ALICE, first, last)


def test_the_proofs_of_a_large_log_are_read_and_a_bomb_of_values_is_not():
    """Ten thousand core entries, a thousand recordings: a large honest package. A value that is nothing is not."""
    draft = two_customers().draft()
    draft.change_proofs(
        entries=draft.proofs.entries * 10_000, blobs_withheld=tuple(f"{number:032x}" for number in range(1_000))
    )
    proofs, _ = PackageReader(io.BytesIO(draft.packed())).proofs()
    assert proofs == draft.proofs
    files = unpack(two_customers().draft().packed())
    for count, said in ((MAX_PROOFS_VALUES // 2, "more than"), (MAX_PROOFS_HEAD_BYTES // 2, "where one belongs")):
        bomb = files["data/proofs.json"].replace(
            b'"consistency":[]', b'"consistency":[%b]' % b",".join([b"{}"] * count)
        )
        report = verify(pack(listed(files | {"data/proofs.json": bomb}), DEFLATED))
        assert [(finding.refusal.name, said in finding.text) for finding in report.findings] == [("PROOFS_FORM", True)]
