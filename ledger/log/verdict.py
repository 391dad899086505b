"""From findings to verdicts: what each step came to, and the two answers (docs/record-format.md, section 7).

Guarantees: a verdict holds only when every step that it rests on passed or had nothing to check. Completeness is said
exactly: up to which size of the log, and on whose word. Leaves to others: finding.
"""

from collections.abc import Collection, Mapping

from ledger.log.refusal import Status, Step, Verdict
from ledger.log.report import (
    COMPLETENESS_BROKEN,
    COMPLETENESS_UNCHECKED,
    INTEGRITY,
    Answer,
    Findings,
    Reason,
    StepResult,
)

_NOT_FOR_COMPLETENESS = {Step.DISCLOSED, Step.TIME}


def step_results(
    findings: Findings, done: Collection[Step], nothing_to_check: Mapping[Step, Reason]
) -> tuple[StepResult, ...]:
    """Tell what each step came to. A step that is neither done nor without object was not reached."""
    return tuple(_step_result(step, findings, done, nothing_to_check) for step in Step)


def overall_status(findings: Findings, steps: Collection[StepResult]) -> Status:
    """Tell the exit status: a finding outweighs what could not be checked."""
    found = findings.status()
    if found is Status.FINE and any(result.state == "unchecked" for result in steps):
        return Status.UNCHECKED
    return found


def integrity(findings: Findings, steps: Collection[StepResult]) -> Answer:
    """Answer whether anything that is here was changed."""
    found = findings.status(verdict=Verdict.INTEGRITY)
    if found is Status.FINDING:
        return INTEGRITY["broken"]
    unchecked = any(result.state == "unchecked" and result.step is not Step.HEAD for result in steps)
    return INTEGRITY["unchecked" if unchecked or found is Status.UNCHECKED else "holds"]


def completeness(findings: Findings, steps: Collection[StepResult], claim: Answer) -> Answer:
    """Answer whether anything is missing; ``claim`` is what may be said when nothing is."""
    if findings.status(verdict=Verdict.COMPLETENESS) is Status.FINDING:
        return COMPLETENESS_BROKEN
    rests_on = [result.state for result in steps if result.step not in _NOT_FOR_COMPLETENESS]
    return claim if all(state in {"passed", "not_applicable"} for state in rests_on) else COMPLETENESS_UNCHECKED


def claim_whole(size: int, monitors: Collection[str]) -> Answer:
    """Say that all of a chain is here."""
    by, by_ja = _word_of(monitors)
    return Answer(
        "holds",
        {
            "en": f"Completeness: nothing is missing: complete up to log size {size}, {by}.",
            "ja": f"網羅性: 欠けているものはない。ログの大きさ {size} まで全てそろっている（{by_ja}）。",
        },
    )


def claim_part(first: int, last: int, size: int, monitors: Collection[str], *, to_head: bool) -> Answer:
    """Say that a part of a chain is here: up to its head, or between neighbours that are shown."""
    by, by_ja = _word_of(monitors)
    if to_head:
        return Answer(
            "holds",
            {
                "en": f"Completeness: from entry {first} of the chain nothing is missing: "
                f"complete up to log size {size}, {by}.",
                "ja": f"網羅性: チェーンの {first} 番以降に欠けているものはない。"
                f"ログの大きさ {size} まで全てそろっている（{by_ja}）。",
            },
        )
    return Answer(
        "holds",
        {
            "en": f"Completeness: from entry {first} to entry {last} of the chain nothing is missing; "
            f"what lies outside is not shown. The log has size {size}.",
            "ja": f"網羅性: チェーンの {first} 番から {last} 番までに欠けているものはない。"
            f"その外側は示されていない。ログの大きさは {size}。",
        },
    )


def _word_of(monitors: Collection[str]) -> tuple[str, str]:
    if not monitors:
        return "as claimed by the log", "ログ自身の主張による"
    names = ", ".join(sorted(monitors))
    return f"confirmed by {names}", f"{names} が確認"


def _step_result(
    step: Step, findings: Findings, done: Collection[Step], nothing_to_check: Mapping[Step, Reason]
) -> StepResult:
    found = findings.status(step)
    if found is Status.FINDING:
        return StepResult(step, "failed")
    if found is Status.UNCHECKED:
        return StepResult(step, "unchecked")
    if step not in done and step not in nothing_to_check:
        return StepResult(step, "unchecked", Reason.NOT_REACHED)
    if step in nothing_to_check:
        return StepResult(step, "not_applicable", nothing_to_check[step])
    return StepResult(step, "passed")
