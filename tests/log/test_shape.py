import pytest

from ledger.log import shape
from ledger.log.errors import FormatError

HEX = "0f" * 32


def test_values_of_the_right_shape_are_given_back():
    assert shape.members({"a": 1}, frozenset("a"), "it") == {"a": 1}
    assert shape.members({"a": 1}, None, "it") == {"a": 1}
    assert shape.array([1], "it") == [1]
    assert shape.text("t", "it") == "t"
    assert shape.number(0, "it") == 0
    assert shape.number(2**53 - 1, "it") == 2**53 - 1
    assert shape.digest(HEX, "it") == b"\x0f" * 32
    assert shape.data("AAAA", "it") == bytes(3)
    assert shape.hashes("", "it") == ()
    assert shape.hashes("A" * 43 + "=", "it") == (bytes(32),)


@pytest.mark.parametrize(
    ("read", "values"),
    [
        (lambda value, where: shape.members(value, frozenset("a"), where), [{}, {"a": 1, "b": 2}, [], None]),
        (lambda value, where: shape.members(value, None, where), [[], None, "a"]),
        (shape.array, [{}, (), None, "a"]),
        (shape.text, [1, None, b"t", []]),
        (shape.number, [-1, 2**53, True, 1.0, "1", None]),
        (shape.digest, [HEX.upper(), HEX[:-2], HEX + "00", "g" * 64, "0f " * 31 + "0f", None, ""]),
        (shape.data, [1, "A", "AA==\n"]),
        (shape.hashes, ["AAAA", None]),
    ],
)
def test_values_of_another_shape_are_refused_with_the_place(read, values):
    for value in values:
        with pytest.raises(FormatError, match=r"It is not|It has not|base64"):
            read(value, "It")
