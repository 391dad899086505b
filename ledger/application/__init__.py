"""The one door to the ledger: class :class:`~ledger.application.door.Ledger` and what it answers.

Whatever appends, imports, exports or decides goes through it; what only looks at a part (its keys, its clock, the full
check) may ask that part.
"""
