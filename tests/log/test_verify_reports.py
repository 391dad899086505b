"""What the verifier says: of newer formats, of many findings, while it goes on, and in the end."""

import io
import json
import pickle
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from package_logs import aged_log, alices
from small_log import ALICE, POLICY, SmallLog, names, states_of_steps, two_customers, verify

from ledger.log import report
from ledger.log.archive import DEFLATED
from ledger.log.block import BlockContext, check_block
from ledger.log.erasure import Erasures
from ledger.log.package_reader import PackageReader
from ledger.log.refusal import Refusal, Status, Step
from ledger.log.retention import Period
from ledger.log.verdict import integrity, overall_status, step_results
from ledger.log.verify import verify_package

# -- newer formats and many findings -----------------------------------------------------------------------------------


def test_an_entry_of_a_newer_version_cannot_be_checked_and_is_no_finding():
    draft = two_customers().draft()
    newer = draft.lines[2].entry.replace(b'"v":1}', b'"v":2}')
    draft.lines[2] = draft.lines[2]._replace(entry=newer)
    result = draft.verify()
    assert names(result) == {"UNKNOWN_FORMAT"}
    assert result.status == 2
    assert result.states is None
    assert (result.integrity.outcome, result.completeness.outcome) == ("unchecked", "unchecked")
    assert Counter(states_of_steps(result).values()) == {"passed": 1, "unchecked": 8, "not_applicable": 2}


def test_after_many_findings_the_rest_is_counted_not_read(monkeypatch):
    monkeypatch.setattr(report, "MAX_FINDINGS", 3)
    draft = two_customers(30).draft()
    draft.lines = [line if line.salt is None else line._replace(salt=bytes(32)) for line in draft.lines]
    result = draft.verify()
    assert names(result) == {"COMMITMENT_DIFFERS"}
    assert len(result.findings) == 3
    assert result.status == 1
    assert any("more findings" in line for line in result.lines("en"))


# -- blocks, processes, progress ---------------------------------------------------------------------------------------


def big_package() -> bytes:
    log = SmallLog()
    log.append(ALICE, "chain.created.v1", {})
    log.create_key("trail:2026-11-22")
    text = "x" * 40_000
    for _ in range(60):
        log.record(ALICE, text)
    log.seal_heads()
    return log.draft().packed(DEFLATED)


def run_copy(copy: bytes) -> bytes:
    """Do what another process would do: take up the work from bytes, and send the result as bytes."""
    check, block = pickle.loads(copy)
    return pickle.dumps(check(block))


def test_blocks_can_be_checked_elsewhere_and_progress_is_told():
    packed = big_package()
    told = []
    with ThreadPoolExecutor(2) as pool:

        def elsewhere(check, blocks):
            copies = [pickle.dumps((check, block)) for block in blocks]
            assert len(copies) > 2
            return map(pickle.loads, pool.map(run_copy, copies))

        result = verify_package(
            io.BytesIO(packed), POLICY, run=elsewhere, on_progress=lambda done, whole: told.append((done, whole))
        )
    alone = verify(packed)
    assert result.to_json() == alone.to_json()
    assert result.status == 0
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] <= told[-1][1]
    assert len({whole for _, whole in told}) == 1


def test_a_block_is_checked_by_a_pure_function():
    log = two_customers()
    reader = PackageReader(io.BytesIO(log.draft().packed()))
    context = BlockContext(POLICY.origin, ALICE, Erasures(POLICY.retain))
    context.erasures.learn(log.parsed(3))
    (block,) = reader.blocks()
    one, other = check_block(context, block), check_block(context, block)
    assert one.rows == other.rows
    assert one.states == other.states == {"VALID": 5}
    assert one.disclosed == 4
    assert one.readable


# -- reports -----------------------------------------------------------------------------------------------------------


def test_every_refusal_and_step_has_its_sentences():
    assert [step.number for step in Step] == list(range(1, 12))
    for named in (*Refusal, *Step, *report.Reason):
        assert set(named.sentence) == {"en", "ja"}
        assert named.sentence["en"].endswith(".")
        assert named.sentence["ja"].endswith("。")
    assert len({refusal.sentence["en"] for refusal in Refusal}) == len(Refusal)
    assert {refusal.status for refusal in Refusal} == {Status.FINDING, Status.UNCHECKED}


def test_a_report_is_plain_values_and_lines_for_people():
    draft = two_customers().draft()
    draft.lines[2] = draft.lines[2]._replace(salt=bytes(32))
    result = draft.verify()
    document = json.loads(json.dumps(result.to_json()))
    assert document["status"] == 1
    assert document["findings"] == [
        {
            "position": 6,
            "refusal": "COMMITMENT_DIFFERS",
            "step": 7,
            "text": "Salt and payload do not reproduce the entry's commitment.",
        }
    ]
    assert [step["state"] for step in document["steps"]][6] == "failed"
    assert result.refused(Refusal.COMMITMENT_DIFFERS)
    assert not result.refused(Refusal.SEQ_GAP)
    english, japanese = result.lines("en"), result.lines("ja")
    assert len(english) == len(japanese)
    assert " 7 FAILED  Every disclosed payload is the committed one." in english
    assert "COMMITMENT_DIFFERS [6]: 内容が約定値と一致しない。Salt and payload do not" in "\n".join(japanese)
    assert "完全性: 変えられたもの、またはログが署名していないものがある。" in japanese


def test_what_was_not_reached_is_never_fine():
    steps = step_results(report.Findings(), set(Step) - {Step.LINKS}, {})
    assert overall_status(report.Findings(), steps) is Status.UNCHECKED
    assert integrity(report.Findings(), steps).outcome == "unchecked"


def test_a_finding_outweighs_what_could_not_be_checked():
    draft = two_customers().draft()
    draft.lines[2] = draft.lines[2]._replace(salt=bytes(32))
    result = draft.verify(replace(POLICY, tsa=("00" * 32,)))
    assert names(result) == {"COMMITMENT_DIFFERS", "STAMPS_UNCHECKED"}
    assert result.status == 1


def test_the_least_period_is_the_verifiers():
    log = aged_log()
    log.destroy(key="trail:2026-11-22")
    log.seal_heads()
    draft = log.draft(states=dict.fromkeys(alices(log), "erased"))
    assert draft.verify().status == 0
    strict = replace(POLICY, retain={"trail": Period(24, "M")})
    assert names(draft.verify(strict)) == {"ERASED_EARLY"}
