"""Which paths are encrypted (R-07, A-06)."""

import pytest

from ledger.domain.decision import Refusal
from ledger.domain.encrypted_path import Path, Protocol, Tunnel, check_encrypted, plain_inside

SUBJECTS = ("session:session_" + "0" * 32,)


@pytest.mark.parametrize(
    "path",
    [
        Path(protocol=Protocol.HTTPS, version="TLSv1.2", cipher="ECDHE-RSA-AES128-GCM-SHA256"),
        Path(protocol=Protocol.HTTPS, version="TLS 1.3", cipher="TLS_AES_256_GCM_SHA384"),
        Path(protocol=Protocol.SSH, version="SSH-2.0", cipher="aes256-gcm@openssh.com"),
        Path(protocol=Protocol.VPN, version="IKEv2", tunnel=Tunnel.IPSEC, inner="rdp", device="fw-01"),
        Path(protocol=Protocol.VPN, version="1", tunnel=Tunnel.WIREGUARD),
        Path(protocol=Protocol.VPN, version="TLSv1.3", tunnel=Tunnel.TLS),
    ],
)
def test_r_07_an_encrypted_path_is_allowed(path: Path) -> None:
    check_encrypted(path)


@pytest.mark.parametrize(
    "path",
    [
        Path(protocol=Protocol.HTTPS, version="TLSv1.1"),
        Path(protocol=Protocol.HTTPS, version="SSLv3"),
        Path(protocol=Protocol.HTTPS, version=""),
        Path(protocol=Protocol.HTTPS, version="TLSv1.2", cipher="NULL-SHA256"),
        Path(protocol=Protocol.SSH, version="SSH-1.5"),
        Path(protocol=Protocol.SSH, version="SSH-1.99"),
        Path(protocol=Protocol.SSH, version="SSH-2.0", cipher="none"),
        Path(protocol=Protocol.VPN, version="2"),
        Path(protocol=Protocol.VPN, version="L2TP", tunnel=Tunnel.OTHER),
        Path(protocol=Protocol.VPN, version="TLSv1.0", tunnel=Tunnel.TLS),
        Path(protocol=Protocol.OTHER, version="telnet"),
        Path(protocol=Protocol.OTHER, version="TLSv1.3"),
    ],
)
def test_r_07_a_path_that_others_can_read_is_refused(path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        check_encrypted(path)
    assert refused.value.rule == "R-07"


def test_r_07_something_plain_inside_a_vpn_is_allowed_and_noted() -> None:
    path = Path(protocol=Protocol.VPN, version="IKEv2", tunnel=Tunnel.IPSEC, inner="VNC", device="fw-01")
    check_encrypted(path)
    note = plain_inside(path, SUBJECTS)
    assert note is not None
    assert (note.rule, note.sentence, note.subjects) == ("R-07", "plain_inside_vpn", SUBJECTS)
    assert "VNC" in note.text("ja")


@pytest.mark.parametrize(
    "path",
    [
        Path(protocol=Protocol.VPN, version="IKEv2", tunnel=Tunnel.IPSEC, inner="ssh"),
        Path(protocol=Protocol.VPN, version="IKEv2", tunnel=Tunnel.IPSEC),
        Path(protocol=Protocol.SSH, version="SSH-2.0", inner="vnc"),
    ],
)
def test_r_07_nothing_is_noted_of_what_is_encrypted_by_itself(path: Path) -> None:
    assert plain_inside(path, SUBJECTS) is None
