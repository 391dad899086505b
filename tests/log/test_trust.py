"""Whose checkpoints count: pinned keys, intervals, rotation, witnesses and monitors."""

from dataclasses import replace

import pytest
from small_log import LOG_KEY, NEXT_KEY, ORIGIN, POLICY, SmallLog, TestWitness, names, states_of_steps, two_customers

from ledger.log import note, trust
from ledger.log.policy import LogKey, Policy
from ledger.log.refusal import RefusedError
from ledger.log.verify import Held

NOON = 1795316400  # 2026-11-22T03:00:00Z
W1 = TestWitness("witness.example/1", b"w1", NOON)
W2 = TestWitness("witness.example/2", b"w2", NOON)
MONITOR = TestWitness("monitor.example", b"m", NOON)
WITNESSED = replace(POLICY, witnesses=(W1.key, W2.key), quorum=1)


def refusal(data: bytes, policy: Policy = POLICY) -> str:
    with pytest.raises(RefusedError) as caught:
        trust.open_checkpoint(data, policy, policy.log_keys)
    return caught.value.refusal.name


def test_a_checkpoint_opens_with_what_everybody_said_of_it():
    log = two_customers()
    policy = replace(WITNESSED, monitors=(MONITOR.key,))
    signed = trust.open_checkpoint(log.checkpoint(signers=[W2, LOG_KEY, MONITOR]), policy, policy.log_keys)
    assert signed.checkpoint.size == 13
    assert signed.signers == (LOG_KEY.key,)
    assert signed.witnesses == (trust.Cosignature(W2.name, NOON),)
    assert signed.monitors == (trust.Cosignature(MONITOR.name, NOON),)


def test_what_does_not_open_is_named():
    log = two_customers()
    good = log.checkpoint()
    assert refusal(b"nonsense") == "CHECKPOINT_FORM"
    assert refusal(note.sign_note("three\nlines\nbut no checkpoint\n", [LOG_KEY])) == "CHECKPOINT_FORM"
    assert refusal(log.checkpoint(signers=[NEXT_KEY])) == "UNKNOWN_KEY"
    assert refusal(log.checkpoint(signers=[W1]), WITNESSED) == "UNKNOWN_KEY"
    assert refusal(good.replace(b"\n13\n", b"\n12\n")) == "BAD_SIGNATURE"
    other = note.sign_note(good.decode().split("\n\n")[0].replace("test", "text") + "\n", [LOG_KEY])
    assert refusal(other) == "OTHER_LOG"
    assert refusal(good, replace(POLICY, log_keys=(LogKey(LOG_KEY.key, 14),))) == "KEY_INTERVAL"


def test_one_key_that_counts_is_enough_beside_one_that_does_not():
    log = two_customers()
    policy = replace(POLICY, log_keys=(LogKey(LOG_KEY.key, 0, 10), LogKey(NEXT_KEY.key, 10)))
    signed = trust.open_checkpoint(log.checkpoint(signers=[LOG_KEY, NEXT_KEY]), policy, policy.log_keys)
    assert signed.signers == (NEXT_KEY.key,)


# -- a new key reached from a pinned one -------------------------------------------------------------------------------


def rotated(*, from_size: int = 4, **members) -> tuple[SmallLog, int]:
    """Give a log that hands over from LOG_KEY to NEXT_KEY: both sign size 8."""
    log = SmallLog()
    log.append("cus_" + "a" * 32, "chain.created.v1", {})
    added = log.append("log", "log.key_added.v1", {"vkey": NEXT_KEY.key.text, "from_size": from_size} | members)
    log.create_key("trail:2026-11-22")
    for number in range(4):
        log.record("cus_" + "a" * 32, str(number))
    log.seal_heads()
    log.signer = NEXT_KEY
    return log, added


def test_a_new_key_is_reached_from_the_pinned_one():
    log, added = rotated()
    rotation = log.rotation(added, 8, [LOG_KEY, NEXT_KEY])
    assert log.draft(rotations=(rotation,)).verify().status == 0
    assert names(log.draft().verify()) == {"UNKNOWN_KEY"}


def test_a_chain_of_rotations_is_followed():
    third = replace(LOG_KEY, seed=b"third")
    log, added = rotated()
    again = log.append("log", "log.key_added.v1", {"vkey": third.key.text, "from_size": 9})
    log.seal_heads()
    first = log.rotation(added, 8, [LOG_KEY, NEXT_KEY])
    second = log.rotation(again, 10, [NEXT_KEY, third])
    log.signer = third
    assert log.draft(rotations=(first, second)).verify().status == 0
    assert names(log.draft(rotations=(second, first)).verify()) == {"UNKNOWN_KEY"}
    assert names(log.draft(rotations=(first,)).verify()) == {"UNKNOWN_KEY"}
    newest = replace(POLICY, log_keys=(LogKey(third.key, 9),))
    assert log.draft(rotations=(first, second)).verify(newest).status == 0
    wrong = replace(first, checkpoint=first.checkpoint.replace(b"\n8\n", b"\n7\n"))
    assert names(log.draft(rotations=(wrong, second)).verify()) == {"BAD_SIGNATURE"}


@pytest.mark.parametrize(
    ("signers", "expected"),
    [([LOG_KEY], "ROTATION_UNPROVEN"), ([NEXT_KEY], "UNKNOWN_KEY"), ([W1], "UNKNOWN_KEY")],
    ids=["old alone", "new alone", "neither"],
)
def test_both_keys_sign_the_overlap(signers, expected):
    log, added = rotated()
    assert names(log.draft(rotations=(log.rotation(added, 8, signers),)).verify()) == {expected}


def test_a_rotation_must_be_proven():
    log, added = rotated()
    honest = log.rotation(added, 8, [LOG_KEY, NEXT_KEY])
    stranger = replace(LOG_KEY, seed=b"stranger")
    other, other_added = rotated(vkey=stranger.key.text)
    elsewhere, _ = rotated()
    for changed in (
        replace(honest, inclusion=honest.inclusion[:-1]),
        replace(honest, consistency=(bytes(32),)),
        replace(honest, entry=log.entries[added + 1]),
        replace(honest, entry=log.entries[added][:-1]),
        replace(honest, entry=other.entries[other_added]),
        replace(honest, entry=elsewhere.entries[added].replace(b"shoseki.example/test", b"shoseki.example/text")),
        log.rotation(added + 1, 8, [LOG_KEY, NEXT_KEY]),
    ):
        assert names(log.draft(rotations=(changed,)).verify()) == {"ROTATION_UNPROVEN"}


def test_a_key_counts_where_it_is_handed_over_and_bears_the_logs_name():
    log, added = rotated(from_size=9)
    late = log.rotation(added, 8, [LOG_KEY, NEXT_KEY])
    assert names(log.draft(rotations=(late,)).verify()) == {"ROTATION_UNPROVEN"}
    foreign = replace(NEXT_KEY, name="other.example")
    log, added = rotated(vkey=foreign.key.text)
    rotation = log.rotation(added, 8, [LOG_KEY, foreign])
    assert names(log.draft(rotations=(rotation,)).verify()) == {"ROTATION_UNPROVEN"}


def test_a_rotation_to_an_unknown_algorithm_is_unknown():
    log, added = rotated(vkey=f"{ORIGIN}+00000000+BgAA")
    report = log.draft(rotations=(log.rotation(added, 8, [LOG_KEY, NEXT_KEY]),)).verify()
    assert names(report) == {"UNKNOWN_FORMAT"}
    assert states_of_steps(report)[1] == "unchecked"
    assert report.status == 2


def test_a_retired_key_signs_nothing_more():
    log = two_customers()
    log.append("log", "log.key_retired.v1", {"vkey": LOG_KEY.key.text, "from_size": 15})
    log.seal_heads()
    assert names(log.draft().verify()) == {"KEY_RETIRED"}
    log = two_customers()
    log.append("log", "log.key_retired.v1", {"vkey": LOG_KEY.key.text, "from_size": 16})
    log.seal_heads()
    assert log.draft().verify().status == 0
    both = replace(POLICY, log_keys=(*POLICY.log_keys, LogKey(NEXT_KEY.key)))
    log.append("log", "log.key_retired.v1", {"vkey": LOG_KEY.key.text, "from_size": 1})
    log.seal_heads()
    assert log.draft(signers=[LOG_KEY, NEXT_KEY]).verify(both).status == 0


# -- witnesses and monitors --------------------------------------------------------------------------------------------


def test_a_quorum_of_witnesses_is_asked_for():
    log = two_customers()
    report = log.draft(signers=[LOG_KEY, W2]).verify(WITNESSED)
    assert report.status == 0
    assert states_of_steps(report)[9] == "passed"
    assert names(log.draft().verify(WITNESSED)) == {"QUORUM_MISSED"}
    assert names(log.draft(signers=[LOG_KEY, W1]).verify(replace(WITNESSED, quorum=2))) == {"QUORUM_MISSED"}
    assert names(log.draft(signers=[LOG_KEY, W1, W1]).verify(replace(WITNESSED, quorum=2))) == {"QUORUM_MISSED"}
    assert log.draft(signers=[LOG_KEY, W1, W2]).verify(replace(WITNESSED, quorum=2)).status == 0


def test_a_wrong_cosignature_of_a_pinned_witness_refuses_the_checkpoint():
    log = two_customers()
    changed = log.checkpoint(signers=[LOG_KEY, replace(W1, time=NOON + 1)])
    good = log.checkpoint(signers=[LOG_KEY, W1])
    mixed = b"\n".join([*good.split(b"\n")[:-2], good.split(b"\n")[-2][:60] + changed.split(b"\n")[-2][60:], b""])
    assert refusal(mixed, WITNESSED) == "BAD_SIGNATURE"


def test_a_monitor_confirms_completeness_in_its_own_name():
    log = two_customers()
    policy = replace(POLICY, monitors=(MONITOR.key,))
    report = log.draft(signers=[LOG_KEY, MONITOR]).verify(policy)
    assert report.status == 0
    assert report.completeness.sentence["en"].endswith("complete up to log size 13, confirmed by monitor.example.")
    claimed = log.draft().verify(policy)
    assert claimed.completeness.sentence["en"].endswith("complete up to log size 13, as claimed by the log.")


def at(hours: float) -> TestWitness:
    """Give a witness that cosigned so many hours after the log began."""
    return replace(W1, time=1795305600 + int(hours * 3600))


def test_entries_are_not_later_than_their_cosignature():
    log = two_customers()
    assert log.draft(signers=[LOG_KEY, at(-0.9)]).verify(WITNESSED).status == 0
    report = log.draft(signers=[LOG_KEY, at(-1.1)]).verify(WITNESSED)
    assert names(report) == {"TIME_UNBOUND"}


def test_entries_after_a_held_cosignature_are_not_earlier():
    log = two_customers()
    held = Held(checkpoints=(log.checkpoint(8, [LOG_KEY, at(0.9)]),))
    assert log.draft(signers=[LOG_KEY, at(1)], since=(8,)).verify(WITNESSED, held=held).status == 0
    held = Held(checkpoints=(log.checkpoint(8, [LOG_KEY, at(1.1)]),))
    report = log.draft(signers=[LOG_KEY, at(1)], since=(8,)).verify(WITNESSED, held=held)
    assert names(report) == {"TIME_UNBOUND"}
    assert {finding.position for finding in report.findings} <= set(range(8, 13))


@pytest.mark.parametrize("time", [(1 << 63) - 1, 1 << 62, 253402300799])
def test_a_cosignature_past_the_calendar_is_refused(time):
    report = two_customers().draft(signers=[LOG_KEY, replace(W1, time=time)]).verify(WITNESSED)
    assert names(report) == {"TIME_UNBOUND"}


def test_time_stamps_that_the_policy_names_are_said_to_be_unchecked():
    report = two_customers().draft().verify(replace(POLICY, tsa=("00" * 32,)))
    assert names(report) == {"STAMPS_UNCHECKED"}
    assert report.status == 2
    assert report.integrity.outcome == "unchecked"
    assert report.completeness.outcome == "holds"
