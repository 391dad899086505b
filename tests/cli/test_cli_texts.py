"""Both languages say the same with the same values, and every command explains itself in both."""

import re
from collections.abc import Callable
from typing import get_args

import pytest
from command_line import Answer

from scripts.refusals import known
from scripts.texts import _TEXTS, Language, default_language, text
from scripts.wording.troubles import BEGINNINGS, SENTENCES

COMMANDS = [
    "",
    "init",
    "customer",
    "customer add",
    "customer list",
    "import",
    "log",
    "show",
    "checkpoint",
    "checkpoint adopt",
    "receipt",
    "export",
    "verify",
    "fsck",
    "status",
    "policy",
    "keyring",
    "keyring confirm",
    "keyring rotate",
    "keyring rotate-signer",
    "retention",
    "retention destroy",
    "bench",
    "demo",
]


@pytest.mark.parametrize("name", _TEXTS)
def test_both_languages_take_the_same_values(name: str) -> None:
    english, japanese = (sorted(re.findall(r"\{(\w+)\b(?!:[^}]*\|)", each)) for each in _TEXTS[name])
    assert english == japanese


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_both_languages(shoseki: Callable[..., Answer], command: str) -> None:
    told = [shoseki("--lang", language, *command.split(), "--help") for language in get_args(Language)]
    assert [each.status for each in told] == [0, 0]
    name = f"help_{command.replace(' ', '_').replace('-', '_') or 'shoseki'}"
    for language, answer in zip(get_args(Language), told, strict=True):
        beginning = text(language, name).split("。")[0].split(" ")[0]
        assert beginning in answer.out
        assert "opt_" not in answer.out
        assert "--json" in answer.out


def test_import_lists_its_formats(shoseki: Callable[..., Answer]) -> None:
    assert "xtigervnc-log" in shoseki("import", "--help").out


def test_the_language_is_that_of_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert default_language() == "en"
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert default_language() == "ja"
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert default_language() == "en"


def test_every_known_refusal_has_a_japanese_sentence() -> None:
    import api.wiring  # noqa: F401 -- loads every module that refuses

    assert len(known()) >= 6

    def families(error: type[BaseException]) -> list[type[BaseException]]:
        return [error, *(each for below in error.__subclasses__() for each in families(below))]

    for base in known():
        for error in families(base):
            if error.__name__ != "CommandRefusedError":
                assert any(each.__name__ in BEGINNINGS.keys() | SENTENCES.keys() for each in error.__mro__), error


def test_a_japanese_sentence_with_an_errors_own_words_ends_once() -> None:
    from ledger.application.errors import LedgerError
    from scripts.console import Session
    from scripts.refusals import sentence_of

    said = sentence_of(Session(language="ja"), LedgerError("The member begins cannot be written: no year of UTC.."))
    assert said == "ご指定のとおりには実行できません（The member begins cannot be written: no year of UTC）。"
