"""Importing a long log: the captured auth.log again and again, with shifted times and process ids."""

import re
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from api import wiring
from api.settings import Settings
from ledger.ingest.registry import Options
from scripts.bench_memory import PeakMemory

CAPTURED = Path(__file__).resolve().parent.parent / "tests" / "data" / "captured" / "ssh" / "auth.log"
STEP = timedelta(minutes=17)
_PID = re.compile(r"(?<=\[)\d+(?=\]:)|(?<=is on pid )\d+")
_SECONDS = re.compile(r'(?<="seconds":)1\d{9}')  # sudo's own times, beside those of syslog
_UUID = re.compile(r'(?<="uuid":")[0-9a-f]{10}')


def lines(count: int) -> Iterator[str]:
    """Give ``count`` lines as sshd and sudo would have written them over months of such evenings."""
    captured = CAPTURED.read_text(encoding="utf-8").splitlines()
    made = 0
    round_number = 0
    while made < count:
        shift = STEP * round_number
        for line in captured[: count - made]:
            yield _shifted(line, shift, round_number)
            made += 1
        round_number += 1


def _shifted(line: str, shift: timedelta, round_number: int) -> str:
    at = datetime.strptime(f"2026 {line[:15]}", "%Y %b %d %H:%M:%S") + shift  # noqa: DTZ007 - local time, as the log has it
    text = _PID.sub(lambda found: str(int(found[0]) + 10_000 * (round_number % 400)), line[15:])
    text = _SECONDS.sub(lambda found: str(int(found[0]) + int(shift.total_seconds())), text)
    text = _UUID.sub(f"{round_number:010x}", text)
    return f"{at:%b} {at.day:2} {at:%H:%M:%S}{text}"


def run(count: int, progress: Callable[[str, int, int], None]) -> dict[str, Any]:
    """Import ``count`` lines into a throw-away log; give lines a second and the peak of all processes' memory."""
    with tempfile.TemporaryDirectory(prefix="shoseki-bench-") as name:
        directory = Path(name)
        source = directory / "auth.log"
        with source.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines(count))
        settings = Settings(directory / "data")
        wiring.create(settings, "shoseki.example/bench")
        with wiring.opened(settings) as ledger:
            customer = ledger.register_customer("bench", actor={"kind": "operator", "id": "bench"})
            with PeakMemory(directory) as memory:
                began = time.perf_counter()
                batch = ledger.import_file(
                    source,
                    "sshd-3164",
                    customer,
                    Options(zone="+09:00", year=2026),
                    actor={"kind": "operator", "id": "bench"},
                    progress=progress,
                )
                took = time.perf_counter() - began
        return {
            "lines": batch.lines,
            "lines_per_second": round(batch.lines / took),
            "facts": sum(batch.facts.values()),
            "findings": dict(batch.findings),
            "rejected": batch.rejected,
            "seconds": round(took, 1),
            "peak_memory_mib": {"program": memory.program, "database": memory.database},
        }
