"""The ledger: the tamper-evident log, its keys, its store, its importers, and the one door to them."""
