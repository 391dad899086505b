"""Cuts secrets out of the addresses and headers that a web server or gateway logs.

    /vnc.html?password=…&path=websockify%3Ftoken%3D…    parameters, in fragments and inside other parameters as well
    https://user:…@host/                                passwords before a host
    Authorization: …    Cookie: …                       headers, to the end of the line

A parameter is one that holds a secret by its name; the name stays, so that one sees what was there. Names are taken
widely: a harmless value that is cut costs little, a password that is kept cannot be called back. Cutting twice changes
nothing. A secret under a name that says nothing of it, or in the path, is not known for one.
"""

import re

_NAMES = (
    rb"(?:[\w.\-\[\]]{0,64}?(?:auth|credential|passw|passphrase|pwd|secret|session|signature|token)[\w.\-\[\]]{0,64}"
    rb"|[\w.\-]{0,64}?(?:key|sess|sessid|sid)"
    rb"|(?:[\w.\-]{0,64}[_.\-])?(?:code|jwt|otp|pass|pin|sig|ticket))"
)
_PARAMETER = re.compile(
    rb"(?:[?&#;]|%3[fFbB]|%2[63])" + _NAMES + rb"(?:=([^&#\s'\"]+)|%3[dD]((?:(?!%2[63])[^&#\s'\"])+))", re.IGNORECASE
)
_USERINFO = re.compile(rb"[a-z][a-z0-9+.\-]{0,16}://[^/\s:@'\"]{0,256}:([^/\s'\"]+)@", re.IGNORECASE)
_HEADER = re.compile(
    rb"\b(?:(?:proxy-)?authorization|(?:set-)?cookie)['\"]?\s*[:=]\s*(\S.*)", re.IGNORECASE | re.DOTALL
)
_SIGNS = re.compile(rb"=|%3d|@|authorization|cookie", re.IGNORECASE)


def cut_secrets(line: bytes) -> tuple[bytes, int]:
    """Give the line without secrets, and how many bytes were cut out."""
    if _SIGNS.search(line) is None:
        return line, 0
    kept = line
    for pattern in (_HEADER, _USERINFO, _PARAMETER):
        kept = pattern.sub(_without, kept)
    return kept, len(line) - len(kept)


def _without(found: re.Match[bytes]) -> bytes:
    whole, start = found[0], found.start()
    first, end = found.span(found.lastindex or 0)
    return whole[: first - start] + whole[end - start :]
