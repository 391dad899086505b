"""Which payloads a range must have: what reading its entries hands to reading its payloads."""

from ledger.keys.classes import is_day_key
from ledger.store.fsck.marks import Content
from ledger.store.prepare import part_of


class Pair:
    """The payloads of one chain and one key."""

    __slots__ = ("chain", "day", "first", "key", "last", "part", "seen", "stored_part")

    def __init__(self, chain: str, key: str, position: int) -> None:
        """Meet the first of them."""
        self.chain = chain
        self.key = key
        self.part = part_of(key)
        self.stored_part = self.part.encode()
        self.day = key.partition(":")[2] if is_day_key(key) else None
        self.first = self.last = position
        self.seen = 0


class Wanted:
    """The payloads of a range, by position from its start. Lists of what needs no collecting, since they are long."""

    __slots__ = ("commitments", "marked", "pairs", "pairs_at", "unreadable")

    def __init__(self, start: int, stop: int) -> None:
        """Want none yet."""
        count = stop - start
        self.pairs_at: list[Pair | None] = [None] * count
        self.commitments: list[bytes] = [b""] * count
        """Their hexadecimal digits, as the entries spell and the seals authenticate them."""
        self.pairs: dict[tuple[str, str], Pair] = {}
        self.unreadable: set[int] = set()
        self.marked: dict[int, tuple[bytes, Content]] = {}
        """Entries that were appended under a caller's idempotency key: what is kept of the content, and the content."""
