"""tlog's timing: what it makes of the texts, and what is left of it without the input."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recording_runs import unhurried

from ledger.ingest.tlog_timing import replay, without_input


def test_text_and_bytes_come_in_the_order_of_the_marks():
    made = replay("=80x24>1+20]1/2>2+5=120x36", "a\ufffdbc", b"\xe3\x83", 0, 0)
    assert made.output == b"a\xe3\x83bc"
    assert made.duration_ms == 25
    assert made.windows == ((80, 24), (120, 36))
    assert made.problem is None


def test_input_is_counted_and_not_put_out():
    made = replay("<2>3+7[1/2", "abc", b"", 3, 2)
    assert (made.output, made.duration_ms, made.problem) == (b"abc", 7, None)


@pytest.mark.parametrize(
    "timing", ["0", "x", "=80", "=80x", ">", "+", "]1", "]1/", "<1/2", ">1x", "+1 >2", "-1", "＋1"]
)
def test_what_does_not_follow_the_grammar_is_named_and_the_output_stays(timing: str):
    made = replay(timing, "a\ufffd", b"\xff", 0, 0)
    assert made.problem == "it does not follow the grammar"
    assert made.output == "a\ufffd".encode() + b"\xff"
    assert without_input(timing) == ""


@pytest.mark.parametrize(
    ("timing", "text", "raw", "problem"),
    [
        (">1", "ab", b"", "its output marks do not add up to the output"),
        (">3", "ab", b"", "its output marks do not add up to the output"),
        (">2", "ab", b"\x80", "its output marks do not add up to the output"),
        (">1]1/2", "ab", b"\x80", "its output marks do not add up to the output"),
        (">2<1", "ab", b"", "its input marks do not add up to the input"),
        ("+999999999999999+1>2", "ab", b"", "its delays exceed what a clock can count"),
    ],
)
def test_marks_that_do_not_add_up_are_named_and_the_output_stays(timing: str, text: str, raw: bytes, problem: str):
    made = replay(timing, text, raw, 0, 0)
    assert made.problem == problem
    assert made.output == text.encode() + raw


def test_a_skipped_character_without_bytes_is_skipped():
    assert replay(">1]1/0>1", "a\ufffdb", b"", 0, 0).output == b"ab"


@pytest.mark.parametrize(
    ("timing", "left"),
    [
        ("=132x40<1+100<1+153<1", "=132x40+253>0"),
        ("=132x40<1+182<1+198<1>35", "=132x40+380>35"),
        ("<1>1+164<1>1", ">1+164>1"),
        ("[1/2+5]1/2", "+5]1/2"),
        ("+5=80x24>3", "+5=80x24>3"),
        ("", ""),
    ],
)
def test_without_input_the_waits_are_summed(timing: str, left: str):
    assert without_input(timing) == left


marks = st.one_of(
    st.integers(0, 5000).map(lambda wait: f"+{wait}"),
    st.integers(0, 9).map(lambda count: f">{count}"),
    st.integers(0, 9).map(lambda count: f"<{count}"),
    st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda pair: f"]{pair[0]}/{pair[1]}"),
    st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda pair: f"[{pair[0]}/{pair[1]}"),
    st.just("=80x24"),
)


def totals(timing: str) -> tuple[int, int]:
    """How many characters and bytes of output the marks take."""
    parts = timing.replace(">", " >").replace("]", " ]").replace("+", " +").replace("<", " <")
    parts = parts.replace("[", " [").replace("=", " =").split()
    chars = sum(int(part[1:].split("/")[0]) for part in parts if part[0] in ">]")
    return chars, sum(int(part.split("/")[1]) for part in parts if part[0] == "]")


@unhurried
@given(st.lists(marks).map("".join))
def test_without_input_output_and_times_stay_the_same(timing: str):
    left = without_input(timing)
    assert "<" not in left
    assert "[" not in left
    assert without_input(left) == left
    chars, count = totals(timing)
    text = "".join(chr(0x3042 + number % 80) for number in range(chars))
    before = replay(timing, text, bytes(count), 0, 0)
    after = replay(left, text, bytes(count), 0, 0)
    assert after.problem is None
    assert (before.output, before.duration_ms, before.windows) == (after.output, after.duration_ms, after.windows)
