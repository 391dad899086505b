"""A process that uses the embedded PostgreSQL, told by the lines of its standard input what to do next.

Every line is the name of a method; every answer is one JSON object on a line of its own.
"""

import dataclasses
import json
import os
import sys
from pathlib import Path

from ledger.store.embedded import EmbeddedPostgres, PostgresUnavailable


def in_forked_child(postgres: EmbeddedPostgres) -> None:
    """Leave in a child that never came: it must not take the parent's use away."""
    child = os.fork()
    if child == 0:
        postgres.close()
        os._exit(0)
    os.waitpid(child, 0)


def main() -> None:
    postgres = EmbeddedPostgres(Path(sys.argv[1]), account=sys.argv[2] if len(sys.argv) > 2 else None)
    for line in sys.stdin:
        command = line.strip()
        try:
            if command == "fork":
                in_forked_child(postgres)
                answer: object = None
            else:
                answer = getattr(postgres, command)()
            told = dataclasses.asdict(answer) if dataclasses.is_dataclass(answer) else {}
        except PostgresUnavailable as error:
            told = {"error": error.sentence, "detail": error.detail}
        sys.stdout.write(json.dumps(told, default=str) + "\n")
        sys.stdout.flush()


main()
