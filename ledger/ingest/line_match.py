"""Is one recording's output contained in another's? Told by their line digests alone (output_digest.py).

Both lists hold the first lines of an output. The recording at the technician's desk begins with lines that the server's
does not have (a greeting, the commands before the login). From the line where the two meet, they must go on together to
the end of the server's list; where the other list ends before (it was cut at its length, or recording was stopped), so
many lines must be the same that no greeting explains them.
"""

from collections.abc import Sequence

LEAST_LINES = 3
LEAST_LINES_CUT = 8


def contains(outer: Sequence[str], inner: Sequence[str]) -> bool:
    """Tell whether ``inner``'s lines run through ``outer``."""
    if len(inner) < LEAST_LINES:
        return False
    for start, line in enumerate(outer):
        if line == inner[0]:
            common = outer[start : start + len(inner)]
            enough = len(common) == len(inner) or len(common) >= LEAST_LINES_CUT
            if enough and all(one == other for one, other in zip(common, inner, strict=False)):
                return True
    return False
