"""Two who give one credential at once, on a real log and a real vault: one is first, and the other is told why."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from custody_story import Work, agreed
from evening import ACTOR
from test_deciding import together

from api.settings import Settings
from ledger.application.credentials import Credentials
from ledger.application.custody_words import CustodyWords
from ledger.application.deciding import CarriedOut, Decider
from ledger.domain.boundary import Boundary, tag
from ledger.domain.credential_facts import CredentialProvided
from ledger.domain.credential_giving import ProvideCredential
from ledger.domain.decision import Refusal
from ledger.domain.recorded import of_type
from ledger.keys.custody_vault import SqliteCustodyVault
from ledger.keys.errors import CustodyTakenError, KeysError
from ledger.keys.secret import Secret

ROUNDS = 6


@pytest.fixture
def work(make_settings: Callable[..., Settings]) -> Iterator[Work]:
    with agreed(make_settings) as work:
        yield work


def seat(work: Work) -> Credentials:
    """Give what a process of its own has: its own files of the vault, and nothing that it remembers of the log."""
    keys = work.ledger.keys
    vault = SqliteCustodyVault(work.settings.keys, keys.keyring, work.clock.now)
    words = CustodyWords(work.ledger.reader, vault)
    return Credentials(work.ledger.recorder, Decider(work.ledger.recorder, words=words), vault, words=words)


def giving(credentials: Credentials, command: ProvideCredential, secret: Secret) -> CarriedOut | KeysError:
    try:
        return credentials.take_in(command, secret, actor=ACTOR)
    except KeysError as error:
        return error


@pytest.mark.parametrize("asked_for", [False, True])
@pytest.mark.parametrize("secrets", [("the first secret", "the second secret"), ("one secret", "one secret")])
def test_r_09_of_two_who_give_one_credential_one_wins_and_the_vault_has_what_the_winner_gave(
    work: Work, secrets: tuple[str, str], *, asked_for: bool
) -> None:
    seats = [seat(work), seat(work)]
    for round_ in range(ROUNDS):
        credential = work.ask() if asked_for else work.decider.new_id("credential")
        given = [Secret(f"{each} {round_}".encode()) for each in secrets]
        command = work.giving(credential)
        results = together(*(partial(giving, seats[number], command, given[number]) for number in (0, 1)))
        (winner,) = [number for number, each in enumerate(results) if isinstance(each, CarriedOut)]
        loser = results[1 - winner]
        first = results[winner]
        assert isinstance(first, CarriedOut)
        if isinstance(loser, Refusal):
            assert (loser.rule, loser.sentence) == ("R-09", "credential_known")
            assert set(first.positions) <= set(loser.cites), "it is told which entry was first"
        else:
            assert isinstance(loser, CustodyTakenError), loser
            assert given[0] != given[1]
            assert credential in str(loser)
            assert "held already" in str(loser)
        vault = work.ledger.keys.custody
        assert vault.open(credential) == given[winner]
        (provided,) = of_type(work.decider.facts(Boundary.of(tag("credential", credential))), CredentialProvided)
        assert (provided.position,) == first.positions
        assert provided.fact.keyed_digest == vault.put(credential, given[winner]), "the digest is of what is held"
        work.clock.advance(timedelta(seconds=1))
    assert len(work.ledger.keys.custody.held()) == ROUNDS


def test_r_09_with_one_key_both_did_the_same_and_one_of_them_is_told_that_it_was_done(work: Work) -> None:
    for round_ in range(ROUNDS):
        credential = work.decider.new_id("credential")
        command, secret, key = work.giving(credential), Secret(f"one secret {round_}".encode()), f"key-{round_}"
        give = [partial(seat(work).take_in, command, secret, actor=ACTOR, idempotency_key=key) for _ in range(2)]
        first, second = together(*give)
        assert isinstance(first, CarriedOut)
        assert isinstance(second, CarriedOut)
        assert first.positions == second.positions
        assert {first.already, second.already} == {True, False}
        assert work.ledger.keys.custody.open(credential) == secret
    assert work.types().count("credential.provided.v1") == ROUNDS
