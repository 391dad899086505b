"""The one door to the ledger: class :class:`~ledger.application.door.Ledger` and what it answers.

Nothing outside this package and the composition root touches the store, the keys or the importers.
"""
