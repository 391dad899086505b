"""What stands beside the chain in a package: corrections of the clock, core entries, the heads map."""

from dataclasses import replace
from datetime import timedelta

from package_logs import long_log
from small_log import ALICE, BOB, Draft, SmallLog, names, two_customers

from ledger.log import entry

# -- clocks ------------------------------------------------------------------------------------------------------------


def corrected(chain: str = "log", *, between: bool = False, **members) -> SmallLog:
    """Give a log whose clock ran three days ahead and was set right."""
    log = two_customers()
    log.now += timedelta(days=3)
    log.create_key("trail:2026-11-25")
    log.record(ALICE, "three days ahead")
    if between:
        log.record(BOB, "later still, and not shown")
    wrong = log.parsed(len(log.entries) - 1).at
    log.now -= timedelta(days=3)
    right = entry.format_at(log.now + timedelta(seconds=1))
    log.append(chain, "log.clock_corrected.v1", {"from": wrong, "to": right, "reason": "time server"} | members)
    log.record(ALICE, "in time again")
    log.seal_heads()
    return log


def test_time_may_fall_at_a_correction_and_only_there():
    log = corrected()
    assert log.draft().verify().status == 0
    assert names(log.draft(facts=("key.",)).verify()) == {"TIME_FELL"}
    assert log.draft("log").verify().status == 0


def test_a_correction_tells_from_where_and_to_where():
    assert names(corrected(to="2026-11-30T00:00:00.000000Z").draft().verify()) == {"TIME_FELL"}
    assert names(corrected(to="2026-11-20T00:00:00.000000Z").draft().verify()) == {"TIME_FELL"}
    for between in (False, True):
        assert corrected(between=between).draft().verify().status == 0
        earlier = corrected(between=between, **{"from": "2026-11-22T00:00:00.000000Z"})
        assert names(earlier.draft().verify()) == {"TIME_FELL"}
    later = {"from": "9999-01-01T00:00:00.000000Z"}
    assert names(corrected(**later).draft().verify()) == {"TIME_FELL"}
    assert names(corrected(between=True, **later).draft("log").verify()) == set()  # the entry before is not shown
    assert names(corrected(ALICE).draft().verify()) == {"TIME_FELL"}


# -- core entries beside the chain -------------------------------------------------------------------------------------


def with_beside(draft: Draft, index: int, **members) -> Draft:
    entries = list(draft.proofs.entries)
    entries[index] = entry.encode(entry.parse(entries[index])._replace(**members))
    return draft.change_proofs(entries=tuple(entries))


def test_core_entries_are_proven_with_the_chain():
    draft = with_beside(long_log().draft(), 0, public={"check": "0" * 64, "key": "trail:2026-11-22", "retain": "P1D"})
    assert names(draft.verify()) == {"NOT_INCLUDED"}


def test_core_entries_must_be_of_the_log_and_say_what_they_must():
    assert names(with_beside(long_log().draft(), 0, origin="other").verify()) == {"OTHER_ORIGIN"}
    assert names(with_beside(long_log().draft(), 0, public={}).verify()) == {"FACT_FORM"}
    assert names(with_beside(long_log().draft(), 1, position=2).verify()) == {"PROOFS_FORM"}
    assert names(with_beside(long_log().draft(), 1, position=67).verify()) == {"PROOFS_FORM"}
    newer = with_beside(long_log().draft(), 0, type="key.created.v2").verify()
    assert names(newer) == {"UNKNOWN_FORMAT"}
    assert newer.status == 2
    log = long_log()
    draft = log.draft()
    assert names(draft.change_proofs(entries=(draft.proofs.entries[0] + b" ",)).verify()) == {"ENTRY_FORM"}
    later = log.entries[3].replace(b'"v":1}', b'"v":2}')
    assert names(draft.change_proofs(entries=(later,)).verify()) == {"UNKNOWN_FORMAT"}


def test_core_entries_that_no_step_needs_may_be_shown():
    log = two_customers()
    log.append("log", "key.destruction_confirmed.v1", {"method": "deleted"})
    log.seal_heads()
    assert len(log.draft().proofs.entries) == 2
    assert log.draft().verify().status == 0


def test_core_entries_of_another_customer_are_not_shown():
    log = two_customers()
    log.append(BOB, "payload.removed.v1", {"position": 5, "reason": "x"})
    log.seal_heads()
    assert names(log.draft().verify()) == {"OTHER_CHAIN"}
    assert log.draft(BOB, states={5: "erased"}).verify().status == 0


def test_a_heads_map_outside_the_chain_of_the_log_is_refused():
    log = two_customers()
    log.append(BOB, "heads.sealed.v1", log.parsed(12).public)
    assert names(log.draft().verify()) == {"HEADS_NOT_LAST"}


def test_heads_that_say_nothing_sound_are_refused():
    log = two_customers()
    log.seal_heads(size=1000)
    honest = two_customers().draft()
    draft = honest.change_proofs(checkpoint=log.checkpoint(), heads=replace(honest.proofs.heads, entry=log.entries[-1]))
    assert names(draft.verify()) == {"FACT_FORM"}
