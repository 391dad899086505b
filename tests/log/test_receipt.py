import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_log import LOG_KEY, two_customers

from ledger.log import base64_text, canonical, note
from ledger.log.errors import FormatError, UnknownFormatError
from ledger.log.receipt import MAX_RECEIPT_BYTES, Receipt
from ledger.log.tlog_proof import MAX_HASHES, TlogProof

# The example of the specification, c2sp.org/tlog-proof, without its extra line and with whole signatures.
NOTE = note.sign_note("shoseki.example/test\n109482\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n", [LOG_KEY])
PATH = (
    "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n"
    "B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n"
    "EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=\n"
    "RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=\n"
    "AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\n"
)
TEXT = f"c2sp.org/tlog-proof@v1\nindex 73894\n{PATH}\n{NOTE.decode()}"
RECEIPT = two_customers().receipt(5)
MEMBERS = json.loads(RECEIPT)


def test_the_example_of_the_specification_is_read():
    proof = TlogProof.parse(TEXT)
    assert (proof.index, len(proof.hashes), proof.checkpoint) == (73894, 5, NOTE)
    assert proof.format() == TEXT


@given(st.integers(0, 2**53 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=MAX_HASHES))
def test_proofs_come_back(index, hashes):
    proof = TlogProof(index, tuple(hashes), NOTE)
    assert TlogProof.parse(proof.format()) == proof


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT[:30],
        TEXT.replace("v1", "v2"),
        TEXT.replace("index 73894", "extra AAAA\nindex 73894"),
        TEXT.replace("73894", "073894"),
        TEXT.replace("73894", "9007199254740992"),
        TEXT.replace("index 73894\n", ""),
        TEXT.replace("5vk=\n", "5vk\n"),
        TEXT.replace("5vk=\n", "5vk=\r\n"),
        TEXT.replace(PATH, PATH + "AAAA\n"),
        TEXT.replace(PATH, PATH * 13),
        TEXT.replace("\n\n", "\n", 1),
        TEXT[:-1],
        TEXT + "\n",
    ],
)
def test_any_other_spelling_of_a_proof_is_refused(text):
    with pytest.raises(FormatError):
        TlogProof.parse(text)


@pytest.mark.parametrize("proof", [TlogProof(-1, (), NOTE), TlogProof(0, (b"",), NOTE), TlogProof(0, (), b"")])
def test_what_no_proof_can_be_is_not_written(proof):
    with pytest.raises(FormatError):
        proof.format()


@pytest.mark.parametrize("position", [0, 5, 12])
@pytest.mark.parametrize("disclose", [True, False])
def test_receipts_come_back(position, disclose):
    data = two_customers().receipt(position, disclose=disclose)
    receipt = Receipt.parse(data)
    assert receipt.format() == data
    assert receipt.proof.index == position
    assert (receipt.payload is not None) == (disclose and position == 5)


def test_a_receipt_discloses_salt_and_payload_together():
    receipt = Receipt.parse(RECEIPT)
    for salt, payload in ((receipt.salt, None), (None, receipt.payload), (b"short", receipt.payload)):
        with pytest.raises(FormatError):
            Receipt(receipt.entry, receipt.proof, salt, payload).format()


def with_members(**changes):
    return canonical.encode({name: value for name, value in (MEMBERS | changes).items() if value is not None})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        RECEIPT[:-1],
        RECEIPT + b"\n",
        b" " + RECEIPT,
        json.dumps(MEMBERS).encode(),
        with_members(format="shoseki-package-1"),
        with_members(salt=None),
        with_members(payload=None),
        with_members(salt=base64_text.encode(bytes(31))),
        with_members(entry=None),
        with_members(proof=None),
        with_members(more="x"),
        with_members(payload=1, salt=1),
        with_members(entry="not base64"),
        with_members(proof="no proof"),
        b" " * (MAX_RECEIPT_BYTES + 1),
    ],
)
def test_what_is_no_receipt_is_refused(data):
    with pytest.raises(FormatError):
        Receipt.parse(data)


def test_a_newer_receipt_is_unknown():
    with pytest.raises(UnknownFormatError, match="shoseki-receipt-2"):
        Receipt.parse(with_members(format="shoseki-receipt-2"))
