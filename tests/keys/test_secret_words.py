"""Words that say a secret are known for it, however they spell it; other words are not."""

import json
import shlex
from html import escape
from unicodedata import normalize
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.keys.secret import Secret
from ledger.keys.secret_search import SHORTEST
from ledger.keys.secret_words import SecretWords

TYPED = "Tr0ub4dor&3が\\\"'-従つた🔑"
WORDS = SecretWords([Secret(b"another one"), Secret(f" {TYPED}\n".encode())])
KEY = "-----BEGIN KEY-----\nMIIabc+def/0==\n-----END KEY-----\n"


def wide(text: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text)


SPELLED = {
    "as it is": TYPED,
    "in quotes": f'"{TYPED}"',
    "full-width": wide(TYPED),
    "composed": normalize("NFC", TYPED),
    "decomposed": normalize("NFD", TYPED),
    "compatibly": normalize("NFKC", TYPED),
    "wrapped": TYPED[:5] + "\r\n    " + TYPED[5:],
    "spaced": " ".join(TYPED),
    "wide spaces": "\u3000".join(TYPED),
    "unseen characters": "\u200b".join(TYPED[:9]) + "\ufeff\u00ad" + TYPED[9:],
    "JSON": json.dumps(TYPED),
    "JSON in kana": json.dumps(TYPED, ensure_ascii=False),
    "a shell": shlex.quote(TYPED).replace("'\"'\"'", "\\'"),
    "HTML": escape(TYPED),
    "an address": f"https://maint:{quote(TYPED, safe='')}@db01/",
}


@pytest.mark.parametrize("name", SPELLED)
def test_words_that_say_a_secret_are_known(name: str) -> None:
    assert WORDS.said_in(f"パスワードは{SPELLED[name]}です。")
    assert WORDS.said_in(SPELLED[name])


@given(before=st.text(max_size=30), after=st.text(max_size=30))
def test_a_secret_is_known_whatever_stands_around_it(before: str, after: str) -> None:
    assert WORDS.said_in(before + TYPED + after)


@pytest.mark.parametrize("text", ["", " ", "パスワードは郵送で受領", "Tr0ub4dor", TYPED[:-1], "\ud800", "%F0%9F", "&"])
def test_other_words_are_none(text: str) -> None:
    assert not WORDS.said_in(text)
    assert not SecretWords([]).said_in(text)


def test_the_quotes_that_a_secret_was_given_in_are_no_part_of_it() -> None:
    for given_in in ('"opensesame"', "「opensesame」", "'opensesame'\n"):
        assert SecretWords([Secret(given_in.encode())]).said_in("pw: opensesame")


def test_a_key_of_several_lines_is_known_on_one() -> None:
    words = SecretWords([Secret(KEY.encode())])
    for text in (KEY, KEY.replace("\n", "\r\n"), KEY.replace("\n", " "), json.dumps({"key": KEY}), KEY.strip()):
        assert words.said_in(f"key {text} end")
    assert not words.said_in("-----BEGIN KEY-----\nanother\n-----END KEY-----")


def test_what_is_no_text_is_known_as_it_is_told() -> None:
    binary = b"\xff\xfe\x00binary\x80"
    assert SecretWords([Secret(binary)]).said_in(f"it is {binary.decode('utf-8', 'backslashreplace')}")


@pytest.mark.parametrize(
    ("short", "said", "unsaid"),
    [
        ("1234", "pw 1234", "12345"),
        ("1234", "暗証番号は1234です", "01234"),
        ("1234", "１２３４", "a1234"),
        ("鍵", "鍵", "鍵穴"),
        ("a.b", "(a.b)", "axb"),
    ],
)
def test_a_short_secret_counts_as_a_word_of_its_own(short: str, said: str, unsaid: str) -> None:
    assert len(short.encode()) < SHORTEST
    words = SecretWords([Secret(short.encode())])
    assert words.said_in(said)
    assert not words.said_in(unsaid)


def test_a_secret_of_which_little_is_left_does_not_stand_in_everything() -> None:
    words = SecretWords([Secret(b"\\\\\\\\\\\\a"), Secret(b" \n")])
    assert not words.said_in("a text")
    assert words.said_in("it is \\\\\\\\\\\\a")


def test_words_do_not_tell_what_they_look_for() -> None:
    assert "Tr0ub" not in repr(WORDS)
