"""Which payloads a range must have: what reading its entries hands to reading its payloads."""

from ledger.keys.classes import is_day_key
from ledger.store.fsck.fields import text_field
from ledger.store.prepare import part_of


class Pair:
    """The payloads of one chain and one key."""

    __slots__ = ("chain", "day", "first", "key", "last", "part", "part_field", "seen")

    def __init__(self, chain: str, key: str, position: int) -> None:
        """Meet the first of them."""
        self.chain = chain
        self.key = key
        self.part = part_of(key)
        self.part_field = text_field(self.part)
        self.day = key.partition(":")[2] if is_day_key(key) else None
        self.first = self.last = position
        self.seen = 0


class Wanted:
    """The payloads of a range, by position from its start. Lists of what needs no collecting, since they are long."""

    __slots__ = ("commitments", "pairs", "pairs_at", "spelled", "unreadable")

    def __init__(self, start: int, stop: int) -> None:
        """Want none yet."""
        count = stop - start
        self.pairs_at: list[Pair | None] = [None] * count
        self.commitments: list[bytes] = [b""] * count
        self.spelled: list[bytes] = [b""] * count
        """The commitments' hexadecimal digits, which the seals authenticate."""
        self.pairs: dict[tuple[str, str], Pair] = {}
        self.unreadable: set[int] = set()
