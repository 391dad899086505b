import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.checkpoint import Checkpoint
from ledger.log.errors import FormatError

ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
# The example of the specification: c2sp.org/tlog-checkpoint.
C2SP = f"example.com/behind-the-sofa\n20852163\n{ROOT}\n"


def test_the_example_of_the_specification_is_read():
    checkpoint = Checkpoint.parse(C2SP)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.root.hex().startswith("0ac5186a9186")
    assert checkpoint.format() == C2SP


@given(
    st.from_regex(r"[a-z0-9./-]{1,128}", fullmatch=True),
    st.integers(0, 2**53 - 1),
    st.binary(min_size=32, max_size=32),
)
def test_checkpoints_come_back(origin, size, root):
    checkpoint = Checkpoint(origin, size, root)
    assert Checkpoint.parse(checkpoint.format()) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        C2SP[:-1],
        C2SP + "\n",
        C2SP + "extension\n",
        C2SP.replace("20852163", "020852163"),
        C2SP.replace("20852163", "+20852163"),
        C2SP.replace("20852163", "２０"),
        C2SP.replace("20852163", ""),
        C2SP.replace("20852163", "9007199254740992"),
        C2SP.replace("example", "EXAMPLE"),
        C2SP.replace("example.com/behind-the-sofa", ""),
        C2SP.replace(ROOT, ROOT[:-1]),
        C2SP.replace(ROOT, "AAAA"),
        C2SP.replace("2I=", "2J="),
        C2SP.replace("\n", "\r\n"),
    ],
)
def test_any_other_spelling_is_refused(text):
    with pytest.raises(FormatError):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    "checkpoint", [Checkpoint("A", 0, bytes(32)), Checkpoint("a", -1, bytes(32)), Checkpoint("a", 0, bytes(31))]
)
def test_what_no_log_can_say_is_not_written(checkpoint):
    with pytest.raises(FormatError):
        checkpoint.format()
