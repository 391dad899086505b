"""Everything the ledger records: importing this completes the registry, the commands, the timers and the rules.

A stream is a module of this package; none has to be listed, so none can be forgotten.
"""

import pkgutil
from importlib import import_module

import ledger.domain

STREAMS = tuple(
    import_module(f"{ledger.domain.__name__}.{found.name}")
    for found in pkgutil.iter_modules(ledger.domain.__path__)
    if not found.ispkg and found.name != "catalogue"
)
