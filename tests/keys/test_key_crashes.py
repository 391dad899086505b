"""A process that dies at any step, a disk that refuses any write: what was given out is there, nothing is half done."""

import os
import resource
import signal
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from key_stories import ORIGIN, every_death, every_failure, in_child

from ledger.keys import backup, rotation
from ledger.keys.directory import KeyDirectory, create_key_directory, open_key_directory
from ledger.keys.errors import HalfDestroyedError, HalfUnknownError, KeysUnavailableError
from ledger.keys.keyring import GONE

FILES = {"keyring.json", "halves.sqlite", "custody-keys.sqlite", "custody.sqlite", "signers.sqlite"}


def _now() -> datetime:
    return datetime.now(UTC)


def create(directory: Path) -> KeyDirectory:
    return create_key_directory(directory, ORIGIN, _now)


def opened(directory: Path) -> KeyDirectory:
    return open_key_directory(directory, ORIGIN, _now)


def check_whole(directory: Path) -> None:
    for name in sorted(FILES - {"keyring.json"}):
        with closing(sqlite3.connect(directory / name)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_dying_at_any_step_of_the_creation(tmp_path: Path) -> None:
    """Each run starts from nothing and is finished by a run that lives."""
    here = [tmp_path / str(number) for number in range(200)]
    runs = iter(here)
    current = [next(runs)]
    for _ in every_death(tmp_path, lambda: create(current[0])):
        keys = create(current[0])
        assert len(keys.signers.intervals()) == 1
        assert len(keys.halves.create("log")) == 32
        assert {file.name for file in current[0].iterdir()} == FILES
        check_whole(current[0])
        current[0] = next(runs)


def test_failing_at_any_step_of_the_creation(tmp_path: Path) -> None:
    runs = iter([tmp_path / str(number) for number in range(200)])
    current = [next(runs)]
    for _ in every_failure(tmp_path, lambda: create(current[0])):
        keys = create(current[0])
        assert len(keys.signers.intervals()) == 1
        assert {file.name for file in current[0].iterdir()} == FILES
        current[0] = next(runs)


def test_a_creation_that_dies_again_and_again_in_one_place_goes_on(directory: Path) -> None:
    for _ in every_death(directory, lambda: create(directory)):
        pass
    assert len(opened(directory).signers.intervals()) == 1


def test_dying_at_any_step_of_making_a_half(directory: Path) -> None:
    create(directory)
    made: list[bytes] = []
    for step in every_death(directory, lambda: opened(directory).halves.create(f"person:{len(made)}")):
        try:
            before = opened(directory).halves.open(f"person:{step}")
        except HalfUnknownError:
            before = None
        made.append(opened(directory).halves.create(f"person:{step}"))
        assert before in (None, made[-1])
        check_whole(directory)
    assert [opened(directory).halves.open(f"person:{number}") for number in range(len(made))] == made


def test_dying_at_any_step_of_a_destruction(directory: Path) -> None:
    halves = create(directory).halves
    for number in range(40):
        halves.create(f"person:{number}")
    path = directory / "halves.sqlite"
    rounds = count()
    current = [0]
    for _ in every_death(directory, lambda: opened(directory).halves.destroy(f"person:{current[0]}")):
        half_id = f"person:{current[0]}"
        with suppress(HalfDestroyedError):
            assert len(opened(directory).halves.open(half_id)) == 32
        opened(directory).halves.destroy(half_id)
        with closing(sqlite3.connect(path)) as connection:
            (wrapped,) = connection.execute("SELECT wrapped FROM halves WHERE id = ?", (half_id,)).fetchone()
        assert wrapped == GONE
        check_whole(directory)
        current[0] = next(rounds) + 1
    live = [record.id for record in opened(directory).halves.list() if record.state == "live"]
    assert len(live) == 40 - current[0] - 1
    assert len({opened(directory).halves.open(half_id) for half_id in live}) == len(live)


def test_dying_at_any_step_of_a_rotation_of_the_keyring(directory: Path, tmp_path: Path) -> None:
    keys = create(directory)
    halves = {half_id: keys.halves.create(half_id) for half_id in ("log", "trail:2026-11-22", "person:1")}
    keys.halves.destroy("person:1")
    del halves["person:1"]
    signature = keys.signers.signers(0)[0].sign(b"x")

    def story() -> None:
        keys = opened(directory)
        rotation.begin(keys.keyring, _now())
        copy = tmp_path / "copy.json"
        copy.write_bytes(keys.keyring.path.read_bytes())
        backup.confirm(keys.keyring, copy, _now())
        rotation.finish(keys)

    first = keys.keyring.content.current
    for _ in every_death(directory, story):
        keys = opened(directory)
        assert {half_id: keys.halves.open(half_id) for half_id in halves} == halves
        assert keys.signers.signers(0)[0].sign(b"x") == signature
        with pytest.raises(HalfDestroyedError):
            keys.halves.open("person:1")
        check_whole(directory)
    keys = opened(directory)
    assert len(keys.keyring.content.keys) == 1
    assert keys.keyring.content.current != first
    assert backup.confirmed(keys.keyring)
    assert {half_id: keys.halves.open(half_id) for half_id in halves} == halves


def test_dying_at_any_step_of_a_rotation_of_the_signer(directory: Path) -> None:
    create(directory)
    size = [100]
    for _ in every_death(directory, lambda: opened(directory).signers.rotate(size[0], 50)):
        known = opened(directory).signers.intervals()
        done = opened(directory).signers.rotate(size[0], 50)
        now = opened(directory).signers.intervals()
        assert now[-1] == done.added
        assert now[-2] == done.retired
        assert len(now) - len(known) == (0 if known[-1] == done.added else 1)
        check_whole(directory)
        size[0] += 1000


def test_what_was_given_out_survives_kill_9(directory: Path) -> None:
    """The child gives out halves as fast as it can and is killed with some number of them given out."""
    create(directory)
    given: dict[str, bytes] = {}
    for round_ in range(12):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            halves = opened(directory).halves
            for number in range(1_000_000):
                half = halves.create(f"person:{round_}-{number}")
                os.write(writing, f"person:{round_}-{number} {half.hex()}\n".encode())
                if number % 3 == 2:
                    halves.destroy(f"person:{round_}-{number - 1}")
                    os.write(writing, f"person:{round_}-{number - 1} -\n".encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as told:
            for _, line in zip(range(2 + 3 * round_), told, strict=False):
                half_id, half = line.split()
                given[half_id] = b"" if half == "-" else bytes.fromhex(half)
            os.kill(child, signal.SIGKILL)
            assert os.waitpid(child, 0)[1] == signal.SIGKILL
            for line in told:
                if line.endswith("\n"):
                    half_id, half = line.split()
                    given[half_id] = b"" if half == "-" else bytes.fromhex(half)
        check_whole(directory)
        halves = opened(directory).halves
        states = {record.id: record.state for record in halves.list()}
        for half_id, half in given.items():
            if half and states[half_id] == "live":
                assert halves.open(half_id) == half
            else:  # told as destroyed, or destroyed and not told any more
                assert states[half_id] == "destroyed"
        destroyed_untold = [one for one, half in given.items() if half and states[one] == "destroyed"]
        given.update(dict.fromkeys(destroyed_untold, b""))
        assert len(destroyed_untold) <= 1


@pytest.mark.parametrize("limit", [0, 1, 100, 4096, 12_000, 16_384, 24_000, 32_767, 32_768, 40_000])
@pytest.mark.parametrize("held", [True, False])
def test_a_disk_that_takes_no_more_is_named_and_nothing_is_lost(directory: Path, limit: int, held: bool) -> None:
    """RLIMIT_FSIZE makes the system refuse writes beyond a size, in the middle of one if need be."""
    keys = create(directory)
    given = [keys.halves.create("log"), *(keys.halves.create(f"person:{number}") for number in range(40))]
    keys.halves.destroy("person:39")
    reading, writing = os.pipe()

    def fill() -> None:
        halves = opened(directory).halves
        holder = sqlite3.connect(directory / "halves.sqlite")
        if held:  # the index of the write-ahead log is there already, so that the limit meets the log and the file
            holder.execute("SELECT * FROM halves").fetchall()
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            for number in range(1000):
                os.write(writing, halves.create(f"agreement:{number}").hex().encode() + b"\n")
        except KeysUnavailableError:
            os.write(writing, b"refused\n")
        for attempt in (lambda: halves.destroy("person:0"), lambda: create(directory / "new")):
            try:
                attempt()
            except KeysUnavailableError:
                os.write(writing, b"refused\n")

    assert in_child(fill) == 0
    os.close(writing)
    with os.fdopen(reading) as answer:
        told = answer.read().splitlines()
    made = [bytes.fromhex(line) for line in told if line != "refused"]
    assert "refused" in told
    check_whole(directory)
    keys = opened(directory)
    assert keys.halves.open("log") == given[0]
    assert [keys.halves.open(f"person:{number}") for number in range(1, 39)] == given[2:-1]
    assert [keys.halves.open(f"agreement:{number}") for number in range(len(made))] == made
    keys.halves.destroy("person:0")
    assert len(keys.halves.create(f"agreement:{len(made)}")) == 32
    assert len(create(directory / "new").signers.intervals()) == 1
