"""The contract of ``ledger.keys.custody.CustodyVault`` as tests: a provider subclasses it and must pass unchanged.

A provider gives the fixture ``vault``, and ``again``: a function that opens the same storage anew.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest

from ledger.keys.custody import CustodyVault
from ledger.keys.errors import (
    CredentialIdError,
    CustodyErasedError,
    CustodyTakenError,
    CustodyUnknownError,
)
from ledger.keys.secret import MAX_BYTES, Secret
from ledger.log.members import parse_at

ONE, TWO, THREE = (f"credential_{number:032x}" for number in (1, 2, 3))
PASSWORD = Secret("従つた-P@ssw0rd-がぎ🔑".encode())


class CustodyContract:
    @pytest.mark.parametrize(
        "secret",
        [b"x", b"\x00" * 40, "正しい馬".encode(), b"p" * 251, b"p" * 252, b"p" * 253, bytes(range(256)) * 64],
        ids=len,
    )
    def test_a_secret_comes_back_as_it_was_given(
        self, vault: CustodyVault, again: Callable[[], CustodyVault], secret: bytes
    ) -> None:
        assert len(secret) <= MAX_BYTES
        vault.put(ONE, Secret(secret))
        assert vault.open(ONE).reveal() == secret
        assert again().open(ONE).reveal() == secret

    def test_the_digest_is_of_the_secret_under_a_key_of_the_credential(self, vault: CustodyVault) -> None:
        first = vault.put(ONE, PASSWORD)
        assert vault.put(ONE, PASSWORD) == first
        assert vault.put(TWO, PASSWORD) != first, "equal secrets of two credentials must not look equal"
        assert vault.put(THREE, Secret(b"another")) not in {first, vault.put(TWO, PASSWORD)}
        assert len(bytes.fromhex(first)) == 32

    def test_a_secret_is_never_replaced(self, vault: CustodyVault) -> None:
        vault.put(ONE, PASSWORD)
        with pytest.raises(CustodyTakenError):
            vault.put(ONE, Secret(b"newer"))
        assert vault.open(ONE) == PASSWORD

    def test_what_was_destroyed_opens_no_more_and_never_returns(
        self, vault: CustodyVault, again: Callable[[], CustodyVault]
    ) -> None:
        vault.put(ONE, PASSWORD)
        vault.put(TWO, PASSWORD)
        destruction = vault.destroy(ONE)
        parse_at(destruction.at)
        assert destruction.key_ids
        assert destruction.copies
        for one in (vault, again()):
            with pytest.raises(CustodyErasedError) as refused:
                one.open(ONE)
            assert refused.value.destroyed_at == destruction.at
            with pytest.raises(CustodyErasedError):
                one.put(ONE, PASSWORD)
            assert one.destroy(ONE) == destruction, "the certificate tells of the first destruction"
            assert one.open(TWO) == PASSWORD

    def test_what_was_never_held_can_be_destroyed_and_is_then_never_held(self, vault: CustodyVault) -> None:
        vault.destroy(ONE)
        with pytest.raises(CustodyErasedError):
            vault.put(ONE, PASSWORD)

    def test_the_list_tells_what_is_held_and_what_is_gone(self, vault: CustodyVault) -> None:
        vault.put(THREE, PASSWORD)
        vault.put(ONE, PASSWORD)
        destroyed_at = vault.destroy(THREE).at
        vault.destroy(TWO)
        assert [(each.credential, each.state) for each in vault.list()] == [
            (ONE, "held"),
            (TWO, "destroyed"),
            (THREE, "destroyed"),
        ]
        held, _, gone = vault.list()
        assert held.destroyed_at is None
        assert held.since is not None
        assert gone.destroyed_at == destroyed_at

    def test_what_may_open_is_known_whoever_put_it_or_destroyed_it(
        self, vault: CustodyVault, again: Callable[[], CustodyVault]
    ) -> None:
        assert vault.held() == frozenset()
        vault.put(ONE, PASSWORD)
        again().put(TWO, PASSWORD)
        assert vault.held() == again().held() == {ONE, TWO}
        again().destroy(ONE)
        vault.destroy(THREE)
        assert vault.held() == again().held() == {TWO}

    def test_what_is_not_there_is_named(self, vault: CustodyVault) -> None:
        with pytest.raises(CustodyUnknownError) as refused:
            vault.open(ONE)
        assert refused.value.credential == ONE

    @pytest.mark.parametrize("bad", ["", "log", "credential_1", ONE.upper(), ONE + "\n", "session_" + "0" * 32, "a:b"])
    def test_only_credentials_have_secrets(self, vault: CustodyVault, bad: str) -> None:
        for attempt in (vault.open, vault.destroy, lambda credential: vault.put(credential, PASSWORD)):
            with pytest.raises(CredentialIdError):
                attempt(bad)
        assert list(vault.list()) == []

    def test_of_those_who_put_at_once_one_wins_and_the_others_are_told(self, again: Callable[[], CustodyVault]) -> None:
        barrier = Barrier(6)

        def put(number: int) -> str:
            vault = again()
            barrier.wait()
            try:
                vault.put(ONE, Secret(f"secret {number}".encode()))
            except CustodyTakenError:
                return "taken"
            return f"secret {number}"

        with ThreadPoolExecutor(6) as pool:
            told = list(pool.map(put, range(6)))
        (winner,) = [each for each in told if each != "taken"]
        assert again().open(ONE) == Secret(winner.encode())

    def test_a_destruction_wins_against_puts_at_once(self, again: Callable[[], CustodyVault]) -> None:
        for round_ in range(10):
            credential = f"credential_{round_:032x}"
            barrier = Barrier(2)

            def put(credential: str = credential, barrier: Barrier = barrier) -> None:
                vault = again()
                barrier.wait()
                with suppress(CustodyErasedError):
                    vault.put(credential, PASSWORD)

            with ThreadPoolExecutor(1) as pool:
                putting = pool.submit(put)
                vault = again()
                barrier.wait()
                vault.destroy(credential)
                putting.result()
            with pytest.raises(CustodyErasedError):
                again().open(credential)
            self.check_gone(credential)

    def check_gone(self, credential: str) -> None:
        """A provider looks into its storage here."""
