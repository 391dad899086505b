"""Secrets that stand in what is read are found, however it was cut; what is too short to look for is named."""

import json
import pickle
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.keys.secret import MAX_BYTES, Secret, SecretFormError
from ledger.keys.secret_search import SHORTEST, SecretSearch

ONE, TWO = "credential_" + "1" * 32, "credential_" + "2" * 32
PASSWORD = Secret("従つた-P@ssw0rd".encode())


@given(before=st.binary(max_size=40), after=st.binary(max_size=40), cuts=st.lists(st.integers(0, 100), max_size=8))
def test_a_secret_is_found_wherever_the_bytes_are_cut(before: bytes, after: bytes, cuts: list[int]) -> None:
    data = before + PASSWORD.reveal() + after
    search = SecretSearch({ONE: PASSWORD, TWO: Secret(b"never shown at all")})
    places = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})
    found = [each for begin, end in pairwise(places) for each in search.feed(data[begin:end])]
    assert found == [ONE], "met once, and told once"


@given(data=st.binary(max_size=200))
def test_what_is_not_there_is_not_found(data: bytes) -> None:
    secret = Secret(b"not in there")
    assert (SecretSearch({ONE: secret}).feed(data) == {ONE}) is (secret.reveal() in data)


def test_a_key_is_found_with_a_terminals_line_ends() -> None:
    key = Secret(b"-----BEGIN KEY-----\nabcdef\n-----END KEY-----\n")
    assert SecretSearch({ONE: key}).feed(b"$ cat id\r\n-----BEGIN KEY-----\r\nabcdef\r\n-----END KEY-----\r\n$ ") == {
        ONE
    }
    assert SecretSearch({ONE: key}).feed(b"-----BEGIN KEY-----\nabcdef\n-----END KEY-----") == {ONE}


@pytest.mark.parametrize("ascii_only", [False, True])
def test_a_secret_is_found_as_json_spells_it(ascii_only: bool) -> None:
    secret = Secret('従"つ\\た\n-P@ss🔑'.encode())
    line = json.dumps({"out_txt": f"$ cat x\r\n{secret.reveal().decode()}"}, ensure_ascii=ascii_only).encode()
    assert secret.reveal() not in line
    assert SecretSearch({ONE: secret}).feed(line) == {ONE}
    binary = Secret(b"\xff\xfe binary")
    assert SecretSearch({ONE: binary}).feed(b"..." + binary.reveal()) == {ONE}
    assert SecretSearch({}).empty
    assert not SecretSearch({ONE: binary}).empty


def test_a_short_secret_is_not_looked_for() -> None:
    search = SecretSearch({ONE: Secret(b"x" * (SHORTEST - 1)), TWO: Secret(b"y" * SHORTEST)})
    assert search.feed(b"xxxxxxxxx yyyyyyyyy") == {TWO}
    assert SecretSearch({}).feed(b"anything") == frozenset()


def test_a_search_does_not_tell_what_it_looks_for() -> None:
    assert "P@ss" not in repr(SecretSearch({ONE: PASSWORD}))


def test_a_secret_in_a_text_is_seen_however_its_ends_are_spaced() -> None:
    secret = Secret(b" opensesame\n")
    assert secret.stands_in("the password is opensesame.")
    assert not secret.stands_in("the password is told by telephone")
    assert not secret.stands_in("\ud800")
    assert not Secret(b" \n").stands_in("a text with spaces \n")


def test_a_secret_is_neither_pickled_nor_hashed_nor_empty() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(PASSWORD)
    with pytest.raises(TypeError):
        hash(PASSWORD)
    for size in (0, MAX_BYTES + 1):
        with pytest.raises(SecretFormError) as refused:
            Secret(b"z" * size)
        assert "z" not in str(refused.value).replace("size", "")
    assert Secret(PASSWORD.reveal()) == PASSWORD
    assert PASSWORD.reveal() != PASSWORD
