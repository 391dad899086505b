"""What the codes mean that an option may have: ``choice_`` and module, class and value."""

from typing import Final

from ledger.domain.codes import CODES

TEXTS: Final[dict[str, tuple[str, str]]] = {
    f"choice_{kind}.{code}": (english, japanese)
    for kind, words in CODES.items()
    for code, (japanese, english) in words.items()
}
