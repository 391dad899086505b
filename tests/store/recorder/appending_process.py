"""Another process that appends to a log, told by its arguments and the lines of its standard input what to do."""

import json
import os
import sys
import threading
from pathlib import Path

from eventsourcing.dcb.api import DCBAppendCondition
from log_world import World, boundary, record, until

from ledger.store import committer as committer_module
from ledger.store.clock import SystemClock
from ledger.store.embedded import Urls
from ledger.store.errors import ConditionFailedError
from ledger.store.recorder import Recorder


def tell(value: object) -> None:
    """Answer in one line, which is written whole or not at all."""
    os.write(1, json.dumps(value).encode() + b"\n")


def race(recorder: Recorder, writers: int) -> None:
    """For every line: so many threads, one boundary, a start barrier; tell who won."""
    for line in sys.stdin:
        tag = line.strip()
        barrier = threading.Barrier(writers)
        won: list[int] = []

        def write(tag: str = tag, barrier: threading.Barrier = barrier, won: list[int] = won) -> None:
            barrier.wait()
            try:
                won.append(recorder.append([record(tag, tags=(tag,))], DCBAppendCondition(boundary(tag))))
            except ConditionFailedError:
                return

        threads = [threading.Thread(target=write) for _ in range(writers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        tell(won)


def stream(recorder: Recorder, name: str, count: int) -> None:
    """Append requests of three records from three threads; tell each acknowledged one, until killed or done."""

    def write(thread: int) -> None:
        for number in range(count):
            request = f"{name}-{thread}-{number}"
            tell([request, recorder.append_all(of_request(request))])

    threads = [threading.Thread(target=write, args=(thread,)) for thread in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def underway(recorder: Recorder, first: str, second: str) -> None:
    """At a line: two calls of two threads, the second sent behind the first; entries of each bear a tag."""
    for number in range(3):
        recorder.append([record(f"settle {number}")])
    tell("ready")
    sys.stdin.readline()
    committer = recorder._committer
    calls = [
        [record("first", tags=("call:1", first))],
        [record(f"behind {n}", tags=("call:2", second)) for n in range(committer_module._AHEAD)],
    ]
    threads = [threading.Thread(target=lambda call=call: tell(recorder.append_all(call))) for call in calls]
    with committer._turn:  # so that neither appends by itself
        threads[0].start()
        until(lambda: committer.pending == 1)
    until(lambda: len(committer._underway) == 1)
    threads[1].start()
    until(lambda: len(committer._underway) == 2)
    until(lambda: committer._underway.all_sent)
    tell("two under way")
    for each in threads:
        each.join()


def of_request(request: str) -> list[object]:
    """Give the records of a request: a retry says the same."""
    return [record(f"{request}/{n}", tags=(f"req:{request}",), idempotency_key=f"{request}/{n}") for n in range(3)]


def main() -> None:
    owner, application, schema, key_dir, what, *more = sys.argv[1:]
    log = World(Urls(owner, application), schema, Path(key_dir), SystemClock())
    with log.recorder() as recorder:
        if what == "underway":
            underway(recorder, *more)
            return
        tell("ready")
        if what == "race":
            race(recorder, int(more[0]))
        elif what == "stream":
            stream(recorder, more[0], int(more[1]))
        else:
            recorder.append([record("the first use of a day", key_class=what)])


if __name__ == "__main__":
    main()
