"""``bench``: the measurements, each a ratio of medians of one run with the raw figures beside."""

import os
from typing import Annotated

import typer

from scripts.console import Session, Status
from scripts.refusals import CommandRefusedError


def bench(
    session: Session, *, members: Annotated[list[str] | None, typer.Argument(help="arg_members")] = None
) -> Status:
    """Measure on a server of its own, or on the one that SHOSEKI_OWNER_DATABASE_URL names."""
    from scripts import benchmarks

    chosen = list(members or benchmarks.MEMBERS)
    for member in chosen:
        if member not in benchmarks.MEMBERS:
            raise CommandRefusedError(
                session.text("bench_unknown", member=member, members=", ".join(benchmarks.MEMBERS))
            )
    with session.progress() as progress:
        results = benchmarks.run(chosen, url=os.environ.get("SHOSEKI_OWNER_DATABASE_URL") or None, progress=progress)
    session.give(results)
    rows = [
        (name, result["ratio"], ", ".join(f"{key} {value}" for key, value in result.items() if key != "ratio"))
        for name, result in results.items()
    ]
    session.table(("bench_member", "bench_ratio", "bench_raw"), rows, right=(1,))
    return Status.FINE
