"""The disk of the embedded server is full: a command ends with one sentence that names it, and goes on with room."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from command_line import CAPTURED, Answer, environment, program


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A small file system in memory, where this account may mount one."""
    place = tmp_path / "tiny"
    place.mkdir(mode=0o755)
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("This account may not mount a small file system, so none can be filled.")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass


@pytest.mark.parametrize(("language", "sentence"), [("en", "make room"), ("ja", "空きを作って")])
def test_a_full_disk_is_named_and_room_is_all_it_takes(
    tiny: Path, tmp_path_factory: pytest.TempPathFactory, language: str, sentence: str
) -> None:
    # Where the server's account can reach it: pytest's own directories are closed to others.
    directory = tmp_path_factory.mktemp("full")
    env = environment(SHOSEKI_DIR=str(directory / "log"))

    def shoseki(*arguments: str | Path) -> Answer:
        return program(*arguments, env=env)

    assert shoseki("init", "--origin", "shoseki.example/full").status == 0
    customer = shoseki("customer", "add", "見本商事", "--json").json["id"]
    wal = directory / "log" / "postgres" / "data" / "pg_wal"
    subprocess.run(["cp", "-a", str(wal), str(tiny)], check=True)
    shutil.rmtree(wal)
    wal.symlink_to(tiny / "pg_wal")
    evening = ("import", "sshd-5424", CAPTURED / "ssh" / "auth-rfc5424.log", "--customer", customer)

    _fill(tiny / "filler")
    for _ in range(2):  # while the server runs, and as it is started again
        assert sentence in shoseki("--lang", language, *evening).check_refused()

    (tiny / "filler").unlink()
    assert shoseki(*evening).status == 0
    assert shoseki("fsck").status == 0
