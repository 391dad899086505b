"""The places of tags are found by numbers: the server's table has them all under the ones that look-ups ask for."""

import string

from log_world import World, record

from ledger.store.recorder import Recorder
from ledger.store.tag_rows import tag_number

VISIBLE = string.printable[:94]  # all that a tag may consist of
ENTRIES = [
    tuple(VISIBLE),
    (VISIBLE, VISIBLE[::-1], "\\" * 128, "\\x41", "\\n", "{}", "NULL", "''", '"'),
    (),
    ("one",),
    ("one", "two"),
    ("two", "two"),
]


def test_every_tag_stands_under_its_number_where_its_entries_are(log: World, recorder: Recorder) -> None:
    assert len(VISIBLE) == 94
    first = recorder.append_all([record(tags=tags) for tags in ENTRIES])[0]
    recorder.append([record(tags=("three", f"of:{number}")) for number in range(300)])  # several statements' worth
    expected = {(tag_number(tag), first + index) for index, tags in enumerate(ENTRIES) for tag in tags}
    behind = first + len(ENTRIES)
    expected |= {(tag_number(tag), behind + n) for n in range(300) for tag in ("three", f"of:{n}")}
    stored = log.ask("SELECT tag, unnest(before || position) FROM tag WHERE position >= %s", first)
    assert len(stored) == len(set(stored))
    assert set(stored) == expected
