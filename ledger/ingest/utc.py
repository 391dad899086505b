"""Instants as the facts spell them: UTC, ``YYYY-MM-DDThh:mm:ss[.f…]Z``, counted in integers, never in floats."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_END = 253_402_300_800  # 10000-01-01T00:00:00Z, in seconds: the first instant that has no four-digit year


def from_seconds(seconds: int, fraction: int = 0, digits: int = 0) -> str | None:
    """Spell seconds since 1970 and a ``fraction`` in units of 10^-``digits``; None outside the years 1970 to 9999."""
    if not 0 <= seconds < _END:
        return None
    text = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{fraction:0{digits}d}Z" if digits else f"{text}Z"


def from_ms(milliseconds: int | None) -> str | None:
    """Spell milliseconds since 1970 with three digits; None for None and outside the years 1970 to 9999."""
    return None if milliseconds is None else from_seconds(*divmod(milliseconds, 1000), digits=3)


def from_us(microseconds: int | None) -> str | None:
    """Spell microseconds since 1970 with six digits; None for None and outside the years 1970 to 9999."""
    return None if microseconds is None else from_seconds(*divmod(microseconds, 1_000_000), digits=6)
