"""An auditor's machine has Python and cryptography and nothing else: the log's bytes are checked there the same."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.log import canonical
from ledger.log.errors import FormatError

ROOT = Path(__file__).parents[2]


def test_where_orjson_is_not_installed_the_standard_library_takes_over(monkeypatch):
    monkeypatch.setitem(sys.modules, "orjson", None)
    spec = importlib.util.spec_from_file_location("canonical_without_orjson", canonical.__file__)
    alone = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(alone)
    assert alone._orjson is None
    assert alone.decode(alone.encode({"a": ["証跡", 1]})) == {"a": ["証跡", 1]}
    with pytest.raises(FormatError):
        alone.decode(b'{"a":NaN}')


VERIFIER_ALONE = """
import sys

allowed = set(sys.stdlib_module_names) | {"ledger", "cryptography", "_cffi_backend", "cffi"}

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in allowed:
            raise ImportError(f"{name} is not on this machine")

sys.meta_path.insert(0, Nothing())
for name in [name for name in sys.modules if name.partition(".")[0] not in allowed]:
    del sys.modules[name]
try:
    import orjson
except ImportError:
    pass
else:
    raise SystemExit("orjson was not blocked")

import ledger.log.entry, ledger.log.seal, ledger.log.tree
from ledger.log import canonical

assert canonical._orjson is None
entry = ledger.log.entry.Entry(
    "a.example/b", 0, "log", 1, bytes(32), "2026-11-22T09:04:51.929164Z", "log.created.v1", ("a", 'b"'),
    {"format": 1, "zone": "+09:00", "text": "\u8a3c\u8de1"}, bytes(32), "trail:2026-11-22",
)
data = ledger.log.entry.encode(entry)
assert ledger.log.entry.parse(data) == entry
leaf = ledger.log.entry.leaf_hash(data)
ledger.log.tree.verify_inclusion(0, 1, leaf, [], leaf)
sealer = ledger.log.seal.Sealer(bytes(32), origin=entry.origin, chain=entry.chain, key=entry.key)
committed, sealed = sealer.seal(b"payload", salt=bytes(32), nonce=bytes(12))
assert sealer.open(sealed, committed) == (bytes(32), b"payload")
sys.stdout.buffer.write(data)
"""


def test_verification_needs_the_standard_library_and_cryptography_alone():
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", VERIFIER_ALONE], cwd=ROOT, capture_output=True, check=False
    )
    assert answer.returncode == 0, answer.stderr.decode()
    assert canonical.decode(answer.stdout)["public"] == {"format": 1, "zone": "+09:00", "text": "証跡"}
