"""What a file is taken for: evidence, changed or not, or something else that nobody changed."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from small_log import POLICY, SmallLog, names, two_customers, verify

from ledger.log import canonical, policy
from ledger.log.archive import STORED
from ledger.log.evidence import Kind, kind_of
from ledger.log.package import FILES
from ledger.log.receipt import MAX_RECEIPT_BYTES
from ledger.log.verify import verify_receipt


@pytest.fixture(scope="module")
def log() -> SmallLog:
    return two_customers()


def kind(data: bytes) -> Kind:
    file = io.BytesIO(data)
    told = kind_of(file)
    assert file.tell() == 0
    return told


def zipped(*files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in files:
            archive.writestr(name, b"<xml/>" * 9_000)
    return packed.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"P",
        b"{",
        b"{}",
        b"{}\n",
        b"[]",
        b"\x00" * 4096,
        b"{\x00" + b"\x00" * 4096,
        b'{"name": "left-pad", "version": "1.0.0", "config": {"proof": "no", "entry": "index.js"}}',
        b'{"name": "' + b"a" * 5_000 + b'", "config": {"proof": "no", "entry": "index.js"}}',
        b'{"format": "shoseki-package-1"}',
        b'{"format": 1}',
        b'{"name": "left-pad", ',
        b"\xff\xfe{\x00}\x00",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        policy.format(POLICY),
        "証跡パッケージ: bagit.txt, data/entries.jsonl".encode(),
        zipped("word/document.xml", "[Content_Types].xml"),
        zipped(),
    ],
)
def test_what_has_nothing_of_evidence_is_something_else(data: bytes) -> None:
    assert kind(data) == "other"


def test_a_file_of_holes_is_something_else_however_long(tmp_path: Path) -> None:
    for name, beginning in (("zero", b""), ("json", b"{}")):
        with (tmp_path / name).open("wb+") as file:
            file.write(beginning)
            file.truncate(1 << 30)
            assert kind_of(file) == "other"
            assert file.tell() == 0


def changes(data: bytes) -> list[bytes]:
    """Give a receipt changed in ways after which something of it can still be told."""
    members = json.loads(data)
    fewer = [{name: value for name, value in members.items() if name != left_out} for left_out in members]
    alone = [{name: value} for name, value in members.items()]
    return [
        *map(canonical.encode, fewer),
        *map(canonical.encode, alone),
        canonical.encode(members | {"format": "nothing"}),
        json.dumps({"name": "left-pad"} | members).encode(),
        b'{"format":"nothing",' + data[1:],
        b" \r\n\t" + data,
        b"\xef\xbb\xbf" + data,
        data + b"\n",
        data + b"\xff\xfe",
        data + bytes(MAX_RECEIPT_BYTES),
        data.replace(b"A", b"\xff", 1),
    ]


@pytest.mark.parametrize("disclose", [True, False])
def test_a_changed_receipt_is_a_receipt_and_a_finding(log: SmallLog, disclose: bool) -> None:
    data = log.receipt(5, disclose=disclose)
    assert kind(data) == "receipt"
    for changed in changes(data):
        assert kind(changed) == "receipt", changed[:80]
        assert verify_receipt(changed[: MAX_RECEIPT_BYTES + 1], POLICY).status == 1, changed[:80]


def test_a_receipt_that_is_cut_off_is_a_receipt(log: SmallLog) -> None:
    data = log.receipt(5)
    for length in range(10, len(data)):
        assert kind(data[:length]) == "receipt", length
        assert names(verify_receipt(data[:length], POLICY)) == {"UNREADABLE"}


def test_a_changed_package_is_a_package_and_a_finding(log: SmallLog) -> None:
    packed = log.draft().packed(STORED)
    assert kind(packed) == "package"
    for changed in (
        b"\x00" + packed[1:],
        b"\x00" * 30 + packed[30:],
        b"#!/bin/sh\n" + packed,
        packed + b"\n",
        packed + b"{}" * 1_000,
        b"{}" + packed,
        log.receipt(5) + packed,
        *(zipped(name, "word/document.xml") for name in FILES),
    ):
        assert kind(changed) == "package", changed[:80]
        assert verify(changed).status == 1


def test_a_package_that_is_cut_off_is_a_package(log: SmallLog) -> None:
    packed = log.draft().packed(STORED)
    for length in (2, 3, 29, 30, 100, len(packed) // 2, len(packed) - 1):
        assert kind(packed[:length]) == "package", length
        assert names(verify(packed[:length])) == {"UNREADABLE"}
