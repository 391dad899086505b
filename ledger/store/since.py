"""From which position on the log tells of an instant: entries' times rise with their positions.

Guarantees: nothing that was recorded then or later stands before it. The one entry that lets times fall, the correction
of a clock (docs/record-format.md, section 2), is looked for; where an entry cannot be read, nothing is left out. It
costs one entry for each doubling of the log's length.
"""

from datetime import datetime
from itertools import pairwise

from ledger.log.core_entry import CLOCK_CORRECTED
from ledger.log.members import parse_at
from ledger.store.reader import Reader


def first_at(reader: Reader, moment: datetime) -> int:
    """Give the first position whose entry has this time or a later one; the log's size where none has."""
    size = reader.size()
    corrected = [position for position, _ in reader.core_entries((CLOCK_CORRECTED,)) if position < size]
    for first, before in pairwise((0, *corrected, size)):
        found = _within(reader, moment, first, before)
        if found < before:
            return found
    return size


def _within(reader: Reader, moment: datetime, first: int, before: int) -> int:
    """Give the same among positions in which times rise; ``before`` where none is so late, else at most that one."""
    if first == before:
        return before
    if (newest := _time_of(reader, before - 1)) is None:
        return first
    if newest < moment:
        return before
    while first < before:
        middle = (first + before) // 2
        if (at := _time_of(reader, middle)) is None:
            return first
        first, before = (middle + 1, before) if at < moment else (first, middle)
    return first


def _time_of(reader: Reader, position: int) -> datetime | None:
    """Give the time of an entry; None where it cannot be read."""
    page = reader.page(None, position, position + 1, 1, opened=False)
    return parse_at(page[0][1].at) if page and page[0][1].at else None
