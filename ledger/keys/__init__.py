"""Data keys in two halves, and the keys that sign the log: behind ports, outside the entries' database."""
