"""What the tests of the command line share: one log, and what was exported of it."""

from dataclasses import dataclass
from pathlib import Path

from command_line import environment


@dataclass(frozen=True, slots=True)
class Trail:
    """A log with one customer, and what was exported of it."""

    directory: Path
    settings: dict[str, str]
    customer: str
    package: Path
    policy: Path
    receipt: Path
    checkpoint: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a program that works on this log."""
        return environment(**self.settings)
