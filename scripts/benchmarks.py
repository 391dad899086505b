"""The measurements that ``shoseki bench`` makes: each a ratio of medians of one run, with the raw figures beside."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ledger.store.embedded import EmbeddedPostgres
from scripts import bench_append, bench_deciding, bench_fsck, bench_growth

MEMBERS = (
    "append_100_vs_eventsourcing",
    "append_8x100_vs_eventsourcing",
    "append_64_clients_vs_eventsourcing",
    "deciding_vs_bare_append",
    "fsck_vs_copy_out",
    "growth_1e6_vs_1e4",
)
_APPENDS = {
    "append_100_vs_eventsourcing": {"callers": 1, "calls": 40, "entries": 100},
    "append_8x100_vs_eventsourcing": {"callers": 8, "calls": 20, "entries": 100},
    "append_64_clients_vs_eventsourcing": {"callers": 64, "calls": 24, "entries": 1},
}

Progress = Callable[[str, int, int], None]


def run(
    members: Sequence[str] = MEMBERS, *, url: str | None = None, large: int = bench_growth.LARGE, progress: Progress
) -> dict[str, Any]:
    """Measure; ``url`` is an owner's URL of a PostgreSQL, by default one is started for the run."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shoseki-bench-")))
        server = url or stack.enter_context(EmbeddedPostgres(directory)).owner
        results: dict[str, Any] = {}
        if appends := [name for name in members if name in _APPENDS]:
            with (
                bench_append.bench_log(server, directory) as (ours, chains),
                bench_append.their_recorder(server) as theirs,
            ):
                ours.append(bench_append.records(chains, 1_000))
                for done, name in enumerate(appends):
                    progress(name, done, len(appends))
                    results[name] = bench_append.compare(ours, chains, theirs, **_APPENDS[name])
        if "deciding_vs_bare_append" in members:
            with bench_append.bench_log(server, directory) as (ours, chains):
                results["deciding_vs_bare_append"] = bench_deciding.run(ours, chains[0], progress)
        if {"fsck_vs_copy_out", "growth_1e6_vs_1e4"} & set(members):
            big = stack.enter_context(bench_append.bench_log(server, directory))
            bench_growth.fill(*big, large, lambda done, total: progress("filling the large log", done, total))
            if "fsck_vs_copy_out" in members:
                progress("fsck_vs_copy_out", 0, 1)
                results["fsck_vs_copy_out"] = bench_fsck.compare(big[0], directory / big[0].schema)
            if "growth_1e6_vs_1e4" in members:
                small = stack.enter_context(bench_append.bench_log(server, directory))
                bench_growth.fill(*small, bench_growth.SMALL, lambda done, total: progress("filling", done, total))
                results["growth_1e6_vs_1e4"] = bench_growth.compare(small, big)
        return {name: results[name] for name in members}
