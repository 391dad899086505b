"""Whether words that somebody types say a secret (R-09): what counts as saying it is decided here, and nowhere else.

Guarantees: words say a secret where it stands in them, however it is spelled:

- as it is, anywhere: in quotes, in a sentence, in an address;
- as any text of the same NFKC form: full-width and half-width, composed and decomposed;
- with blanks, line ends or characters that show nothing put in or left out, as where a line was wrapped;
- as JSON, a shell, HTML or an address escapes it;
- without the quotes that the secret itself was given in; one that is no text, as it is told to a technician.

A secret of fewer than ``SHORTEST`` bytes stands in everything, so it counts only as a word of its own. Leaves to
others, for no search finds it: a secret in other capitals, in parts, encoded (base64, hexadecimal), translated.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final
from unicodedata import normalize
from urllib.parse import unquote

from ledger.keys.secret import Secret
from ledger.keys.secret_search import SHORTEST

_SHOWS_NOTHING: Final = re.compile(
    "[\\s\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]+"
)
"""Blanks and line ends, controls, and what Unicode lets a font show nothing for."""
_QUOTES: Final = "\"'`´“”„‘’‚«»‹›「」『』"
_ESCAPE: Final = "\\"
_ASCII_WORD: Final = "[0-9A-Za-z_]"


class SecretWords:
    """Tells whether words say any of some secrets. Holds them in memory, so it lives as long as a command is asked."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        """Take the secrets."""
        self._anywhere: set[str] = set()
        self._exactly: set[str] = set()
        self._alone: set[str] = set()
        for secret in secrets:
            self._take(secret.reveal().decode("utf-8", "backslashreplace").strip())

    def said_in(self, text: str) -> bool:
        """Tell whether a text says any of them."""
        if any(each in text for each in self._exactly):
            return True
        for read in _readings(text):
            bare = _bare(read)
            if any(each in bare for each in self._anywhere):
                return True
            plain = normalize("NFKD", read)
            if any(_stands_alone(each, plain) for each in self._alone):
                return True
        return False

    def _take(self, core: str) -> None:
        if not core:
            return
        for each in {core, core.strip(_QUOTES) or core}:
            if len(each.encode()) < SHORTEST:
                self._alone.add(normalize("NFKD", each))
                continue
            self._exactly.add(each)
            # Where next to nothing is left of it, what is left stands in everything.
            self._anywhere |= {bare for bare in map(_bare, _spellings(each)) if len(bare.encode()) >= SHORTEST}

    def __repr__(self) -> str:
        return "SecretWords(…)"


def _spellings(secret: str) -> Iterator[str]:
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]


def _readings(text: str) -> set[str]:
    """Give a text as it is, and as a browser would read it."""
    return {text, unquote(text), html.unescape(text)}


def _bare(text: str) -> str:
    """Give what is compared: decomposed, because what is composed of a secret's end is another character."""
    shown = normalize("NFKD", _SHOWS_NOTHING.sub("", text))
    return _SHOWS_NOTHING.sub("", shown).replace(_ESCAPE, "")


def _stands_alone(word: str, text: str) -> bool:
    """Tell whether a word stands in a text with no letter or digit of its kind beside it.

    Japanese has no blanks between words: digits stand alone among kana, a character does not.
    """
    before, after = (_ASCII_WORD if end.isascii() else "\\w" for end in (word[0], word[-1]))
    return re.search(f"(?<!{before}){re.escape(word)}(?!{after})", text) is not None
