"""What a ledger that is opened to be written to finishes first: what a crash left half done.

Guarantees: with nothing to finish it costs three look-ups and one listing, and appends nothing; what cannot be finished
now keeps nobody from recording. Leaves to others: ordering an erasure (``ledger.store.erasure``).
"""

from collections.abc import Callable

from ledger.application.door import Ledger
from ledger.keys.errors import KeysError
from ledger.log.errors import LogError
from ledger.store.erasure import resume_destructions
from ledger.store.errors import StoreError


def finish_interrupted(ledger: Ledger) -> list[Exception]:
    """Finish ordered erasures and drop half written recordings; give what kept each from being done.

    Before an order is obeyed, the stored log is read again and signed: what does not continue it orders nothing.
    """
    steps: tuple[Callable[[], object], ...] = (
        lambda: resume_destructions(ledger.recorder, before=ledger.checkpoint),
        ledger.blobs.remove_unfinished,
    )
    refused: list[Exception] = []
    for step in steps:
        try:
            step()
        except (StoreError, KeysError, LogError) as error:
            refused.append(error)
    return refused
