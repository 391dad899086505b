"""The path of a connection and whether it is encrypted (4-1①, R-07, A-06).

HTTPS with TLS 1.2 or later, SSH-2, or a VPN that is itself encrypted (IPsec, WireGuard, TLS). What runs inside a VPN is
recorded, and may be plain there; that is flagged for whoever reads the trail. A cipher that hides nothing (NULL, none)
is no encryption, whatever the protocol is called.
"""

from dataclasses import dataclass
from enum import StrEnum

from ledger.domain.decision import Refusal
from ledger.domain.finding import FindingRecorded
from ledger.domain.rules import rule


class Protocol(StrEnum):
    """How a connection reaches its target."""

    HTTPS = "https"
    SSH = "ssh"
    VPN = "vpn"
    OTHER = "other"
    """Never lawful; recorded where it was used all the same, its name as the version."""


class Tunnel(StrEnum):
    """What a VPN is made of."""

    IPSEC = "ipsec"
    WIREGUARD = "wireguard"
    TLS = "tls"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A path as it was agreed by both ends; ``version`` as the software tells it (``TLSv1.3``, ``SSH-2.0``)."""

    protocol: Protocol
    version: str
    cipher: str | None = None
    host_key: str | None = None
    """The fingerprint of the target's key, as SSH tells it."""
    certificate_sha256: str | None = None
    tunnel: Tunnel | None = None
    inner: str | None = None
    """What runs inside a VPN: ``vnc``, ``rdp``, ``ssh`` …"""
    device: str | None = None
    """The firewall, gateway or router at the customer's end of a VPN."""


_TLS = frozenset({"TLSV1.2", "TLSV1.3", "TLS1.2", "TLS1.3", "TLS 1.2", "TLS 1.3"})
_SSH = frozenset({"2.0", "2", "SSH-2", "SSH-2.0"})
_PLAIN_INSIDE = frozenset({"vnc", "http", "telnet", "ftp", "rlogin", "rsh"})


@rule("R-07")
def check_encrypted(path: Path) -> None:
    """Refuse a path on which others can read."""
    if not _is_encrypted(path):
        raise Refusal("R-07", "path_not_encrypted", protocol=path.protocol, version=path.version)


@rule("R-07")
def plain_inside(path: Path, subjects: tuple[str, ...]) -> FindingRecorded | None:
    """Give the note that something plain runs inside an encrypted VPN: allowed, and told (A-06)."""
    if path.protocol is Protocol.VPN and (path.inner or "").lower() in _PLAIN_INSIDE:
        return FindingRecorded(
            rule="R-07", sentence="plain_inside_vpn", values={"inner": path.inner or ""}, subjects=subjects
        )
    return None


def _is_encrypted(path: Path) -> bool:
    if path.cipher is not None and ("NULL" in path.cipher.upper() or path.cipher.lower() == "none"):
        return False
    version = path.version.strip().upper()
    match path.protocol:
        case Protocol.HTTPS:
            return version in _TLS
        case Protocol.SSH:
            return version in _SSH
        case Protocol.VPN:
            return path.tunnel in {Tunnel.IPSEC, Tunnel.WIREGUARD} or (path.tunnel is Tunnel.TLS and version in _TLS)
        case _:
            return False
