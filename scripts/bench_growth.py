"""Whether appending costs more in a long log: 1,000,000 entries against 10,000, in turns, in one run."""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from ledger.store.recorder import Recorder
from scripts.bench_append import records

SMALL, LARGE = 10_000, 1_000_000
_CALL = 100
_CALLS = 60


def fill(recorder: Recorder, chains: Sequence[str], size: int, progress: Callable[[int, int], None]) -> None:
    """Append until the log has ``size`` entries."""
    while (now := recorder.reader.size()) < size:
        recorder.append(records(chains, min(1_000, size - now)))
        progress(now, size)


def compare(small: tuple[Recorder, Sequence[str]], large: tuple[Recorder, Sequence[str]]) -> dict[str, Any]:
    """Give the ratio of the median times of a call of 100 entries: large log to small log."""
    times: dict[str, list[float]] = {"small": [], "large": []}
    for _ in range(_CALLS):
        for name, (recorder, chains) in (("small", small), ("large", large)):
            work = records(chains, _CALL)
            began = time.perf_counter()
            recorder.append(work)
            times[name].append((time.perf_counter() - began) / _CALL * 1e6)
    medians = {name: statistics.median(values) for name, values in times.items()}
    return {
        "ratio": round(medians["large"] / medians["small"], 3),
        "small_microseconds_an_entry": round(medians["small"], 1),
        "large_microseconds_an_entry": round(medians["large"], 1),
        "small_entries": small[0].reader.size(),
        "large_entries": large[0].reader.size(),
    }
