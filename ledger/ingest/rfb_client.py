"""What a VNC client says: the answer to the login, keys, pointer, clipboard, and requests for pictures.

Blanked, because they are what a person typed or answered: the 16 bytes that answer the VNC challenge (with the
challenge, which is recorded, the password can be guessed offline), the key in every key event (RFC 6143, 7.5.4, and
QEMU's extended one), and clipboard texts. Every other field is passed on. What the protocol fixes (padding, flags) is
read byte by byte and passed on only when it is so: a stream that is none, or is read from the wrong byte, is noticed
at once.
"""

import struct
from collections.abc import Generator

from ledger.ingest.rfb import PAUSE, Field, LostError, Script, Session
from ledger.ingest.rfb_server import MINOR_WITH_LIST

_BANNER = b"RFB 003.00"
_MAX_CUT_TEXT = 1 << 28
_EXTENDED_POINTER = -316
_EXTENDED_CLIPBOARD = struct.unpack(">i", bytes.fromhex("c0a1e5ce"))[0]
_CAPABILITIES, _PROVIDE = 0x01, 0x10
_CLIPBOARD_HEAD = 4 + 16 * 4  # the flags, and a size for each of 16 formats
_FENCE_REQUEST = (b"\0", b"\x80")
_FENCE_FLAGS = 7
_SOUND_FORMAT = 2
_MAX_FENCE = 64
_BLANKED_AT_ONCE = 4096
_NO_VERSION = "the client does not begin with an RFB version"
_VERSIONS = {51: 3, 53: 3, 55: 7, 56: 8}  # the digits 3, 5, 7, 8; RFC 6143, 7.1.1: 3.5 is to be treated as 3.3


def client_script(session: Session) -> Script:
    """Read the client's side of a connection into ``session``."""
    for expected in _BANNER:
        if (yield Field(1))[0] != expected:
            raise LostError(_NO_VERSION)
    version = (yield Field(1))[0]
    if version not in _VERSIONS or (yield Field(1)) != b"\n":
        raise LostError(_NO_VERSION)
    session.minor = _VERSIONS[version]
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
            yield from _at_most(1, kind)
            yield Field(8)
        case 4:
            down = yield from _at_most(1, kind)
            yield from _padding(2, kind)
            _key(session, down, (yield Field(4, keep=False)))
        case 5:
            yield from _pointer(session)
        case 6:
            yield from _cut_text(session)
        case 150:
            yield from _at_most(1, kind)
            yield Field(8)
        case 248:
            yield from _padding(3, kind)
            _expect((yield Field(1)) in _FENCE_REQUEST, kind)
            yield from _padding(2, kind)
            yield from _at_most(_FENCE_FLAGS, kind)
            yield Field((yield from _at_most(_MAX_FENCE, kind)))  # whatever the server asked to be told again
        case 250:
            yield from _padding(1, kind)
            _expect((yield Field(1))[0] == 1, kind)
            yield from _at_most(4, kind)  # 2 shut down, 3 reboot, 4 reset
            session.power_actions += 1
        case 251:
            yield from _padding(1, kind)
            yield Field(4)
            screens = (yield Field(1))[0]
            yield from _padding(1, kind)
            yield Field(16 * screens)
        case 255:
            yield from _qemu(session)
        case _:
            raise LostError(f"client message type {kind} is not known")


def _pixel_format() -> Script:
    yield from _padding(3, 0)
    bits = (yield Field(1))[0]
    _expect(bits in (8, 16, 32), 0)
    yield from _at_most(bits, 0)  # depth
    yield from _at_most(1, 0)  # big endian
    yield from _at_most(1, 0)  # true colour
    yield Field(6)
    for _ in range(3):
        yield from _at_most(bits - 1, 0)
    yield from _padding(3, 0)


def _encodings(session: Session) -> Script:
    yield from _padding(1, 2)
    count = int.from_bytes((yield Field(2)))
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
    yield from _padding(3, 6)
    length = struct.unpack(">i", (yield Field(4)))[0]
    _expect(abs(length) <= _MAX_CUT_TEXT, 6)
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
            yield from _padding(1, 255)
            down = yield from _at_most(1, 255)
            _key(session, down, (yield Field(8, keep=False)))
        case 1:
            yield from _padding(1, 255)
            if (yield from _at_most(_SOUND_FORMAT, 255)) == _SOUND_FORMAT:
                yield Field(6)
        case _:
            raise LostError("a QEMU client message is not known")


def _key(session: Session, down: int, key: bytes) -> None:
    session.key_events += 1
    session.key_presses += down
    session.keys_cut += any(key)


def _padding(size: int, kind: int) -> Script:
    for _ in range(size):
        _expect((yield Field(1)) == b"\0", kind)


def _at_most(most: int, kind: int) -> Generator[Field, bytes, int]:
    value = (yield Field(1))[0]
    _expect(value <= most, kind)
    return value


def _expect(as_allowed: bool, kind: int) -> None:
    if not as_allowed:
        raise LostError(f"client message type {kind} is not as the protocol has it")
