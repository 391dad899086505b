import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log import base64_text
from ledger.log.errors import FormatError


@given(st.binary())
def test_what_is_encoded_is_what_the_standard_library_encodes_and_comes_back(data):
    text = base64_text.encode(data)
    assert text == base64.b64encode(data).decode()
    assert base64_text.decode(text) == base64_text.decode(text.encode()) == data


@given(st.text("AQgwZz09+/=-_ \n\u00e9", max_size=9))
def test_every_accepted_text_is_the_one_spelling(text):
    try:
        data = base64_text.decode(text)
    except FormatError:
        return
    assert base64_text.encode(data) == text


@pytest.mark.parametrize(
    "text",
    [
        "A",
        "AA",
        "AAA",
        "AA=",
        "AA=A",
        "====",
        "AAAA=",
        "AAAA====",
        "AA==\n",
        " AA==",
        "A A==",
        "AB==",
        "AAB=",
        "A-_A",
        "é",
    ],
)
def test_any_other_spelling_is_refused(text):
    with pytest.raises(FormatError, match="base64"):
        base64_text.decode(text)
