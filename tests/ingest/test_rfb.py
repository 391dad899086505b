"""The remote framebuffer protocol: what is understood of a connection, and what is blanked in it."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recording_runs import unhurried

from ledger.ingest.rfb import Field, Reader, Script, Session
from ledger.ingest.rfb_client import client_script
from ledger.ingest.rfb_server import server_script

CHALLENGE = bytes(range(1, 17))
ANSWER = b"\xa5" * 16
INIT = struct.pack(">HH16xI", 1024, 640, 4) + b"desk"


class Wire:
    """Both directions of one connection."""

    def __init__(self) -> None:
        self.session = Session()
        self.server = Reader(server_script(self.session))
        self.client = Reader(client_script(self.session))

    def says(self, server: bytes = b"", client: bytes = b"") -> bytes:
        """Let the server speak, then the client; give what may be kept of the client."""
        assert self.server.feed(server) in (server, b"") or self.server.lost
        return self.client.feed(client)


def open_desktop(*encodings: int) -> Wire:
    wire = Wire()
    wire.says(b"RFB 003.008\n", b"RFB 003.008\n")
    wire.says(b"\x01\x01", b"\x01")
    wire.says(bytes(4), b"\x01")
    wire.says(INIT, set_encodings(*encodings))
    assert wire.session.login == "accepted"
    return wire


def set_encodings(*encodings: int) -> bytes:
    return struct.pack(f">BxH{len(encodings)}i", 2, len(encodings), *encodings)


def key(symbol: int, down: int = 1) -> bytes:
    return struct.pack(">BBHI", 4, down, 0, symbol)


def qemu_key(symbol: int, code: int, down: int = 1) -> bytes:
    return struct.pack(">BBHII", 255, 0, down, symbol, code)


@pytest.mark.parametrize("security", [1, 2])
@pytest.mark.parametrize("version", [3, 5, 7, 8])
def test_a_login_is_followed_in_every_version(version: int, security: int):
    wire = Wire()
    banner = f"RFB 003.{version:03d}\n".encode()
    assert wire.says(b"RFB 003.008\n", banner) == banner
    if version < 7:
        wire.says(struct.pack(">I", security))
    else:
        assert wire.says(bytes([2, 1, 2]), bytes([security])) == bytes([security])
    if security == 2:
        assert wire.says(CHALLENGE, ANSWER) == bytes(16)
    if security == 2 or version == 8:
        wire.says(bytes(4))
    assert wire.says(b"", b"\x01") == b"\x01"
    wire.says(INIT)
    session = wire.session
    assert (session.login, session.security_type, session.name) == ("accepted", security, "desk")
    assert (session.width, session.height, session.minor) == (1024, 640, 3 if version == 5 else version)
    assert session.answers_cut == (security == 2)
    assert wire.server.done
    assert (wire.server.lost, wire.client.lost) == (None, None)
    assert wire.says(b"pictures" * 9, key(0x41)) == key(0)


@pytest.mark.parametrize("version", [3, 7, 8])
def test_a_failed_login_is_told_with_its_reason(version: int):
    wire = Wire()
    wire.says(b"RFB 003.008\n", f"RFB 003.{version:03d}\n".encode())
    if version == 3:
        wire.says(struct.pack(">I", 2))
    else:
        wire.says(b"\x01\x02", b"\x02")
    wire.says(CHALLENGE, ANSWER)
    wire.says(struct.pack(">I", 1) + (struct.pack(">I", 7) + b"refused" if version == 8 else b""))
    assert wire.session.login == "failed"
    assert wire.session.login_failure == ("refused" if version == 8 else None)


@pytest.mark.parametrize("version", [3, 8])
def test_a_server_that_wants_nobody_says_why(version: int):
    wire = Wire()
    wire.says(b"RFB 003.008\n", f"RFB 003.{version:03d}\n".encode())
    wire.says(bytes(4 if version == 3 else 1) + struct.pack(">I", 4) + b"f\0\xffl")
    assert (wire.session.login, wire.session.login_failure) == ("failed", "f\\x00\\xffl")


@pytest.mark.parametrize("security", [5, 16, 19, 30, 129])
def test_nothing_is_kept_under_a_security_type_that_is_not_followed(security: int):
    wire = Wire()
    wire.says(b"RFB 003.008\n", b"RFB 003.008\n")
    wire.says(bytes([1, security]), bytes([security]))
    assert wire.says(b"whatever", b"user\0password\0") == b""
    assert wire.client.lost == wire.server.lost == f"security type {security} is not one that can be followed"


def test_what_is_not_rfb_is_not_kept():
    wire = Wire()
    assert wire.says(b"HTTP/1.1 200 OK\r\n", b"login: hunter2 and more") == b""
    assert wire.server.lost == "the server does not begin with an RFB version"
    assert wire.client.lost == "the client does not begin with an RFB version"
    for said in (b"hunter2", b"RFB 003.00hunter2", b"RFB 003.008hunter2", b"RFB 003.003 "):
        assert b"h" not in Wire().says(b"", said)


def test_a_version_that_nobody_speaks_is_lost():
    wire = Wire()
    wire.says(b"RFB 003.889\n", b"RFB 003.889\n")
    assert wire.client.lost == "the client does not begin with an RFB version"


@pytest.mark.parametrize(
    ("server", "client", "lost"),
    [
        (b"RFB 003.008\n\x01\x01", b"", "the server goes on before the client chose a version"),
        (b"RFB 003.008\n", b"RFB 003.008\n", None),
    ],
)
def test_nobody_answers_before_he_was_asked(server: bytes, client: bytes, lost: str | None):
    wire = Wire()
    wire.says(server, client)
    assert wire.server.lost == lost
    if lost is None:
        wire.says(b"\x01\x02" + CHALLENGE)
        assert wire.server.lost == "the server goes on before the client chose a security type"
    wire = Wire()
    wire.says(b"", b"RFB 003.003\n\x01")
    assert wire.client.lost == "the client goes on before the server chose a security type"


@pytest.mark.parametrize("name", [b"\xff" * 3 + b"\0", "机".encode()])
def test_a_name_is_a_text_that_a_fact_may_hold(name: bytes):
    wire = Wire()
    wire.says(b"RFB 003.008\n", b"RFB 003.008\n")
    wire.says(b"\x01\x01", b"\x01")
    wire.says(bytes(4) + struct.pack(">HH16xI", 1, 2, len(name)) + name)
    assert wire.session.name == name.decode("utf-8", "backslashreplace").replace("\0", "\\x00")
    assert "\0" not in wire.session.name


def test_a_text_without_end_is_none():
    wire = Wire()
    wire.says(b"RFB 003.008\n", b"RFB 003.008\n")
    wire.says(b"\x01\x01", b"\x01")
    wire.says(bytes(4) + struct.pack(">HH16xI", 1, 2, 1 << 31))
    assert wire.server.lost == "a text of the server is longer than any"


def clipboard(text: bytes) -> bytes:
    return struct.pack(">B3xi", 6, len(text)) + text


def extended(flags: int, body: bytes) -> bytes:
    return struct.pack(">B3xiI", 6, -4 - len(body), flags) + body


CLIPBOARD = struct.unpack(">i", bytes.fromhex("c0a1e5ce"))[0]
PASSED = {
    "pixel format": struct.pack(">B3xBBBBHHHBBB3x", 0, 32, 24, 0, 1, 255, 255, 255, 16, 8, 0),
    "encodings": set_encodings(CLIPBOARD, -316, 0, 7),
    "picture": struct.pack(">BBHHHH", 3, 1, 0, 0, 1024, 640),
    "pointer": struct.pack(">BBHH", 5, 1, 299, 200),
    "more buttons": struct.pack(">BBHHB", 5, 0x81, 299, 200, 1),
    "updates": struct.pack(">BBHHHH", 150, 1, 0, 0, 1024, 640),
    "fence": struct.pack(">B3xIB", 248, 0x80000003, 5) + b"fence",
    "empty fence": struct.pack(">B3xIB", 248, 0, 0),
    "reboot": struct.pack(">BxBB", 250, 1, 3),
    "desktop size": struct.pack(">BxHHBxIHHHHI", 251, 800, 600, 1, 1, 0, 0, 800, 600, 0),
    "sound": struct.pack(">BBH", 255, 1, 0),
    "sound format": struct.pack(">BBHBBI", 255, 1, 2, 3, 2, 44100),
    "clipboard question": extended(1 << 25, b""),
    "clipboard abilities": extended(0x1F000001, bytes(4)),
}
BLANKED = {
    "key": (key(0x73), key(0)),
    "key up": (key(0x73, 0), key(0, 0)),
    "extended key": (qemu_key(0x73, 0x1F), qemu_key(0, 0)),
    "clipboard": (clipboard(b"secret"), clipboard(bytes(6))),
    "large clipboard": (clipboard(b"secret" * 700), clipboard(bytes(4_200))),
    "extended clipboard": (extended(1 << 28 | 1, b"zipped"), extended(1 << 28, bytes(6))),
}


@pytest.mark.parametrize("name", PASSED)
def test_messages_that_tell_nothing_typed_are_passed_on(name: str):
    wire = open_desktop(CLIPBOARD, -316)
    assert wire.says(b"", PASSED[name] * 2) == PASSED[name] * 2
    assert wire.session.cut == 0
    assert wire.says(b"", key(0x73)) == key(0)


@pytest.mark.parametrize("name", BLANKED)
def test_what_was_typed_is_blanked_in_place(name: str):
    said, kept = BLANKED[name]
    wire = open_desktop(CLIPBOARD)
    assert wire.says(b"", said * 2) == kept * 2
    assert wire.session.cut == 2
    again = open_desktop(CLIPBOARD)
    assert again.says(b"", kept * 2) == kept * 2
    assert again.session.cut == 0


def test_what_was_done_is_counted():
    wire = open_desktop(CLIPBOARD, -316)
    wire.says(b"", b"".join(PASSED.values()) + b"".join(said for said, _ in BLANKED.values()))
    session = wire.session
    assert (session.key_events, session.key_presses, session.keys_cut) == (3, 2, 3)
    assert (session.pointer_messages, session.power_actions) == (2, 1)
    assert (session.cut_texts, session.cut_text_bytes, session.texts_cut) == (3, 6 + 4_200 + 9, 3)


def test_a_pointer_is_short_unless_the_longer_one_was_agreed():
    wire = open_desktop()
    said = struct.pack(">BBHH", 5, 0x81, 299, 200) + key(0x73)
    assert wire.says(b"", said) == said[:6] + key(0)


def test_a_negative_length_is_none_unless_agreed():
    wire = open_desktop()
    wire.says(b"", extended(1 << 28, b"zipped"))
    assert wire.client.lost == "client message type 6 is not as the protocol has it"


@pytest.mark.parametrize(
    "said",
    [
        b"\x07",
        b"\x01\0\0\0",
        b"\xfd\x80\0\x10" + b"secret keys",
        struct.pack(">BBHI", 4, 2, 0, 0x73),
        struct.pack(">BBHI", 4, 1, 9, 0x73),
        struct.pack(">BBHH", 255, 0, 2, 0),
        struct.pack(">BBH", 255, 1, 3),
        struct.pack(">BB", 255, 2),
        struct.pack(">BB", 3, 2),
        struct.pack(">BB", 150, 2),
        struct.pack(">BBH", 2, 1, 0),
        struct.pack(">B3sI", 248, b"\0\0\1", 0),
        struct.pack(">B3xI", 248, 0x100),
        struct.pack(">B3xIB", 248, 0, 65),
        struct.pack(">BxBB", 250, 2, 2),
        struct.pack(">BxBB", 250, 1, 5),
        struct.pack(">BBBB", 250, 1, 1, 2),
        struct.pack(">BxHHBB", 251, 8, 6, 1, 1),
        struct.pack(">B3xI", 248, 8),
        struct.pack(">BBHHBB", 251, 1, 8, 6, 0, 0),
        struct.pack(">B3sBBBB", 0, b"\4\1\0", 32, 24, 0, 1),
        struct.pack(">B3xBBBB", 0, 24, 24, 0, 1),
        struct.pack(">B3xBBBBHHHBBB", 0, 32, 24, 0, 1, 255, 255, 255, 32, 8, 0),
        struct.pack(">B3xBBBBHHHBBB3s", 0, 32, 24, 0, 1, 255, 255, 255, 16, 8, 0, b"abc"),
        struct.pack(">B3si", 6, b"abc", 5),
        struct.pack(">B3xi", 6, 1 << 30),
        extended(0, bytes(100)),
    ],
)
def test_what_is_not_known_is_lost_for_good(said: bytes):
    wire = open_desktop(CLIPBOARD)
    kept = wire.says(b"", key(0x73) + said + b"secret" * 99)
    assert kept.startswith(key(0))
    assert b"secret" not in kept
    assert wire.client.lost is not None
    assert wire.says(b"", key(0x73)) == b""


def test_the_first_word_on_the_desktop_is_shared_or_alone():
    wire = Wire()
    wire.says(b"RFB 003.008\n", b"RFB 003.008\n")
    wire.says(b"\x01\x01", b"\x01")
    assert wire.says(bytes(4), b"s") == b""
    assert wire.client.lost == "the client's first word on the desktop is neither shared nor alone"


def test_missing_bytes_are_lost_for_good():
    wire = open_desktop()
    wire.client.lose("a gap")
    wire.client.lose("another")
    assert wire.client.lost == "a gap"
    assert wire.says(b"", key(0x73)) == b""


def test_a_script_that_has_seen_enough_lets_the_rest_pass():
    def two_bytes() -> Script:
        assert (yield Field(2)) == b"ab"

    reader = Reader(two_bytes())
    assert reader.feed(b"a") == b"a"
    assert not reader.done
    assert reader.feed(b"bcd") == b"bcd"
    assert reader.done
    assert reader.feed(b"ef") == b"ef"


SAID = PASSED | {name: said for name, (said, _) in BLANKED.items()}
typed = st.lists(st.sampled_from(sorted(SAID)), max_size=12)
cuts = st.lists(st.integers(1, 40), min_size=1, max_size=30)


@settings(max_examples=200, deadline=None)
@given(typed, cuts)
def test_pieces_make_no_difference(messages: list[str], sizes: list[int]):
    stream = b"".join(SAID[message] for message in messages)
    whole = open_desktop(CLIPBOARD, -316)
    expected = whole.says(b"", stream)
    assert len(expected) == len(stream)
    assert whole.client.lost is None
    wire = open_desktop(CLIPBOARD, -316)
    kept, at, turn = b"", 0, 0
    while at < len(stream):
        size = sizes[turn % len(sizes)]
        piece = wire.says(b"", stream[at : at + size])
        assert len(piece) == min(size, len(stream) - at)
        kept += piece
        at += size
        turn += 1
    assert kept == expected
    assert vars(wire.session) == vars(whole.session)


@unhurried
@given(st.lists(st.tuples(st.binary(max_size=40), st.binary(max_size=40)), max_size=8), st.booleans())
def test_any_bytes_are_read_or_lost(said: list[tuple[bytes, bytes]], desktop: bool):
    wire = open_desktop(CLIPBOARD, -316) if desktop else Wire()
    for server, client in said:
        wire.server.feed(server)
        assert len(wire.client.feed(client)) <= len(client)
