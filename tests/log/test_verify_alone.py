"""The auditor's command: the vectors verify with Python and cryptography alone, and trouble is one sentence."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest
from test_vectors import load

from scripts import verify_alone

ROOT = Path(__file__).parents[2]
ALONE = """
import runpy, sys

allowed = set(sys.stdlib_module_names) | {"ledger", "scripts", "cryptography", "_cffi_backend", "cffi"}

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in allowed:
            raise ImportError(f"{name} is not on this machine")

sys.meta_path.insert(0, Nothing())
for name in [name for name in sys.modules if name.partition(".")[0] not in allowed]:
    del sys.modules[name]
sys.argv = ["verify_alone", *sys.argv[1:]]
runpy.run_module("scripts.verify_alone", run_name="__main__")
"""


@pytest.fixture
def folder(tmp_path):
    package, receipts = load("package"), load("receipt")
    (tmp_path / "policy.json").write_text(package["policy"])
    (tmp_path / "package.zip").write_bytes(base64.b64decode(package["package"]))
    (tmp_path / "receipt.json").write_bytes(receipts["receipts"][0].encode())
    proof = json.loads(receipts["receipts"][0])["proof"]
    (tmp_path / "checkpoint").write_text(proof.split("\n\n", 1)[1])
    return tmp_path


def run(folder, *arguments: str) -> int:
    return verify_alone.main([str(folder / arguments[0]), "--policy", str(folder / "policy.json"), *arguments[1:]])


def test_a_package_verifies_where_nothing_else_is_installed(folder):
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", ALONE, folder / "package.zip", "--policy", folder / "policy.json"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert answer.returncode == 0, answer.stderr
    assert "complete up to log size 6, as claimed by the log." in answer.stdout


def test_receipts_and_what_is_held_are_told_apart_by_their_beginning(folder, capsys):
    held = [
        argument
        for name in ("checkpoint", "receipt.json", "package.zip")
        for argument in ("--held", str(folder / name))
    ]
    for name in ("package.zip", "receipt.json"):
        assert run(folder, name, *held) == 0
        assert "10 passed" in capsys.readouterr().out


def test_a_report_may_be_json_or_japanese(folder, capsys):
    assert run(folder, "package.zip", "--json") == 0
    assert json.loads(capsys.readouterr().out)["status"] == 0
    assert run(folder, "package.zip", "--language", "ja") == 0
    assert "完全性: ここにあるものは何も変えられていない。" in capsys.readouterr().out


def test_a_finding_is_status_1_and_trouble_is_status_2_with_one_sentence(folder, capsys):
    assert run(folder, "package.zip", "--chain", "cus_" + "0" * 32) == 1
    assert run(folder, "package.zip", "--now", "2026-11-21T09:00:00+09:00") == 1
    capsys.readouterr()
    assert run(folder, "absent.zip") == 2
    (folder / "policy.json").write_text("{}")
    assert run(folder, "package.zip") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("Could not be checked:") == 2


def test_a_time_without_a_zone_is_refused(folder, capsys):
    with pytest.raises(SystemExit) as caught:
        run(folder, "package.zip", "--now", "2026-11-21T09:00:00")
    assert caught.value.code == 2
    assert "a time with its zone" in capsys.readouterr().err
