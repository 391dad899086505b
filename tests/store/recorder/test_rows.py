"""The binary forms that the statements of an append are sent in."""

from ledger.store import rows


def test_a_type_may_have_any_number_that_a_database_gives() -> None:
    """An OID has no sign: a server that has given two thousand million goes on to twice as many."""
    assert rows.records(3_000_000_000, 1, [b"x"])[8:12] == (3_000_000_000).to_bytes(4, "big")
