"""Make docs/terms-coverage.md: for each clause of the terms its rules, its events and the tests that prove them.

``python -m scripts.make_coverage`` writes it from docs/rule-proofs.json, which the mutation run (``rule_tests``) makes:
a test proves a rule or an event if it goes red without it. A clause of which a rule or an event is not proved is
refused. Clauses 1 and the preamble's first paragraph bind through the rules of others.
"""

import sys
from pathlib import Path
from typing import NamedTuple

from ledger.domain import catalogue
from ledger.domain.clock_run import ClockRun
from ledger.domain.registry import Kind, kinds
from ledger.domain.rule_texts import RULES
from ledger.domain.rules import enforced_by
from scripts.rule_tests import Proofs

PAGE = Path(__file__).resolve().parent.parent / "docs" / "terms-coverage.md"
_PACKAGE = "ledger.domain."

assert catalogue.STREAMS  # the registry is complete


class UnprovedError(Exception):
    """Some clauses of the terms are not proved; ``clauses`` says of each what of it no test would miss."""

    def __init__(self, clauses: dict[str, list[str]]) -> None:
        said = "; ".join(f"{name}: {', '.join(missing)}" for name, missing in clauses.items())
        super().__init__(f"Nothing proves all of these clauses: {said}.")
        self.clauses = clauses


class Clause(NamedTuple):
    """One clause: how the terms count it, what it is about, its rules, and the clauses that its events name."""

    name: str
    about: str
    rules: tuple[str, ...]
    events_of: tuple[str, ...]


CLAUSES: tuple[Clause, ...] = (
    Clause("前文 ¶1", "同意を前提とする提供", ("R-01",), ("P",)),
    Clause("前文 ¶2", "不同意の表示、みなし同意", ("R-02", "R-03"), ("P",)),
    Clause("第1条", "目的（お客様のご要望の範囲）", ("R-04",), ("4-1①",)),
    Clause("第2条", "SMAC・CLIC からの接続の適用除外", ("R-05",), ("2",)),
    Clause("第3条 ①", "契約に基づくリモート接続", ("R-06",), ("3①", "3, 5①")),
    Clause("第3条 ②", "ご要望によるリモート接続", ("R-06",), ("3, 5①",)),
    Clause("第4条 1 ①", "暗号化された通信経路、接続の許可", ("R-07", "R-08"), ("4-1①",)),
    Clause("第4条 1 ②", "ID/Password 等の提供", ("R-09", "R-10"), ("4-1②",)),
    Clause("第4条 1 ③", "消去、継続しての情報保持", ("R-11", "R-12"), ("4-1③",)),
    Clause("第4条 1 ④", "必要な範囲での情報取得", ("R-13",), ("4-1④",)),
    Clause("第4条 1 ⑤", "作業証跡の12ヶ月間の保管", ("R-14", "R-15", "R-16", "R-17"), ("4-1⑤",)),
    Clause("第4条 2", "専用環境、録画、ログイン履歴", ("R-18", "R-19", "R-20"), ("4-2",)),
    Clause("第5条 ①", "作業の依頼", ("R-06",), ("5①", "3, 5①", "5")),
    Clause("第5条 ②", "作業日程の決定", ("R-21",), ("5②",)),
    Clause("第5条 ③", "作業前の連絡", ("R-22",), ("5③",)),
    Clause("第5条 ③※", "予定超過の報告", ("R-23",), ("5③※",)),
    Clause("第5条 ④", "実施内容の報告、稼働確認の依頼", ("R-24",), ("5④",)),
    Clause("第5条 ⑤", "稼働確認", ("R-25",), ("5⑤",)),
    Clause("第5条 ⑤※", "稼働確認を待たない完了、改めての問い合わせ", ("R-25",), ("5⑤※",)),
    Clause("第6条 1", "機密保持", ("R-26",), ("6-1",)),
    Clause("第6条 2", "免責（作業不能）、本書のみに基づく接続", ("R-06", "R-27"), ("6-2",)),
    Clause("第6条 3", "書面での申請、別途費用", ("R-28", "R-29"), ("6-3",)),
    Clause("第6条 4", "利用目的、お客様が特定されない形", ("R-30", "R-31"), ("6-4", "4-1④")),
    Clause("第6条 5", "変更、重大な変更の提示", ("R-32", "R-33"), ("6-5",)),
    Clause("監査", "閲覧の記録、職務の分離、お客様ごとの閲覧", ("R-34", "R-35", "R-36"), ("audit",)),
)


def page(proofs: Proofs) -> str:
    """Give the page; raise UnprovedError where a clause has a rule or an event that no test proves."""
    if missing := unproved(proofs):
        raise UnprovedError(missing)
    lines = [
        "# What of the terms is proved by what",
        "",
        "Made by `scripts/make_coverage.py` from the rules and the registry of events in `ledger/domain` and from",
        "[rule-proofs.json](rule-proofs.json), which `python -m scripts.rule_tests` writes: it runs the tests in",
        "`tests/domain` once more without each rule, without each function of a rule, and without each event. A test",
        "is named here because it goes red then.",
        "",
        "| clause | 内容 | rule | events | proved by |",
        "| --- | --- | --- | --- | --- |",
    ]
    for clause in CLAUSES:
        tests = dict.fromkeys(test for rule in clause.rules for test in proofs.rules[rule])
        events = ", ".join(f"`{kind.type}`" for kind in events_of(clause)) or "–"
        lines.append(
            f"| {clause.name} | {clause.about} | {', '.join(clause.rules)} | {events} | {_named(list(tests))} |"
        )
    lines += ["", "## The rules", "", "| rule | decided at | what it says | enforced by | proved by |"]
    lines.append("| --- | --- | --- | --- | --- |")
    for rule, text in RULES.items():
        for place, name in enumerate(enforced_by()[rule]):
            short = name.removeprefix(_PACKAGE)
            said = f"{rule} | {text.enforced} | {text.ja}<br>{text.en}" if place == 0 else " | | "
            lines.append(f"| {said} | `{short}` | {_named(proofs.functions[short])} |")
    lines += ["", "## The events", "", "| event | 日本語 | clause | missed by |", "| --- | --- | --- | --- |"]
    lines += [f"| `{kind.type}` | {kind.ja} | {kind.clause} | {_missed(kind, proofs)} |" for kind in kinds().values()]
    return "\n".join(lines) + "\n"


def unproved(proofs: Proofs) -> dict[str, list[str]]:
    """Give the clauses of which something is not proved, and what: rules, functions of them, events."""
    found = {}
    for clause in CLAUSES:
        functions = [name.removeprefix(_PACKAGE) for rule in clause.rules for name in enforced_by()[rule]]
        missing = [rule for rule in clause.rules if not proofs.rules.get(rule)]
        missing += [name for name in functions if not proofs.functions.get(name)]
        missing += [kind.type for kind in events_of(clause) if decided(kind) and not proofs.events.get(kind.type)]
        if missing:
            found[clause.name] = missing
    return found


def events_of(clause: Clause) -> list[Kind]:
    """Give the types of events that a clause asks for."""
    return [kind for kind in kinds().values() if kind.clause in clause.events_of]


def decided(kind: Kind) -> bool:
    """Tell whether an event comes of commands and timers; others come of imports and of the log itself."""
    return kind.make is not None and kind.make is not ClockRun


def _named(tests: list[str]) -> str:
    return "<br>".join(f"`{each.partition('::')[2]}`" for each in tests)


def _missed(kind: Kind, proofs: Proofs) -> str:
    """Name a test or two; the file has them all."""
    if not decided(kind):
        return "– (written by imports or the log itself)"
    tests = proofs.events[kind.type]
    more = f" and {len(tests) - 2} more" if len(tests) > 2 else ""  # noqa: PLR2004
    return ", ".join(f"`{each.partition('::')[2]}`" for each in tests[:2]) + more


if __name__ == "__main__":
    try:
        PAGE.write_text(page(Proofs.read()), encoding="utf-8")
    except UnprovedError as error:
        sys.exit(str(error))
