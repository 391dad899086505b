"""What a VNC client says: the answer to the login, keys, pointer, clipboard, and requests for pictures.

Blanked, because they are what a person typed or answered: the 16 bytes that answer the VNC challenge (with the
challenge, which is recorded, the password can be guessed offline), the key in every key event (RFC 6143, 7.5.4, and
QEMU's extended one), and clipboard texts. Every other field is passed on, and only after it was found to be what the
protocol allows there: a stream that is read from the wrong byte is noticed at the next padding that is not zero.
"""

import re
import struct

from ledger.ingest.rfb import PAUSE, Field, LostError, Script, Session
from ledger.ingest.rfb_server import MINOR_WITH_LIST

_BANNER = re.compile(rb"RFB 003\.([0-9]{3})\n")
_MAX_CUT_TEXT = 1 << 28
_EXTENDED_POINTER = -316
_EXTENDED_CLIPBOARD = struct.unpack(">i", bytes.fromhex("c0a1e5ce"))[0]
_CAPABILITIES, _PROVIDE = 0x01, 0x10
_CLIPBOARD_HEAD = 4 + 16 * 4  # the flags, and a size for each of 16 formats
_FENCE_FLAGS = 0x80000007
_MAX_FENCE = 64
_BLANKED_AT_ONCE = 4096
_VERSIONS = {3: 3, 4: 3, 5: 3, 6: 3, 7: 7, 8: 8}  # RFC 6143, 7.1.1: 3.5 was never meant, and is treated as 3.3


def client_script(session: Session) -> Script:
    """Read the client's side of a connection into ``session``."""
    banner = _BANNER.fullmatch((yield Field(12)))
    if banner is None or int(banner[1]) not in _VERSIONS:
        raise LostError("the client does not begin with an RFB version")
    session.minor = _VERSIONS[int(banner[1])]
    if session.minor >= MINOR_WITH_LIST:
        session.security_type = (yield Field(1))[0]
    else:
        yield PAUSE
    match session.security_type:
        case 1:
            pass
        case 2:
            session.answers_cut += any((yield Field(16, keep=False)))
        case None:
            raise LostError("the client goes on before the server chose a security type")
        case _:
            raise LostError(f"security type {session.security_type} is not one that can be followed")
    shared = yield Field(1)
    if shared[0] > 1:
        raise LostError("the client's first word on the desktop is neither shared nor alone")
    while True:
        yield from _message(session)


def _message(session: Session) -> Script:
    kind = (yield Field(1))[0]
    match kind:
        case 0:
            yield from _pixel_format()
        case 2:
            yield from _encodings(session)
        case 3:
            _expect((yield Field(1))[0] <= 1, kind)
            yield Field(8)
        case 4:
            down, *padding = yield Field(3)
            _expect(down <= 1 and not any(padding), kind)
            _key(session, down, (yield Field(4, keep=False)))
        case 5:
            yield from _pointer(session)
        case 6:
            yield from _cut_text(session)
        case 150:
            _expect((yield Field(1))[0] <= 1, kind)
            yield Field(8)
        case 248:
            _expect(not any((yield Field(3))), kind)
            _expect(int.from_bytes((yield Field(4))) & ~_FENCE_FLAGS == 0, kind)
            length = (yield Field(1))[0]
            _expect(length <= _MAX_FENCE, kind)
            yield Field(length)  # whatever the server asked to be told again
        case 250:
            _padding, version, action = yield Field(3)
            _expect(version == 1 and 2 <= action <= 4, kind)  # noqa: PLR2004 -- shut down, reboot, reset
            session.power_actions += 1
        case 251:
            head = yield Field(7)
            _expect(head[0] == 0 and head[6] == 0, kind)
            yield Field(16 * head[5], look=False)
        case 255:
            yield from _qemu(session)
        case _:
            raise LostError(f"client message type {kind} is not known")


def _pixel_format() -> Script:
    _expect(not any((yield Field(3))), 0)
    bits, depth, big_endian, true_colour = yield Field(4)
    _expect(bits in (8, 16, 32) and depth <= bits and big_endian <= 1 and true_colour <= 1, 0)
    yield Field(6)
    _expect(max((yield Field(3))) < bits, 0)
    _expect(not any((yield Field(3))), 0)


def _encodings(session: Session) -> Script:
    padding, count = struct.unpack(">BH", (yield Field(3)))
    _expect(padding == 0, 2)
    session.encodings.clear()
    for _ in range(count):
        session.encodings.add(struct.unpack(">i", (yield Field(4)))[0])


def _pointer(session: Session) -> Script:
    buttons = (yield Field(1))[0]
    # A client that knows more than seven buttons marks a longer message with the eighth bit.
    extended = buttons & 0x80 and _EXTENDED_POINTER in session.encodings
    yield Field(5 if extended else 4)
    session.pointer_messages += 1


def _cut_text(session: Session) -> Script:
    padding, length = struct.unpack(">3si", (yield Field(7)))
    _expect(not any(padding) and abs(length) <= _MAX_CUT_TEXT, 6)
    if length < 0 and _EXTENDED_CLIPBOARD in session.encodings:
        # Only "provide" carries a text; the other actions say what could be asked for, "provide" among them.
        action = (yield Field(1))[0]
        length = -length - 1
        if not action & _PROVIDE or action & _CAPABILITIES:
            _expect(3 <= length < _CLIPBOARD_HEAD, 6)  # noqa: PLR2004 -- the other bytes of the flags
            yield Field(length)
            return
    _expect(length >= 0, 6)
    session.cut_texts += 1
    session.cut_text_bytes += length
    found = False
    while length:
        piece = yield Field(min(length, _BLANKED_AT_ONCE), keep=False)
        found = found or any(piece)
        length -= len(piece)
    session.texts_cut += found


def _qemu(session: Session) -> Script:
    match (yield Field(1))[0]:
        case 0:
            down = int.from_bytes((yield Field(2)))
            _expect(down <= 1, 255)
            _key(session, down, (yield Field(8, keep=False)))
        case 1:
            operation = int.from_bytes((yield Field(2)))
            _expect(operation <= 2, 255)  # noqa: PLR2004 -- sound on, off, format
            if operation == 2:  # noqa: PLR2004
                yield Field(6)
        case _:
            raise LostError("a QEMU client message is not known")


def _key(session: Session, down: int, key: bytes) -> None:
    session.key_events += 1
    session.key_presses += down
    session.keys_cut += any(key)


def _expect(as_allowed: bool, kind: int) -> None:
    if not as_allowed:
        raise LostError(f"client message type {kind} is not as the protocol has it")
