"""What checks and importers say exactly is told in Japanese: every saying that stands in their code has its words."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command_line import CAPTURED, ROOT, Answer
from trail import Trail

from scripts.wording import details_formats, details_fsck, details_import, details_postgres, details_verify
from scripts.wording.details import in_japanese

Shoseki = Callable[..., Answer]
TABLES = (
    details_fsck.TEXTS,
    details_verify.TEXTS,
    details_formats.TEXTS,
    details_import.TEXTS,
    details_postgres.TEXTS,
)
SAYINGS = {
    "ledger/log": {
        "FormatError",
        "NoteError",
        "ProofError",
        "RefusedError",
        "SealError",
        "UnknownFormatError",
        "UnknownKeyError",
        "_contradicted",
        "_malformed",
        "add",
    },
    "ledger/store/fsck": {"FormatError", "_wrong", "add"},
    "ledger/store/embedded": {"PostgresUnavailable", "failure"},
    "ledger/ingest": {
        "CastError",
        "ClockError",
        "EventError",
        "FrameError",
        "FramingError",
        "ImportOptionError",
        "MessageError",
        "Rejected",
        "StrictJsonError",
        "_lose",
        "_rejected",
        "reject",
    },
}
"""Which calls take what is said, by folder."""
NOTHING_TO_SAY = re.compile(r"[{}\W]*")


def spelled(node: ast.AST) -> Iterator[str]:
    """Give the texts that an expression can be, with ``{}`` for what is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(each.value if isinstance(each, ast.Constant) else "{}" for each in node.values)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = list(spelled(node.left)) or ["{}"], list(spelled(node.right)) or ["{}"]
        yield from (before + behind for before in left for behind in right)
    elif isinstance(node, ast.IfExp):
        yield from (*spelled(node.body), *spelled(node.orelse))


def parsed(folder: str) -> Iterator[ast.Module]:
    for path in sorted(Path(ROOT, folder).rglob("*.py")):
        yield ast.parse(path.read_text(encoding="utf-8"))


def said(folder: str) -> Iterator[str]:
    for module in parsed(folder):
        for node in ast.walk(module):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in SAYINGS[folder]:
                    texts = (text for each in node.args for text in spelled(each))
                    yield from (text for text in texts if " " in text and not NOTHING_TO_SAY.fullmatch(text))


@pytest.mark.parametrize("folder", SAYINGS)
def test_whatever_is_said_exactly_has_its_japanese(folder: str) -> None:
    found = sorted(set(said(folder)))
    assert len(found) > (12 if folder == "ledger/store/embedded" else 40)
    without = []
    for text in found:
        values = [f"<{number}>" for number in range(text.count("{}"))]
        filled = text
        for value in values:
            filled = filled.replace("{}", value, 1)
        japanese = in_japanese(filled)
        if japanese == filled or not all(value in japanese for value in values):
            without.append(text)
    assert without == []


def test_no_words_are_kept_for_what_nothing_says() -> None:
    code = {
        text.removesuffix(".")
        for folder in ("ledger",)
        for module in parsed(folder)
        for node in ast.walk(module)
        for text in spelled(node)
    }
    code |= {f"{{}}{text}" for text in code if text.startswith(", ")}  # said behind a name
    assert [each for table in TABLES for each in table if each.removesuffix(".") not in code] == []


def test_no_saying_stands_twice() -> None:
    assert len({each.removesuffix(".") for table in TABLES for each in table}) == sum(map(len, TABLES))


@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        ("7 after 5", "5 の次が 7"),
        ("size 12, The note is not UTF-8", "件数 12、署名付きの本文が UTF-8 でない"),
        ("A core entry: The tags are not sorted and unique.", "制御エントリについて: タグが昇順でないか重複している。"),
        ("an event cannot be read: the event tells no time", "記録を読めない（時刻のない記録）"),
        ("invalid page in block 0 of relation base/5", "invalid page in block 0 of relation base/5"),
        ("could not read file after a crash", "could not read file after a crash"),
        ("", ""),
    ],
)
def test_a_saying_within_another_is_told_too_and_what_is_unknown_stays(english: str, japanese: str) -> None:
    assert in_japanese(english) == japanese


def test_commands_tell_details_in_japanese_and_programs_the_same_names(
    shoseki: Shoseki, trail: Trail, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.zip"
    cut.write_bytes(trail.package.read_bytes()[:2000])
    told = shoseki("verify", cut, "--policy", trail.policy, "--lang", "ja")
    assert "UNREADABLE: 完全なファイルでない。zip 書庫でないか、末尾が欠けている。" in told.out
    (finding,) = shoseki("verify", cut, "--policy", trail.policy, "--json", "--lang", "ja").json["findings"]
    assert finding["text"] == "The file is not a zip archive, or its end is cut off."
    policy = tmp_path / "policy.json"
    policy.write_text('{"format": "x"}')
    refused = shoseki("verify", trail.package, "--policy", policy, "--lang", "ja").check_refused()
    assert "（検証方針でない（形式が shoseki-policy-1 でない））" in refused
    lines = (CAPTURED / "ssh" / "auth-rfc5424.log").read_bytes()[:400]
    customer = shoseki("customer", "add", "取込みの例", "--json").json["id"]
    told_of = {}
    for name in ("people", "programs"):
        (tmp_path / name).write_bytes(lines + f"\n\x01 nothing for {name}\n".encode())
        options = ("--json",) if name == "programs" else ()
        imported = ("import", "sshd-5424", tmp_path / name, "--customer", customer, "--lang", "ja", *options)
        told_of[name] = shoseki(*imported)
    assert "解釈できません: RFC 5424 の行（優先度、版、七つの欄）でない" in told_of["people"].err
    reasons = [each["reason"] for each in told_of["programs"].json["reasons"]]
    assert "not an RFC 5424 line: priority, version and seven fields" in reasons
