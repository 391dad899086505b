"""What a VNC server says until the desktop is up: version, security, the verdict on the login, size and name.

After that come pictures. They are the recording and are passed on as they are; nothing in them needs to be understood.
"""

import re
import struct
from collections.abc import Generator

from ledger.ingest.rfb import PAUSE, Field, LostError, Script, Session

_BANNER = re.compile(rb"RFB [0-9]{3}\.[0-9]{3}\n")
_VNC = 2
_MAX_TEXT = 4096
"""Longer reasons and names are nobody's; their length field is not one."""
MINOR_WITH_LIST = 7
"""From 3.7 on the server lists security types and the client chooses; before, the server decides."""
_MINOR_WITH_REASON = 8


def server_script(session: Session) -> Script:
    """Read the server's side of the handshake into ``session``."""
    if not _BANNER.fullmatch((yield Field(12))):
        raise LostError("the server does not begin with an RFB version")
    yield PAUSE
    if session.minor is None:
        raise LostError("the server goes on before the client chose a version")
    if session.minor < MINOR_WITH_LIST:
        session.security_type = int.from_bytes((yield Field(4)))
        if session.security_type == 0:
            yield from _failure(session)
            return
    else:
        count = (yield Field(1))[0]
        if count == 0:
            yield from _failure(session)
            return
        yield Field(count)
        yield PAUSE
    match session.security_type:
        case 2:
            yield Field(16)  # the challenge
        case 1:
            pass
        case None:
            raise LostError("the server goes on before the client chose a security type")
        case _:
            raise LostError(f"security type {session.security_type} is not one that can be followed")
    # Before 3.8 nobody is told that no password was asked for.
    if (session.security_type == _VNC or session.minor >= _MINOR_WITH_REASON) and any((yield Field(4))):
        session.login = "failed"
        if session.minor >= _MINOR_WITH_REASON:
            yield from _failure(session)
        return
    session.login = "accepted"
    width, height, length = struct.unpack(">HH16xI", (yield Field(24)))
    session.width, session.height = width, height
    session.name = yield from _text(length)


def _failure(session: Session) -> Script:
    session.login = "failed"
    session.login_failure = yield from _text(int.from_bytes((yield Field(4))))


def _text(length: int) -> Generator[Field, bytes, str]:
    if length > _MAX_TEXT:
        raise LostError("a text of the server is longer than any")
    text = yield Field(length)
    return text.decode("utf-8", "backslashreplace").replace("\0", "\\x00")
