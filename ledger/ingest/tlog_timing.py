"""The ``timing`` member of a tlog message: in which order and at which distance its input and output happened.

    timing = *( "+" ms / ">" chars / "<" chars / "]" chars "/" bytes / "[" chars "/" bytes / "=" cols "x" rows )

``+`` waits milliseconds; ``>`` and ``<`` take characters of ``out_txt`` and ``in_txt``; ``]`` and ``[`` skip characters
there (each stands for bytes that were no UTF-8) and take bytes of ``out_bin`` and ``in_bin``; ``=`` is a window size.
A delay may stand before anything or at the end, as tlog's own reader has it.

What cannot be followed is still replayed as far as it says something: the text, then the bytes, with the problem named.
"""

import re
from dataclasses import dataclass

_WHOLE = re.compile(r"(?:[+<>][0-9]{1,15}|[\[\]][0-9]{1,15}/[0-9]{1,15}|=[0-9]{1,5}x[0-9]{1,5})*+")
_MARK = re.compile(r"([+<>=\[\]])([0-9]+)(?:[/x]([0-9]+))?")
_MAX_MS = 10**15 - 1  # fifteen digits, 31,000 years


@dataclass(frozen=True, slots=True)
class Replay:
    """What a message's timing makes of its texts."""

    output: bytes
    """The exact bytes that the terminal received."""
    duration_ms: int
    """From the message's ``pos`` to its last event."""
    windows: tuple[tuple[int, int], ...]
    problem: str | None
    """Why the timing could not be followed, or None."""


def replay(timing: str, out_txt: str, out_bin: bytes, in_chars: int, in_bytes: int) -> Replay:
    """Put the output together as it happened.

    ``in_chars`` and ``in_bytes`` are only counted against the input marks. Raises UnicodeEncodeError for a lone
    surrogate in ``out_txt``.
    """
    if not _WHOLE.fullmatch(timing):
        return Replay(out_txt.encode() + out_bin, 0, (), "it does not follow the grammar")
    # Most messages are one text that no binary mark interrupts: it is taken whole, and only counted piece by piece.
    piecewise = "]" in timing
    duration = text_at = bytes_at = input_chars = input_bytes = 0
    pieces: list[bytes] = []
    windows: list[tuple[int, int]] = []
    for kind, first, second in _MARK.findall(timing):
        number = int(first)
        if kind == ">":
            if piecewise:
                pieces.append(out_txt[text_at : text_at + number].encode())
            text_at += number
        elif kind == "+":
            duration += number
        elif kind == "=":
            windows.append((number, int(second)))
        elif kind == "<":
            input_chars += number
        elif kind == "]":
            pieces.append(out_bin[bytes_at : bytes_at + int(second)])
            text_at += number
            bytes_at += int(second)
        else:
            input_chars += number
            input_bytes += int(second)
    problem = None
    output = b"".join(pieces) if piecewise else out_txt.encode()
    if duration > _MAX_MS:
        duration, problem = 0, "its delays exceed what a clock can count"
    if (input_chars, input_bytes) != (in_chars, in_bytes):
        problem = "its input marks do not add up to the input"
    if (text_at, bytes_at) != (len(out_txt), len(out_bin)):
        output, problem = out_txt.encode() + out_bin, "its output marks do not add up to the output"
    return Replay(output, duration, tuple(windows), problem)


def without_input(timing: str) -> str:
    """Drop the input marks and keep output, windows and their times.

    The delays around a dropped mark are summed, so that neither the number of keys nor their rhythm can be read from
    what is left. A timing that does not follow the grammar holds nothing that could be kept apart: it becomes empty.
    """
    if not _WHOLE.fullmatch(timing):
        return ""
    kept: list[str] = []
    delay = 0
    for mark in _MARK.finditer(timing):
        kind, first, _ = mark.groups()
        if kind == "+":
            delay += int(first)
        elif kind not in "<[":
            kept.append(f"+{min(delay, _MAX_MS)}{mark[0]}" if delay else mark[0])
            delay = 0
    # The wait for a last keystroke ends with "take no output": the grammar wants a mark after each delay.
    return "".join(kept) + (f"+{min(delay, _MAX_MS)}>0" if delay else "")
