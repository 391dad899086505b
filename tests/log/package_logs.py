"""Small logs that packages are made of: a long one, and one of which much is erased."""

from small_log import ALICE, BEGIN, BOB, SmallLog, two_customers

A_YEAR_LATER = BEGIN.replace(year=2027, day=25)


def long_log(records: int = 30) -> SmallLog:
    log = two_customers(records)
    log.record(BOB, "after the heads")
    log.create_key("trail:2026-11-23")
    log.seal_heads()
    return log


# -- payloads ----------------------------------------------------------------------------------------------------------


def aged_log() -> SmallLog:
    """Give a log with payloads of one day, a year later."""
    log = two_customers()
    log.now = A_YEAR_LATER
    return log


def alices(log: SmallLog) -> list[int]:
    return [position for position in log.positions(ALICE) if position in log.payloads]
