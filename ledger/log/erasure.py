"""What proven core entries say of keys, and why a payload is not there (docs/record-format.md, sections 3 and 7).

Guarantees: a key counts only when it is announced, once, before its first use. A payload counts as erased only by a
destruction of its key, its chain or the pair of them that comes after the entry, that no shown hold keeps it from, and
that neither the key's own ``retain`` nor the pinned policy's calls too early; or by its removal. Leaves to others:
proving the entries that are told here (``verify``).

A class whose announcements state a period, or of which any key names a day, is a class of days: an epoch that is none
would let the operator choose where the period begins. The least period of a class counts from the key's day, or, for
keys of subjects, from the day the key was created: no subject can have ended before.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from ledger.log.core_entry import (
    HOLD_PLACED,
    KEY_CREATED,
    KEY_DESTROYED,
    PAYLOAD_REMOVED,
    Destruction,
    HoldPlaced,
    KeyCreated,
    parse_destruction,
    parse_hold,
    parse_key_created,
    parse_removed_position,
)
from ledger.log.entry import Entry, parse_at
from ledger.log.errors import FormatError
from ledger.log.refusal import Refusal, RefusedError
from ledger.log.retention import Period, class_of_key, day_in_japan, day_of_key, first_instant_gone


class Erasures:
    """What core entries say of keys, holds and removed payloads, and what follows for a payload."""

    __slots__ = ("_created", "_destroyed", "_destruction_positions", "_holds", "_removed", "_retain", "_subjects")

    def __init__(self, retain: Mapping[str, Period | None]) -> None:
        """Begin with the least periods that the verifier pins."""
        self._retain = retain
        self._created: dict[str, KeyCreated] = {}
        self._subjects: dict[str, bool] = {}
        """By class: whether its epochs are subjects, not days."""
        self._destroyed: dict[tuple[str | None, str | None], list[Destruction]] = {}
        self._destruction_positions: set[int] = set()
        self._holds: dict[str, HoldPlaced] = {}
        self._removed: dict[int, int] = {}

    def knows_destruction(self, position: int) -> bool:
        """Tell whether the entry at ``position`` is a destruction that was told here."""
        return position in self._destruction_positions

    def check_usable(self, position: int, chain: str, key: str) -> None:
        """Refuse an entry under a key that is announced after it, or destroyed before it; raise RefusedError.

        Its chain, or the pair of them, may be what was destroyed. An announcement that is not shown is missed only
        where something follows from it: how long an erased payload had to be kept.
        """
        created = self._created.get(key)
        if created is not None and created.position > position:
            raise RefusedError(
                Refusal.KEY_UNANNOUNCED, f"The key {key} is announced after it is used.", position=position
            )
        if not self._destroyed:
            return
        for destruction in self._destructions_of(chain, key):
            if destruction.position < position:
                raise RefusedError(
                    Refusal.USED_AFTER_DESTRUCTION,
                    f"The key {key} of the chain was destroyed at {destruction.position}.",
                    position=position,
                )

    def learn(self, entry: Entry) -> None:
        """Take in what a core entry says, of entries that rise by position.

        Raises FormatError where it does not say what its type must, RefusedError where it announces what it may not.
        """
        if entry.type == KEY_CREATED:
            self._announce(parse_key_created(entry))
        elif entry.type == KEY_DESTROYED:
            destruction = parse_destruction(entry)
            self._destroyed.setdefault((destruction.chain, destruction.key), []).append(destruction)
            self._destruction_positions.add(destruction.position)
        elif entry.type == HOLD_PLACED:
            hold = parse_hold(entry)
            self._holds[hold.hold] = hold
        elif entry.type == PAYLOAD_REMOVED:
            self._removed[parse_removed_position(entry)] = entry.position

    def check_erased(self, position: int, chain: str, key: str) -> None:
        """Refuse unless the payload of the entry at ``position`` may be gone; raise RefusedError."""
        if self._removed.get(position, -1) > position:
            return
        found = [
            destruction
            for destruction in self._destructions_of(chain, key)
            if destruction.position > position and not self._kept(destruction, chain, key)
        ]
        if not found:
            raise RefusedError(
                Refusal.ERASURE_UNPROVEN,
                f"No entry shown destroys the key {key} of the payload at {position}, or removes it.",
                position=position,
            )
        created = self._created.get(key)
        if created is None:
            raise RefusedError(
                Refusal.ERASURE_UNPROVEN,
                f"No entry shown announces the key {key}, so nothing says how long it had to be kept.",
                position=position,
            )
        gone = min(destruction.at for destruction in found)
        for period in (created.retain, self._retain.get(class_of_key(key))):
            if period is not None and not _is_over(period, _begins(created), gone):
                raise RefusedError(
                    Refusal.ERASED_EARLY,
                    f"The key {key} was destroyed at {gone}, before its {period.format()} were over.",
                    position=position,
                )

    def _announce(self, created: KeyCreated) -> None:
        key, position = created.key, created.position
        _begins(created)
        if key in self._created:
            raise RefusedError(
                Refusal.KEY_ANNOUNCED_TWICE,
                f"The key {key} was announced at {self._created[key].position} already.",
                position=position,
            )
        is_subject = day_of_key(key) is None
        class_ = class_of_key(key)
        if (is_subject and created.retain is not None) or self._subjects.setdefault(class_, is_subject) != is_subject:
            raise RefusedError(
                Refusal.KEY_EPOCH,
                f"{class_} is a class of days, and not all its keys name one: {key}.",
                position=position,
            )
        self._created[key] = created

    def _destructions_of(self, chain: str, key: str) -> Iterator[Destruction]:
        for pair in ((chain, key), (chain, None), (None, key)):
            yield from self._destroyed.get(pair, ())

    def _kept(self, destruction: Destruction, chain: str, key: str) -> bool:
        """Tell whether a hold that the destruction names, or that is not shown, may keep this pair's data key."""
        if destruction.chain is not None and destruction.key is not None:
            return False  # the pair itself goes
        holds = (self._holds.get(hold) for hold in destruction.held)
        return any(hold is None or hold.keeps(chain, key) for hold in holds)


def _is_over(period: Period, begins: date, at: str) -> bool:
    try:
        return parse_at(at) >= first_instant_gone(begins, period)
    except FormatError:  # the period ends after the calendar does
        return False


def _begins(created: KeyCreated) -> date:
    day = day_of_key(created.key)
    if day is None:
        return day_in_japan(parse_at(created.at))
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise FormatError(f"The key {created.key} names a day that is not in the calendar.") from None
