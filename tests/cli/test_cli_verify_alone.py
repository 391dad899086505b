"""``verify`` is what an outsider runs: it needs two files, and loads and opens nothing of the log's owner."""

import json
import subprocess
import sys
from itertools import count, islice
from pathlib import Path

from command_line import ROOT, environment
from trail import Trail

from scripts.commands.processes import in_order

_WATCHED = """
import json, sys
touched = []
def hook(event, arguments):
    if event in {"socket.connect", "sqlite3.connect", "socket.getaddrinfo"}:
        touched.append(event)
sys.addaudithook(hook)
from scripts.cli import run
status = run(sys.argv[1:])
print(json.dumps({"status": int(status), "modules": sorted(sys.modules), "touched": touched}))
"""
_FOREIGN = (
    "ledger.store",
    "ledger.keys",
    "ledger.application",
    "ledger.ingest",
    "api",
    "psycopg",
    "eventsourcing",
    "sqlite3",
)


def verified(file: Path, policy: Path, place: Path) -> dict[str, object]:
    """Verify in a process that has no log, and give what it loaded and touched."""
    env = environment(SHOSEKI_DIR=str(place / "none"), SHOSEKI_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    command = [sys.executable, "-c", _WATCHED, "verify", str(file), "--policy", str(policy)]
    done = subprocess.run(command, capture_output=True, env=env, cwd=ROOT, check=True, timeout=120)
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return result


def test_verifying_loads_nothing_of_the_store_and_connects_to_nothing(trail: Trail, tmp_path: Path) -> None:
    for file in (trail.package, trail.receipt):
        result = verified(file, trail.policy, tmp_path)
        assert result["status"] == 0
        assert result["touched"] == []
        modules = result["modules"]
        assert isinstance(modules, list)
        assert [each for each in modules if each.split(".")[0] in _FOREIGN or each.startswith(_FOREIGN)] == []
    assert list(tmp_path.iterdir()) == []


def test_blocks_of_a_large_package_are_checked_in_order_in_other_processes() -> None:
    blocks = [bytes([number]) * number for number in range(40)]
    assert list(in_order(len, blocks)) == list(range(40))
    assert list(in_order(len, blocks[:2])) == [0, 1]
    assert list(in_order(len, [])) == []


def test_only_a_few_blocks_wait_at_a_time() -> None:
    read = count()
    blocks = (bytes([next(read) % 7]) for _ in range(1_000))
    results = in_order(len, blocks)
    assert list(islice(results, 100)) == [1] * 100
    results.close()
    assert next(read) <= 110
