import base64
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_log import LOG_KEY, NEXT_KEY, TestSigner, TestWitness

from ledger.log import note
from ledger.log.errors import FormatError, LogError, NoteError, UnknownFormatError
from ledger.log.note import UnknownKeyError, VerifierKey, open_note, parse_note, parse_vkey, sign_note

# The example of the specification: c2sp.org/signed-note, section "Verifier keys".
C2SP_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
C2SP_NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYj"
    "OBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
# The example of the documentation of golang.org/x/mod/sumdb/note.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()

WITNESS = TestWitness("witness.example/w1", b"witness", 1679315147)
TEXT = "one\n\ntwo\n"


@pytest.mark.parametrize(("vkey", "data"), [(C2SP_VKEY, C2SP_NOTE), (GO_VKEY, GO_NOTE)], ids=["C2SP", "Go"])
def test_published_notes_open_under_their_published_keys(vkey, data):
    key = parse_vkey(vkey)
    assert key.text == vkey
    opened = open_note(data, [key])
    assert [signature.name for signature in opened.signatures] == [key.name]
    assert opened.text.encode() + b"\n" == data[: data.rindex("—".encode())]


def test_a_note_opens_with_the_signatures_of_known_keys_alone_in_the_order_of_the_note():
    data = sign_note(TEXT, [WITNESS, LOG_KEY, NEXT_KEY])
    opened = open_note(data, [NEXT_KEY.key, WITNESS.key])
    assert opened.text == TEXT
    assert [signature.key_id for signature in opened.signatures] == [WITNESS.key_id, NEXT_KEY.key_id]
    assert note.cosignature_time(opened.signatures[0]) == 1679315147


def test_what_a_witness_signs_is_the_time_and_the_text():
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    assert note.cosigned_message(text, 1679315147) == (
        b"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n"
        b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )


def test_a_note_that_only_strangers_signed_is_refused_and_names_them():
    data = sign_note(TEXT, [LOG_KEY, WITNESS])
    with pytest.raises(UnknownKeyError, match=r"signed by shoseki\.example/test, witness\.example/w1"):
        open_note(data, [NEXT_KEY.key])


def test_a_key_with_the_same_name_and_another_id_is_a_stranger():
    impostor = replace(LOG_KEY, seed=b"impostor")
    with pytest.raises(UnknownKeyError):
        open_note(sign_note(TEXT, [impostor]), [LOG_KEY.key])


@pytest.mark.parametrize("signer", [LOG_KEY, WITNESS], ids=["text", "time and text"])
@pytest.mark.parametrize("change", [lambda s: s[:-1], lambda s: s + b"\0", lambda s: s[:-1] + bytes([s[-1] ^ 1])])
def test_a_wrong_signature_of_a_known_key_refuses_the_whole_note(signer, change):
    class Wrong(TestSigner):
        def sign(self, message):
            return change(signer.sign(message))

        @property
        def key(self):
            return signer.key

    data = sign_note(TEXT, [NEXT_KEY, Wrong(signer.name, b"")])
    assert open_note(data, [NEXT_KEY.key]).text == TEXT
    with pytest.raises(NoteError, match="does not belong to the note"):
        open_note(data, [NEXT_KEY.key, signer.key])


def test_a_cosignature_does_not_pass_as_a_signature_of_the_text():
    key = replace(WITNESS.key, algorithm=note.ED25519)
    signed = base64.b64encode(key.key_id + WITNESS.sign(TEXT.encode()))
    data = f"{TEXT}\n— {key.name} {signed.decode()}\n".encode()
    with pytest.raises(NoteError, match="does not belong"):
        open_note(data, [key])


def test_a_public_key_that_is_no_point_verifies_nothing():
    key = VerifierKey(LOG_KEY.name, note.ED25519, b"\xff" * 32)
    signed = base64.b64encode(key.key_id + bytes(64))
    with pytest.raises(NoteError, match="does not belong"):
        open_note(f"{TEXT}\n— {key.name} {signed.decode()}\n".encode(), [key])


LINE = sign_note("t\n", [LOG_KEY]).decode().split("\n\n")[1]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is not a text, a blank line and"),
        (b"text\n", "is not a text, a blank line and"),
        (b"text\n\n", "is not a text, a blank line and"),
        (f"\n{LINE}".encode(), "is not a text, a blank line and"),
        (f"t\n\n{LINE}".encode()[:-1], "is not a text, a blank line and"),
        (f"t\n\n{LINE}\n".encode(), "is not a text, a blank line and"),
        (f"t\n\n-{LINE[1:]}".encode(), "is not of the form"),
        (f"t\n\n{LINE[:-1]} \n".encode(), "is not of the form"),
        ("t\n\n— a+b AAAAAAAA\n".encode(), "is not a key name"),
        ("t\n\n— a\u3000b AAAAAAAA\n".encode(), "is not a key name"),
        ("t\n\n— ab AAAAAAB=\n".encode(), "other padding bits"),
        ("t\n\n— ab AAAAAA==\n".encode(), "holds no signature"),
        (f"t\t\n\n{LINE}".encode(), "control character"),
        (f"t\r\n\n{LINE}".encode(), "control character"),
        (b"t\xff\n\n" + LINE.encode(), "is not UTF-8"),
        (f"t\n\n{LINE * 65}".encode(), "65 signatures; at most 64"),
        (b"t" * (note.MAX_NOTE_BYTES + 1), "at most 524288"),
    ],
)
def test_what_is_not_a_note_is_refused(data, reason):
    with pytest.raises(FormatError, match=reason):
        parse_note(data)


def test_a_note_may_carry_64_signatures():
    assert len(parse_note(f"t\n\n{LINE * 64}".encode()).signatures) == 64


@pytest.mark.parametrize("text", ["", "no line end", "tab\t\n", "a\n\n\nb"])
def test_what_cannot_be_the_text_of_a_note_is_not_signed(text):
    with pytest.raises(FormatError):
        sign_note(text, [LOG_KEY])


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\u2028b", "a\x1fb"])
def test_what_cannot_name_a_key_signs_nothing(name):
    with pytest.raises(FormatError, match="is not a key name"):
        sign_note(TEXT, [replace(LOG_KEY, name=name)])


def test_nothing_is_a_note_without_signatures():
    with pytest.raises(FormatError):
        sign_note(TEXT, [])


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", FormatError),
        (C2SP_VKEY + "\n", FormatError),
        (C2SP_VKEY.replace("530d903a", "530D903A"), FormatError),
        (C2SP_VKEY.replace("530d903a", "530d903b"), FormatError),
        (C2SP_VKEY.replace("foo", "bar"), FormatError),
        (C2SP_VKEY.replace("/foo", " foo"), FormatError),
        (C2SP_VKEY[:-1], FormatError),
        ("a+00000000+AQ==", FormatError),
        ("a+00000000+BgA=", UnknownFormatError),
    ],
)
def test_what_is_not_a_verifier_key_is_refused(text, error):
    with pytest.raises(error):
        parse_vkey(text)


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="+"), min_size=1, max_size=20),
    st.sampled_from([note.ED25519, note.COSIGNATURE]),
    st.binary(min_size=32, max_size=32),
)
def test_verifier_keys_come_back(name, algorithm, public_key):
    key = VerifierKey(name, algorithm, public_key)
    assert parse_vkey(key.text) == key


lines = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@given(st.lists(lines, max_size=4).map(lambda each: "".join(f"{line}\n" for line in each)).filter(bool))
def test_every_text_of_lines_comes_back(text):
    data = sign_note(text, [LOG_KEY, WITNESS])
    assert open_note(data, [WITNESS.key, LOG_KEY.key]).text == text


@settings(max_examples=300)
@given(st.integers(0), st.binary(min_size=1, max_size=1))
def test_a_note_with_any_byte_changed_is_refused_or_says_the_same(place, byte):
    data = sign_note("shoseki.example/test\n1\n", [LOG_KEY])
    place %= len(data)
    changed = data[:place] + byte + data[place + 1 :]
    try:
        opened = open_note(changed, [LOG_KEY.key])
    except LogError:
        return
    assert changed == data
    assert opened.text == "shoseki.example/test\n1\n"
