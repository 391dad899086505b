"""The checked-in vectors are those that the code makes, and they say what they claim when computed by hand."""

import base64
import hmac
import json
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from small_log import verify

from ledger.log import policy
from ledger.log.verify import verify_receipt
from scripts import make_vectors

MADE = make_vectors.vectors()


def load(name: str):
    return json.loads((make_vectors.FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(MADE))
def test_the_checked_in_vectors_are_those_that_are_made(name):
    path: Path = make_vectors.FOLDER / f"{name}.json"
    assert path.read_text(encoding="utf-8") == make_vectors.spell(MADE[name])


def test_no_other_file_lies_beside_them():
    assert sorted(path.name for path in make_vectors.FOLDER.iterdir()) == [f"{name}.json" for name in sorted(MADE)]


def test_every_vector_is_written_by_the_script(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make_vectors, "FOLDER", tmp_path / "vectors")
    make_vectors.main()
    assert {path.stem for path in (tmp_path / "vectors").iterdir()} == set(MADE)
    assert "package.json" in capsys.readouterr().err


def test_entries_are_sorted_json_and_link_by_their_hash():
    for case in load("entry")["cases"]:
        spelled = json.dumps(case["members"], ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        assert spelled == case["bytes"]
        assert sha256(b"\0" + spelled.encode()).hexdigest() == case["leaf_hash"]
        assert case["members"]["prev"] == case["prev"]


def test_seals_open_by_hand():
    vector = load("seal")
    for case in vector["cases"]:
        salt, payload, sealed = (bytes.fromhex(case[name]) for name in ("salt", "payload", "sealed"))
        committed = hmac.new(salt, payload, "sha256").hexdigest()
        assert committed == case["commitment"]
        names = (vector["origin"], vector["chain"], vector["key"], committed)
        aad = "\n".join(("shoseki seal v1", *names)).encode()
        padded = AESGCM(bytes.fromhex(vector["data_key"])).decrypt(sealed[1:13], sealed[13:], aad)
        assert (sealed[0], sealed[1:13].hex()) == (1, case["nonce"])
        assert padded.startswith(salt + payload + b"\x80")
        assert len(padded) % 256 == 0
        assert not padded[len(salt + payload) + 1 :].strip(b"\0")


def test_roots_are_those_of_the_recursion():
    def root(leaves: list[bytes]) -> bytes:
        if len(leaves) < 2:
            return leaves[0] if leaves else sha256(b"").digest()
        split = max(1 << power for power in range(8) if 1 << power < len(leaves))
        return sha256(b"\1" + root(leaves[:split]) + root(leaves[split:])).digest()

    vector = load("tree")
    leaves = [sha256(b"\0" + bytes.fromhex(data)).digest() for data in vector["inputs"]]
    assert [leaf.hex() for leaf in leaves] == vector["leaf_hashes"]
    assert [root(leaves[:size]).hex() for size in range(len(leaves) + 1)] == vector["roots"]


def test_the_package_and_the_receipts_verify_under_their_policy():
    vector = load("package")
    packed = base64.b64decode(vector["package"])
    assert sha256(packed).hexdigest() == vector["sha256"]
    report = verify(packed, policy.parse(vector["policy"].encode()))
    assert report.status == 0
    receipts = load("receipt")
    pinned = policy.parse(receipts["policy"].encode())
    found = [verify_receipt(data.encode(), pinned) for data in receipts["receipts"]]
    assert [report.status for report in found] == [0, 0, 0]
    assert [report.states for report in found] == [{"VALID": 1}, {"WITHHELD": 1}, {"VALID": 1}]
