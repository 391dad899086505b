"""Verify a package or a receipt with Python and ``cryptography`` alone: for an auditor who installs nothing else.

    python -m scripts.verify_alone FILE --policy FILE [--held FILE …] [--chain ID] [--until TIME] [--now TIME]
        [--language ja] [--json]

Exit status: 0 both verdicts hold · 1 a finding · 2 could not be checked. See docs/verify.md.
"""

import argparse
import json
import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from ledger.log.errors import LogError
from ledger.log.evidence import kind_of
from ledger.log.policy import MAX_POLICY_BYTES, parse
from ledger.log.receipt import MAX_RECEIPT_BYTES
from ledger.log.report import Report
from ledger.log.verify import Asked, Held, verify_package, verify_receipt

_COULD_NOT = 2


def main(arguments: list[str] | None = None) -> int:
    """Verify what the arguments name and print the report; give the exit status."""
    options = _parser().parse_args(arguments)
    try:
        report = _verify(options)
    except (LogError, OSError, ValueError) as error:
        print(f"Could not be checked: {error}", file=sys.stderr)
        return _COULD_NOT
    if options.json:
        print(json.dumps(report.to_json(), ensure_ascii=False, indent=1, sort_keys=True))
    else:
        print("\n".join(report.lines(options.language)))
    return int(report.status)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Verify a package or a receipt of a Shoseki log.")
    parser.add_argument("file", type=Path, help="the package or receipt")
    parser.add_argument("--policy", type=Path, required=True, help="the pinned policy; never one that came with FILE")
    parser.add_argument("--held", type=Path, action="append", default=[], help="a checkpoint, receipt or package kept")
    parser.add_argument("--chain", help="the customer's chain that was asked for")
    parser.add_argument("--until", type=_moment, help="the time up to which everything must be there")
    parser.add_argument("--now", type=_moment, help="refuse entries more than an hour ahead of this time")
    parser.add_argument("--language", choices=("en", "ja"), default="en")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    return parser


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("a time with its zone is needed, such as 2026-11-22T09:00:00+09:00")
    return moment


def _verify(options: argparse.Namespace) -> Report:
    with ExitStack() as stack:
        policy = parse(stack.enter_context(options.policy.open("rb")).read(MAX_POLICY_BYTES + 1))
        held = _held([stack.enter_context(path.open("rb")) for path in options.held])
        file = stack.enter_context(options.file.open("rb"))
        asked = Asked(options.chain, options.until)
        kind = kind_of(file)
        if kind == "package":
            return verify_package(file, policy, held=held, asked=asked, now=options.now)
        if kind == "other":
            raise ValueError(f"{options.file} is neither a package nor a receipt")
        if asked != Asked():
            raise ValueError("a receipt shows one entry: --chain and --until are asked of packages")
        return verify_receipt(file.read(MAX_RECEIPT_BYTES + 1), policy, held=held, now=options.now)


def _held(files: list[BinaryIO]) -> Held:
    kinds = [kind_of(file) for file in files]
    packages = tuple(file for file, kind in zip(files, kinds, strict=True) if kind == "package")
    receipts, checkpoints = (
        tuple(file.read(MAX_RECEIPT_BYTES + 1) for file, kind in zip(files, kinds, strict=True) if kind == wanted)
        for wanted in ("receipt", "other")
    )
    return Held(checkpoints, receipts, packages)


if __name__ == "__main__":
    sys.exit(main())
