"""What goes to a screen: words wrapped, tables, and nothing that steers a terminal.

Guarantees: control characters in what a log or a file holds are shown, never sent; where the output is no terminal,
nothing is wrapped or cut, so that programs can read it. Only this module uses Rich, and loads it when it is needed.
"""

import re
import shutil
import sys
from collections.abc import Sequence
from io import StringIO
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rich.console import RenderableType

Style = Literal["plain", "good", "bad", "warning", "heading"]

_STYLES: dict[Style, str] = {"plain": "", "good": "green", "bad": "red", "warning": "yellow", "heading": "bold"}
_UNCUT = 1_000
"""Columns where nobody watches: wide enough that no cell is folded."""
_LEAST = 10
"""Columns that are left to what may be folded."""
# C0 and C1 controls, and the marks that change the direction of writing: a login name must not redraw a report.
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

# What stays together: a word of narrow characters, or one wide character; with the brackets that open before it, the
# spaces behind it, and the marks that may not begin a line. A few words of help are short enough to stay whole.
_PIECE = re.compile(
    "[（「『【]*(?:必須|以上|既定|複数可|[!-\u2e7f]+|[^!-\u2e7f\\s])[、。，．：；！？）」』】々ー〜),]*\\s*|\\s+"
)


def visible(text: str) -> str:
    """Give the text with every character spelled out that would steer a terminal."""
    return _STEERING.sub(lambda found: _spelled(ord(found.group())), text)


def visible_lines(text: str) -> str:
    """Do the same for a text whose line ends are meant."""
    return "\n".join(visible(line) for line in text.split("\n"))


def paragraph(text: str, style: Style = "plain", *, error: bool = False) -> str:
    """Give a text wrapped for the screen that it goes to, else as it is."""
    if not watched(error=error):
        return text + "\n"
    from rich.text import Text

    columns = shutil.get_terminal_size().columns
    wrapped = "\n".join(wrap(line, columns) for line in text.split("\n"))
    return _rendered(Text(wrapped, style=_STYLES[style]), error=error)


def wrap(line: str, columns: int) -> str:
    """Break a line where English and Japanese break: after a space, or between wide characters."""
    from rich.cells import cell_len

    lines, length = [""], 0
    for piece in _PIECE.findall(line):
        if length and length + cell_len(piece.rstrip()) > columns:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
            length = 0
        lines[-1] += piece
        length += cell_len(piece)
    return "\n".join(lines)


def pairs(rows: Sequence[tuple[str, str]]) -> str:
    """Give names and values, two columns."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(_plain(name), _plain(value))
    return _rendered(grid)


def table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = (), whole: Sequence[int] = ()
) -> str:
    """Give a table; the columns of ``right`` hold numbers, those of ``whole`` are folded last, and no cell is cut.

    Where the screen has not room for those beside the others, they are folded as well.
    """
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table

    apart = (0, 0) if whole else (0, 1, 0, 0)  # beside the one blank that the box has: room is scarce beside an id
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=apart, show_edge=False)
    widths = {
        each: max(cell_len(line) for row in (headings, *rows) for line in row[each].split("\n")) for each in whole
    }
    if sum(widths.values()) + _LEAST * (len(headings) - len(widths)) > _columns():
        widths = {}
    for number, heading in enumerate(headings):
        side: Literal["left", "right"] = "right" if number in right else "left"
        grid.add_column(_plain(heading), justify=side, overflow="fold", width=widths.get(number))
    for row in rows:
        grid.add_row(*(_plain(cell) for cell in row))
    return _rendered(grid)


def fitted(text: str, columns: int) -> str:
    """Give the text cut or filled up to so many columns; a Japanese character takes two."""
    from rich.cells import cell_len, set_cell_size

    return set_cell_size(text, columns) if cell_len(text) <= columns else set_cell_size(text, columns - 1) + "…"


def watched(*, error: bool = False) -> bool:
    """Tell whether a person reads the results, or what goes to standard error, on a terminal."""
    return (sys.stderr if error else sys.stdout).isatty()


def _plain(text: str) -> "RenderableType":
    from rich.text import Text

    return Text(text)


def _rendered(what: "RenderableType", *, error: bool = False) -> str:
    from rich.console import Console

    text = StringIO()
    terminal = watched(error=error)
    Console(file=text, width=_columns(error=error), force_terminal=terminal, legacy_windows=False).print(what)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def _columns(*, error: bool = False) -> int:
    return shutil.get_terminal_size().columns if watched(error=error) else _UNCUT


def _spelled(code: int) -> str:
    if code < 0x100:  # noqa: PLR2004 - what \xNN can spell
        return f"\\x{code:02x}"
    return f"\\u{code:04x}"
