"""A file that is imported: opened once, read several times, always the same bytes.

Guarantees: only the bytes that were there when it was opened are read, so that a log which is still written to can be
imported; what cannot be read is one sentence.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from ledger.application.batch import Progress
from ledger.application.errors import SourceUnusableError
from ledger.ingest.lines import CHUNK_SIZE


class SourceFile:
    """The first ``size`` bytes of an open regular file."""

    def __init__(self, path: Path, file: BinaryIO, progress: Progress) -> None:
        """Fix the size as it is now."""
        self.path = path
        self.size = os.fstat(file.fileno()).st_size
        self.progress = progress
        self._file = file

    @property
    def name(self) -> str:
        """Give the file's name as a record can hold it: names on disk are bytes, and need not be text."""
        return os.fsencode(self.path.name).decode("utf-8", "backslashreplace")

    def digest(self) -> str:
        """Give the SHA-256 of the bytes, in hex."""
        digest = sha256()
        for piece in self.pieces("hash"):
            digest.update(piece)
        return digest.hexdigest()

    def pieces(self, stage: str) -> Iterator[bytes]:
        """Give the bytes from the beginning; raise SourceUnusableError where the file became shorter."""
        part = self.reader(stage)
        while piece := part.read(CHUNK_SIZE):
            yield piece

    def reader(self, stage: str) -> "Part":
        """Give a reader of the bytes from the beginning; only one is in use at a time."""
        self._file.seek(0)
        return Part(self._file, self.size, self.progress, stage)

    def fileno(self) -> int:
        """Give the number of the open file: for a reader in another process, while none is in use here."""
        return self._file.fileno()


class Part:
    """Reads so many bytes of a file and no more."""

    def __init__(self, file: BinaryIO, size: int, progress: Progress, stage: str) -> None:
        """Read from where the file stands."""
        self._file = file
        self._left = self._size = size
        self._progress = progress
        self._stage = stage

    def read(self, count: int, /) -> bytes:
        """Give the next bytes; none at the end. Raises SourceUnusableError."""
        wanted = min(count, self._left)
        try:
            piece = self._file.read(wanted)
        except OSError as error:
            raise SourceUnusableError(
                f"The file cannot be read to its end ({error.strerror}): repair that and import it again."
            ) from None
        if wanted and not piece:
            raise SourceUnusableError("The file became shorter while it was read: import it again.")
        self._left -= len(piece)
        self._progress(self._stage, self._size - self._left, self._size)
        return piece


@contextmanager
def opened(path: Path, progress: Progress) -> Iterator[SourceFile]:
    """Open a file for import; raise SourceUnusableError in one sentence."""
    try:
        # Without O_NONBLOCK opening a named pipe would wait for whoever writes to it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise SourceUnusableError(f"{path} cannot be read ({error.strerror}): give a file that can.") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SourceUnusableError(f"{path} is not a regular file: write its content to a file and import that.")
    with os.fdopen(descriptor, "rb") as file:
        yield SourceFile(path, file, progress)
