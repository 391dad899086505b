"""Make docs/terms-coverage.md: for each clause of the terms its rules, its events and the tests that prove them.

``python -m scripts.make_coverage`` writes it; a test compares what is checked in with what it would write, and fails
for a clause that no test proves. Clauses 1 and the preamble's first paragraph bind through the rules of others.
"""

import sys
from pathlib import Path
from typing import NamedTuple

from ledger.domain import catalogue
from ledger.domain.registry import kinds
from ledger.domain.rule_texts import RULES
from ledger.domain.rules import enforced_by
from scripts.rule_tests import tests_of_rules

PAGE = Path(__file__).resolve().parent.parent / "docs" / "terms-coverage.md"

assert catalogue.STREAMS  # the registry is complete


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


def page() -> str:
    """Give the page."""
    tests, functions = tests_of_rules(), enforced_by()
    lines = [
        "# What of the terms is proved by what",
        "",
        "Made by `scripts/make_coverage.py` from the rules in `ledger/domain`, the registry of events and the names of",
        "the tests in `tests/domain`. `python -m scripts.rule_tests` switches each rule off in turn and shows that a",
        "test of it goes red.",
        "",
        "| clause | 内容 | rule | events | tests |",
        "| --- | --- | --- | --- | --- |",
    ]
    for clause in CLAUSES:
        proofs = sum(len(tests[rule]) for rule in clause.rules)
        lines.append(f"| {clause.name} | {clause.about} | {', '.join(clause.rules)} | {_events(clause)} | {proofs} |")
    lines += ["", "## The rules", "", "| rule | decided at | what it says | enforced by | tests |"]
    lines.append("| --- | --- | --- | --- | --- |")
    for rule, text in RULES.items():
        by = ", ".join(f"`{each.removeprefix('ledger.domain.')}`" for each in functions[rule]) or "–"
        proofs_of = ", ".join(f"`{each.partition('::')[2]}`" for each in tests[rule]) or "–"
        lines.append(f"| {rule} | {text.enforced} | {text.ja}<br>{text.en} | {by} | {proofs_of} |")
    return "\n".join(lines) + "\n"


def unproved() -> list[str]:
    """Give the clauses with a rule that no test proves."""
    tests = tests_of_rules()
    return [clause.name for clause in CLAUSES if not all(tests[rule] for rule in clause.rules)]


def _events(clause: Clause) -> str:
    names = [kind.type for kind in kinds().values() if kind.clause in clause.events_of]
    return ", ".join(f"`{name}`" for name in names) or "–"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    for name in unproved():
        print(f"No test proves all of {name}.", file=sys.stderr)
