"""Base64 with exactly one spelling (RFC 4648, section 4): standard alphabet, full padding, no line breaks.

Guarantees: ``decode(encode(data)) == data`` and ``encode(decode(text)) == text`` for everything that is accepted.
The bits before the padding that RFC 4648 lets decoders ignore must be zero: a text that differs in them is refused.
"""

from binascii import Error, a2b_base64, b2a_base64

from ledger.log.errors import FormatError


def encode(data: bytes) -> str:
    """Give the base64 text of ``data``."""
    return b2a_base64(data, newline=False).decode()


def decode(text: str | bytes) -> bytes:
    """Give the bytes of a base64 text; raise FormatError for any other spelling."""
    try:
        spelling = text.encode("ascii") if isinstance(text, str) else text
        data = a2b_base64(spelling, strict_mode=True)
    except (Error, UnicodeEncodeError):
        raise FormatError("A text that should be base64 is not.") from None
    if spelling.endswith(b"=") and b2a_base64(data[-(len(data) % 3) :], newline=False) != spelling[-4:]:
        raise FormatError("A base64 text has other padding bits than zero.")
    return data
