"""The tamper-evident log as bytes: pure functions from bytes to values or refusals (docs/record-format.md)."""
