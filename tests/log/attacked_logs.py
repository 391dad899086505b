"""What the attacks on packages begin with: which entries a package shows, and a log of which a key was destroyed."""

from small_log import (
    ALICE,
    BEGIN,
    Draft,
    SmallLog,
)

from ledger.log import entry


def positions_shown(draft: Draft) -> list[int]:
    return [entry.parse(line.entry).position for line in draft.lines]


# -- what the attacks above have in common -----------------------------------------------------------------------------


def erased_log() -> SmallLog:
    """Give a log in which Alice's only payload, at position 3, was destroyed a year later."""
    log = SmallLog()
    log.append(ALICE, "chain.created.v1", {})
    log.create_key("trail:2026-11-22")
    log.record(ALICE, "gone")
    log.now = BEGIN.replace(year=2027, day=25)
    log.destroy(key="trail:2026-11-22")
    log.seal_heads()
    return log
