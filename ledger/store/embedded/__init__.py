"""A real PostgreSQL in the data directory, for whoever names no database: nothing to install, set up or look after.

``EmbeddedPostgres(directory)`` starts it, or joins the one that runs, and gives two URLs: the role that owns the
database, and the role of the application, which may not change a table's shape. It is reached through a Unix socket
that only this account can open, with passwords even there; nothing listens on a network.

Reading order: postgres.py (the door), server.py (start, join, stop), cluster.py (the first time), launch.py (accounts).
"""

from ledger.store.embedded.credentials import APPLICATION_ROLE, DATABASE, OWNER_ROLE, Urls
from ledger.store.embedded.errors import PostgresUnavailable
from ledger.store.embedded.postgres import EmbeddedPostgres, Status

__all__ = [
    "APPLICATION_ROLE",
    "DATABASE",
    "OWNER_ROLE",
    "EmbeddedPostgres",
    "PostgresUnavailable",
    "Status",
    "Urls",
]
