"""Where the parts of a log are that the full check reads."""

from dataclasses import dataclass
from pathlib import Path

from ledger.keys.directory import KeyDirectory
from ledger.store.checkpoint_state import CheckpointState
from ledger.store.clock import Clock


@dataclass(frozen=True, slots=True)
class Stored:
    """Where what is checked is: told without a look into the database, whatever became of it."""

    url: str
    schema: str
    origin: str
    keys: KeyDirectory
    state: CheckpointState
    blobs: Path
    clock: Clock
