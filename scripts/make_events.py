"""Make docs/events.md from the registry: every type of entry, where it stands and how long it is kept.

``python -m scripts.make_events`` writes it; a test compares what is checked in with what it would write.
"""

import sys
from pathlib import Path

from ledger.domain import catalogue
from ledger.domain.registry import Kind, Member, kinds

PAGE = Path(__file__).resolve().parent.parent / "docs" / "events.md"

assert catalogue.STREAMS  # the registry is complete

_HEAD = """\
# Events

Every type of entry that Shoseki records, made by `scripts/make_events.py` from the registry in `ledger/domain`; the
record format's own entries (`key.*`, `chain.*`, `heads.*`, `log.*`, `payload.removed`) are in
[record-format.md](record-format.md). A member in **bold** stands in the entry for ever; all others are sealed and go
with their key. A member in *italics* tags the entry. Retention classes are in
[keys.md](keys.md).
"""


def page() -> str:
    """Give the page."""
    lines = [_HEAD]
    stream = ""
    for kind in kinds().values():
        of = kind.type.partition(".")[0]
        if of != stream:
            stream = of
            lines += [f"## {stream}", "", "| type | 日本語 | meaning | clause | chain | class | members |"]
            lines.append("| --- | --- | --- | --- | --- | --- | --- |")
        lines.append(
            f"| `{kind.type}` | {kind.ja} | {kind.en} | {kind.clause} | {kind.chain} | {kind.retention} "
            f"| {_members(kind)} |"
        )
        if _ends(kind, of):
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _ends(kind: Kind, stream: str) -> bool:
    """Tell whether it is the last of its stream."""
    of_stream = [each for each in kinds() if each.partition(".")[0] == stream]
    return of_stream[-1] == kind.type


def _members(kind: Kind) -> str:
    if kind.members is None:
        return "as its writer has them"
    return ", ".join(_member(each) for each in kind.members if each.name != "cites") or "–"


def _member(member: Member) -> str:
    name = f"*{member.name}*" if member.ref is not None or member.about else member.name
    return f"**{name}**" if member.kind == "public" else name


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{len(kinds())} types in {PAGE}", file=sys.stderr)
