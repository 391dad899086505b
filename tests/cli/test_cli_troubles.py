"""Ordinary trouble in Japanese: whole sentences, with the values, and no English in between."""

import pickle
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Answer
from trail import Trail

from api.settings import NotInitialisedError
from ledger.application import errors as door
from ledger.keys import errors as keys
from ledger.store import errors as store
from ledger.store.blobs import BlobMissingError, BlobStoreFullError
from ledger.store.checkpoint_state import CheckpointStateLostError
from ledger.store.checkpoints import LogRestoredError
from ledger.store.reread import StoredEntryError
from scripts.console import Session
from scripts.refusals import sentence_of
from scripts.wording.troubles import OF_FILES, SENTENCES

Shoseki = Callable[..., Answer]
PATH = Path("/srv/証跡/file")
REASON = "an English reason"
TROUBLES: list[Exception] = [
    NotInitialisedError(PATH),
    door.CustomerUnknownError("cus_1"),
    door.CustomerUnnamedError(),
    door.PositionUnknownError(9, 5),
    door.StillToComeError("2026-11-24T00:00:00+09:00", "2026-11-23T00:00:00+09:00"),
    door.ReadingInterruptedError(-9),
    door.ContendedError(3),
    door.CommandConflictError("k", 7, ("begins",)),
    store.DatabaseUnreachableError("接続拒否"),
    store.DatabaseFullError(REASON),
    BlobStoreFullError(REASON),
    BlobMissingError("b1", PATH),
    CheckpointStateLostError(PATH, REASON),
    LogRestoredError(5, 9, REASON),
    StoredEntryError(4, REASON),
    keys.HalfIdError("x"),
    keys.HalfUnknownError("log"),
    keys.HalfDestroyedError("log", "2026-11-22"),
    keys.DestructionUnfinishedError("log", PATH),
    keys.SecretDamagedError("half", "log"),
    keys.NoSignerError(9, PATH),
    keys.CredentialIdError("x"),
    keys.CustodyUnknownError("credential_1"),
    keys.CustodyTakenError("credential_1"),
    keys.CustodyErasedError("credential_1", "2026-11-22"),
    keys.KeyringMissingError(PATH),
    keys.KeyringWrongError(PATH, "k1", ["k2"]),
    keys.KeyringDamagedError(PATH, REASON),
    keys.BackupUnconfirmedError(PATH),
    keys.KeysMissingError(PATH),
    keys.CustodyLostError(PATH),
    keys.KeysExposedError(PATH, 0o644),
    keys.KeysDamagedError(PATH, REASON),
    keys.KeysForeignError(PATH, "a", "b"),
    keys.KeysFormatError(PATH, "9"),
    keys.KeysBusyError(PATH),
]


def japanese(sentence: str) -> None:
    """Take a sentence that ends as one, and in which no two English words follow each other but a command's."""
    assert sentence.endswith("。")
    told = re.sub(r"shoseki [a-z -]+[a-z]|/\S+|postgresql://\S+", "", sentence)
    assert not re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", told), sentence


@pytest.mark.parametrize("error", TROUBLES, ids=lambda error: type(error).__name__)
def test_an_error_with_a_sentence_is_told_in_japanese_with_its_values(error: Exception) -> None:
    said = sentence_of(Session(language="ja"), error)
    japanese(said)
    for value in (PATH, "cus_1", "credential_1", "接続拒否"):
        assert str(value) in said or str(value) not in str(error)
    assert sentence_of(Session(language="en"), error) == str(error)


def test_every_sentence_is_of_an_error_that_is_there() -> None:
    assert {type(each).__name__ for each in TROUBLES} == SENTENCES.keys()


@pytest.mark.parametrize("number", OF_FILES)
def test_what_the_system_says_of_a_file_is_japanese(number: int) -> None:
    japanese(sentence_of(Session(language="ja"), OSError(number, "English words", str(PATH))))
    assert "English words" in sentence_of(Session(language="en"), OSError(number, "English words", str(PATH)))


def test_what_the_system_says_without_a_translation_is_passed_on() -> None:
    assert "odd" in sentence_of(Session(language="ja"), OSError(9999, "odd", str(PATH)))


def test_a_database_that_does_not_answer_says_the_same_from_another_process() -> None:
    error = store.DatabaseUnreachableError("refused")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.fixture
def elsewhere(trail: Trail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shoseki: Shoseki) -> Path:
    """A copy of the data directory that may be spoilt; nothing is run in it before."""
    copy = tmp_path / "log"
    shutil.copytree(trail.directory, copy)
    monkeypatch.setenv("SHOSEKI_DIR", str(copy))
    return copy


def complaint(answer: Answer) -> str:
    return answer.check_refused().removeprefix("shoseki: ")


def test_lost_files_are_told_in_japanese(shoseki: Shoseki, elsewhere: Path) -> None:
    for lost, command in (
        ("checkpoints/signed.sqlite", ["checkpoint"]),
        ("keys/halves.sqlite", ["customer", "add", "x"]),
        ("keys/keyring.json", ["status"]),
    ):
        (elsewhere / lost).unlink()
        said = complaint(shoseki("--lang", "ja", *command))
        japanese(said)
        assert str(elsewhere / lost) in said


def test_a_missing_file_and_a_missing_customer_are_told_in_japanese(shoseki: Shoseki, trail: Trail) -> None:
    nobody = "cus_" + "0" * 32
    said = complaint(shoseki("--lang", "ja", "log", "--customer", nobody))
    japanese(said)
    assert nobody in said
    japanese(complaint(shoseki("--lang", "ja", "verify", "/nonexistent", "--policy", trail.policy)))


def test_what_cannot_be_signed_is_told_in_japanese(
    shoseki: Shoseki, trail: Trail, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "ledger.store.checkpoints.Checkpointer.check",
        lambda _: (elsewhere / "checkpoints" / "signed.sqlite").unlink(missing_ok=True),
    )
    answer = shoseki("--lang", "ja", "customer", "add", "x")
    # The log is the same one: the halves of what it records are the directory's that was copied, too.
    shutil.copytree(elsewhere / "keys", trail.directory / "keys", dirs_exist_ok=True)
    said = complaint(answer)
    japanese(said)
    assert "署名できなくなりました" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "コマンド nothing はありません"),
        (["sesion"], "コマンド sesion はありません。session"),
        (["fsck", "--nothing"], "オプション --nothing はありません"),
        (["session", "connected", "--targt", "x"], "オプション --targt はありません。--"),
        (["clock", "run", "--at"], "オプション --at には値が必要です"),
        (["fsck", "--json=1"], "オプション --json には値を付けられません"),
        (["show"], "引数 position がありません"),
        (["show", "one"], "position の値が正しくありません。数を指定してください"),
        (["log", "--start", "-3"], "--start の値が正しくありません。0 以上を指定してください"),
        (["log", "5", "6"], "引数が余っています（5 6）"),
        (["fsck", "--lang", "fr"], "--lang の値が正しくありません。en、ja のいずれかを指定してください"),
    ],
)
def test_what_is_wrong_with_a_command_line_is_told_in_japanese(
    shoseki: Shoseki, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    refused = shoseki(*arguments).check_refused()
    assert said in refused
    japanese(re.sub(r"（'shoseki[^']*' をご覧ください）", "", refused.strip()))
