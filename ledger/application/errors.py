"""Refusals of the door, each named for what the caller does next."""


class LedgerError(Exception):
    """Any refusal of the door. Its text is one sentence for people that says what to do."""


class CustomerUnknownError(LedgerError):
    """The customer is not registered in this log."""

    def __init__(self, customer: str) -> None:
        super().__init__(f"There is no customer {customer} in this log: list them with 'shoseki customer list'.")
        self.customer = customer


class CustomerUnnamedError(LedgerError):
    """A customer is registered by a name, and none was given."""

    def __init__(self) -> None:
        super().__init__("A customer has a name: give one that is not empty.")


class StillToComeError(LedgerError):
    """What is asked about lies after now: ask about an instant up to now."""

    def __init__(self, at: str, now: str) -> None:
        super().__init__(f"{at} is after now, {now}: nothing is known of it yet.")
        self.at = at
        self.now = now


class SourceUnusableError(LedgerError):
    """The file to import cannot be read, or changed while it was read: nothing of it counts as imported."""


class ReadingInterruptedError(LedgerError):
    """The process that reads a long file was ended from outside: what was recorded stays, and is not recorded again."""

    def __init__(self, exit_code: int | None) -> None:
        how = f"signal {-exit_code}" if exit_code is not None and exit_code < 0 else f"status {exit_code}"
        super().__init__(f"The process that reads the file ended before its time ({how}): import the file again.")
        self.exit_code = exit_code


class PositionUnknownError(LedgerError):
    """The log has no entry at that position."""

    def __init__(self, position: int, size: int) -> None:
        super().__init__(f"There is no entry at position {position}: the log has {size} entries, 0 to {size - 1}.")
        self.position = position
        self.size = size


class PayloadUnavailableError(LedgerError):
    """What was asked for needs a payload that is erased or cannot be opened."""


class ExportError(LedgerError):
    """The receipt or package cannot be made as asked."""


class FactUnreadableError(LedgerError):
    """A fact cannot be recorded as it is, or an entry is not in the form of its type: its text names the member."""


class CommandConflictError(LedgerError):
    """The idempotency key carried out another command before: use a new key, or find out who used it."""

    def __init__(self, idempotency_key: str, position: int, differing: tuple[str, ...] = ()) -> None:
        what = f": {', '.join(differing)} differ" if differing else ""
        super().__init__(
            f"The idempotency key {idempotency_key} carried out another command, recorded at position {position}{what}."
        )
        self.position = position
        self.differing = differing
        """The command's members that are others than those that were recorded, as far as these tell."""


class ContendedError(LedgerError):
    """Others were first each time: try again."""

    def __init__(self, attempts: int) -> None:
        super().__init__(f"Others recorded first {attempts} times in a row: try again.")
        self.attempts = attempts
