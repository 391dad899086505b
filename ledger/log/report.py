"""What a verification found: a status object, not a boolean (docs/record-format.md, section 7).

Guarantees: every step has a result, both verdicts are always given, nothing that was not checked counts as passed, and
the exit status follows from the findings. Leaves to others: the checks (``verify``) and showing a report on a screen.

    exit status   0 both verdicts hold · 1 a finding · 2 something could not be checked, and nothing else was found
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, NamedTuple, TypeAlias, get_args

from ledger.log.refusal import Language, Refusal, RefusedError, Status, Step, Verdict

MAX_FINDINGS = 1000
"""So many findings are kept; the others are counted."""

Outcome: TypeAlias = Literal["holds", "broken", "unchecked", "not_claimed"]
StepState: TypeAlias = Literal["passed", "failed", "unchecked", "not_applicable"]
EntryState: TypeAlias = Literal["VALID", "WITHHELD", "ERASED", "MISSING", "TAMPERED"]


ENTRY_STATES: tuple[EntryState, ...] = get_args(EntryState)


class Reason(Enum):
    """Why a step has nothing to check, or was not checked."""

    NOT_REACHED = "An earlier refusal left it unchecked.", "前の拒否により検証されていない。"
    NOTHING_DISCLOSED = "No payload is disclosed.", "開示された内容がない。"
    NOTHING_UNDISCLOSED = "Every payload is disclosed.", "全ての内容が開示されている。"
    NO_OUTSIDE_TIME = "The policy names neither witnesses nor time stamps.", "検証方針に証人もタイムスタンプもない。"
    NOTHING_HELD = "Nothing from before was given.", "以前のものが与えられていない。"
    ONE_ENTRY = "A receipt shows one entry, not a chain.", "受領証は一件のエントリだけを示す。"

    def __init__(self, en: str, ja: str) -> None:
        self.sentence: dict[Language, str] = {"en": en, "ja": ja}


class Finding(NamedTuple):
    """One refusal: where it arose, and what exactly was wrong."""

    refusal: Refusal
    step: Step
    text: str
    position: int | None = None

    def to_json(self) -> dict[str, object]:
        """Give the finding as plain values."""
        return {
            "position": self.position,
            "refusal": self.refusal.name,
            "step": self.step.number,
            "text": self.text,
        }


class Findings:
    """Collects findings: keeps the first, counts all."""

    __slots__ = ("kept", "more", "refusals")

    def __init__(self) -> None:
        """Begin with none."""
        self.kept: list[Finding] = []
        self.more = 0
        self.refusals: set[tuple[Step, Refusal]] = set()

    def add(self, refusal: Refusal, text: str, *, position: int | None = None, step: Step | None = None) -> None:
        """Note a refusal."""
        self.take(Finding(refusal, step or refusal.step, text, position))

    def absorb(self, error: RefusedError) -> None:
        """Note a refusal that was raised."""
        self.take(Finding(error.refusal, error.step, str(error), error.position))

    def take(self, finding: Finding) -> None:
        """Note a finding made elsewhere."""
        self.refusals.add((finding.step, finding.refusal))
        if len(self.kept) < MAX_FINDINGS:
            self.kept.append(finding)
        else:
            self.more += 1

    def merge(self, other: "Findings") -> None:
        """Note all findings of another collection."""
        for finding in other.kept:
            self.take(finding)
        self.more += other.more
        self.refusals |= other.refusals

    def status(self, step: Step | None = None, verdict: Verdict | None = None) -> Status:
        """Tell the gravest status among all refusals, or those of one step or one verdict: finding, unchecked, fine."""
        found = {
            refusal.status for at, refusal in self.refusals if step in {None, at} and verdict in {None, refusal.breaks}
        }
        return Status.FINDING if Status.FINDING in found else max(found, default=Status.FINE)


class StepResult(NamedTuple):
    """What became of one step."""

    step: Step
    state: StepState
    reason: Reason | None = None


class Answer(NamedTuple):
    """One of the two verdicts, and its sentence."""

    outcome: Outcome
    sentence: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a verification has to say. ``states`` counts entries; None where none of them is proven."""

    subject: Literal["package", "receipt"]
    steps: tuple[StepResult, ...]
    findings: tuple[Finding, ...]
    more_findings: int
    status: Status
    integrity: Answer
    completeness: Answer
    origin: str
    size: int | None = None
    chain: str | None = None
    first: int | None = None
    last: int | None = None
    states: Mapping[EntryState, int] | None = None
    blobs: Mapping[str, int] = field(default_factory=dict)

    def refused(self, refusal: Refusal) -> bool:
        """Tell whether this refusal is among the findings kept."""
        return any(finding.refusal is refusal for finding in self.findings)

    def to_json(self) -> dict[str, object]:
        """Give the report as plain values with stable names."""
        return {
            "blobs": dict(self.blobs),
            "chain": self.chain,
            "completeness": {"outcome": self.completeness.outcome, "sentence": dict(self.completeness.sentence)},
            "findings": [finding.to_json() for finding in self.findings],
            "first": self.first,
            "integrity": {"outcome": self.integrity.outcome, "sentence": dict(self.integrity.sentence)},
            "last": self.last,
            "more_findings": self.more_findings,
            "origin": self.origin,
            "size": self.size,
            "states": None if self.states is None else dict(self.states),
            "status": int(self.status),
            "steps": [
                {
                    "name": result.step.name,
                    "number": result.step.number,
                    "reason": None if result.reason is None else result.reason.sentence["en"],
                    "state": result.state,
                }
                for result in self.steps
            ],
            "subject": self.subject,
        }

    def lines(self, language: Language) -> list[str]:
        """Give the report as lines for people."""
        states = _STATES[language]
        lines = [self._subject_line(language)]
        for result in self.steps:
            sentence = (result.reason or result.step).sentence[language]
            lines.append(f"{result.step.number:>2} {states[result.state]}  {sentence}")
        between = "" if language == "ja" else " "
        for finding in self.findings:
            where = "" if finding.position is None else f" [{finding.position}]"
            lines.append(f"{finding.refusal.name}{where}: {finding.refusal.sentence[language]}{between}{finding.text}")
        if self.more_findings:
            lines.append(_MORE[language].format(self.more_findings, "" if self.more_findings == 1 else "s"))
        lines.extend(f"{name} {count}" for name, count in (self.states or {}).items())
        if self.blobs:
            counts = {name: self.blobs.get(name, 0) for name in ("verified", "withheld", "missing")}
            lines.append(_RECORDINGS[language].format(**counts))
            if counts["withheld"]:
                lines.append(_RECORDINGS_WITHHELD[language])
        lines.extend((self.integrity.sentence[language], self.completeness.sentence[language]))
        return lines

    def _subject_line(self, language: Language) -> str:
        """Say of which log, chain and entries the report is: as far as that could be read."""
        words = _SUBJECT[language]
        parts = [words["origin"].format(self.origin)]
        if self.chain is not None:
            parts.append(words["chain"].format(self.chain))
            parts.append(words["entries"].format(self.first, self.last))
        if self.size is not None:
            parts.append(words["size"].format(self.size))
        return words["between"].join(parts)


_SUBJECT: dict[Language, dict[str, str]] = {
    "en": {"origin": "Log {}", "chain": "chain {}", "entries": "entries {}…{}", "size": "log size {}", "between": ", "},
    "ja": {
        "origin": "ログ {}",
        "chain": "チェーン {}",
        "entries": "エントリ {}〜{}",
        "size": "ログの大きさ {}",
        "between": "、",
    },
}
_RECORDINGS: dict[Language, str] = {
    "en": "Recordings: {verified} verified, {withheld} withheld, {missing} missing",
    "ja": "録画: 検証済み {verified} 件、非開示 {withheld} 件、欠落 {missing} 件",
}
_RECORDINGS_WITHHELD: dict[Language, str] = {
    "en": "A withheld recording is not in the package: nothing was checked of it.",
    "ja": "非開示の録画はパッケージに含まれていないため、検証していない。",
}
_STATES: dict[Language, dict[StepState, str]] = {
    "en": {"passed": "passed", "failed": "FAILED", "unchecked": "NOT CHECKED", "not_applicable": "not applicable"},
    "ja": {"passed": "合格", "failed": "不合格", "unchecked": "未検証", "not_applicable": "該当なし"},
}
_MORE: dict[Language, str] = {"en": "and {} more finding{}", "ja": "ほか {} 件"}

INTEGRITY: dict[Outcome, Answer] = {
    "holds": Answer(
        "holds",
        {"en": "Integrity: nothing that is here was changed.", "ja": "完全性: ここにあるものは何も変えられていない。"},
    ),
    "broken": Answer(
        "broken",
        {
            "en": "Integrity: something here was changed, or is not what the log signed.",
            "ja": "完全性: 変えられたもの、またはログが署名していないものがある。",
        },
    ),
    "unchecked": Answer(
        "unchecked",
        {
            "en": "Integrity: could not be checked in full; nothing may be concluded.",
            "ja": "完全性: 全部は検証できなかった。結論は出せない。",
        },
    ),
}
COMPLETENESS_BROKEN = Answer(
    "broken", {"en": "Completeness: something is missing.", "ja": "網羅性: 欠けているものがある。"}
)
COMPLETENESS_UNCHECKED = Answer(
    "unchecked",
    {
        "en": "Completeness: could not be checked; nothing may be concluded.",
        "ja": "網羅性: 検証できなかった。結論は出せない。",
    },
)
COMPLETENESS_NOT_CLAIMED = Answer(
    "not_claimed",
    {
        "en": "Completeness: not claimed; a receipt shows one entry.",
        "ja": "網羅性: 対象外。受領証は一件のエントリだけを示す。",
    },
)
