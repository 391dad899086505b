"""A source that gives what is read in small chunks, as a slow disk or a pipe may."""

import io


class SmallReads:
    """Gives at most so many bytes at a time."""

    def __init__(self, data: bytes, most: int) -> None:
        self._file = io.BytesIO(data)
        self._most = most

    def read(self, count: int, /) -> bytes:
        return self._file.read(min(count, self._most))
