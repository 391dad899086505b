"""How a command that could not be done ends: one sentence and status 2, never a traceback.

``SHOSEKI_DEBUG=1`` gives the traceback to whoever looks for the cause. The errors' own sentences are English; in
Japanese a sentence by their class comes first.
"""

import os
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor

from scripts.console import Session, Status

_KNOWN = (
    ("ledger.application.errors", "LedgerError"),
    ("ledger.store.errors", "StoreError"),
    ("ledger.store.embedded.errors", "PostgresUnavailable"),
    ("ledger.keys.errors", "KeysError"),
    ("ledger.log.errors", "LogError"),
    ("ledger.ingest.registry", "ImportOptionError"),
    ("scripts.refusals", "CommandRefusedError"),
)

_JAPANESE = {
    "NotInitialisedError": "ログがありません。shoseki init で作成するか、正しいディレクトリを指定してください",
    "AlreadyInitialisedError": "データディレクトリには別のログがあります。別の場所を指定してください",
    "CustomerUnknownError": "このログにそのお客様はいません。shoseki customer list で確認してください",
    "PositionUnknownError": "その位置に記録はありません",
    "SourceUnusableError": "取り込むファイルを読み取れません。何も取り込まれたことになりません",
    "ReadingInterruptedError": "ファイルを読むプロセスが途中で終了しました。もう一度取り込んでください",
    "PayloadUnavailableError": "必要な内容が消去済みか、開封できません",
    "ExportError": "ご指定のとおりには書き出せません",
    "DatabaseUnavailableError": "データベースに接続できません。起動または URL を確認して、もう一度実行してください",
    "DatabaseFullError": "データベースの空き容量がなく、何も書き込まれていません",
    "ForeignRowError": "アプリケーションが書いていない行が表にあり、記録できません。shoseki fsck で特定してください",
    "LogDamagedError": "ログの表が記録と食い違うため、何も書き込まれていません。shoseki fsck で特定してください",
    "LogMissingError": "データベースにログがありません",
    "WrongLogError": "データベースにあるのは別のログです",
    "ClockJumpError": "時計が進みすぎています。正しければ shoseki status --confirm-clock で確認済みにしてください",
    "KeyGoneError": "鍵が破棄済みのため、記録できません",
    "CheckpointStateLostError": "署名済みチェックポイントの記録がありません。他者が持つ最新のものを引き継いでください",
    "CheckpointRefusedError": "このチェックポイントでは署名も引継ぎもできません",
    "LogRestoredError": "データベースが署名済みの状態より古いか、別のものです。最新のものに戻してください",
    "StoredEntryError": "保存された記録が壊れています。shoseki fsck で検査してください",
    "HeadsRefusedError": "保存された最新記録が記録と異なります。shoseki fsck で検査してください",
    "BlobMissingError": "録画のファイルがありません",
    "BlobStoreFullError": "ファイルを保存する空き容量がありません",
    "BlobStoreError": "録画の保存場所を使えません",
    "PostgresUnavailable": "内蔵 PostgreSQL を使えません",
    "KeyringMissingError": "鍵束がありません。控えから戻してください",
    "KeysMissingError": "鍵のファイルがありません。控えから戻してください",
    "KeysExposedError": "鍵のファイルが他の利用者から読める状態です",
    "BackupRefusedError": "その写しは鍵束の控えとして認められません",
    "ImportOptionError": "形式または取込みオプションが正しくありません",
    "LedgerError": "ご指定のとおりには実行できません",
    "StoreError": "保存先で問題が起きました",
    "KeysError": "鍵を使えません",
    "UnknownFormatError": "この版の知らない形式です。新しい版で確認してください",
    "LogError": "形式が正しくありません",
}


class CommandRefusedError(Exception):
    """A command cannot be done as asked; its text is one sentence in the language of the run."""


def guarded(session: Session, command: Callable[[], Status]) -> Status:
    """Run a command and give its status; whatever goes wrong is one sentence and status FAILED."""
    try:
        return command()
    except KeyboardInterrupt:
        session.complain(session.text("interrupted"))
    except BrokenPipeError as error:
        return _cut_off(session, error)
    except Exception as error:
        if os.environ.get("SHOSEKI_DEBUG"):
            raise
        hints = {"hints": session.hints} if session.hints else {}
        session.complain(sentence_of(session, error), **_members(error), **hints)
    return Status.FAILED


def sentence_of(session: Session, error: Exception) -> str:
    """Say in one sentence what an error means for whoever ran the command."""
    if (refusal := _refusal(session, error)) is not None:
        return refusal
    if isinstance(error, known()):
        return _spoken(session, error)
    if isinstance(error, BrokenExecutor):
        return session.text("process_ended")
    if isinstance(error, OSError):
        reason = error.strerror or type(error).__name__
        return session.text("file_error", path=os.fsdecode(error.filename or "-"), reason=reason)
    return session.text("unexpected", error=f"{type(error).__name__}: {error}")


def known() -> tuple[type[Exception], ...]:
    """Give the errors whose text is a sentence for people, of those modules that this run loaded."""
    return tuple(getattr(sys.modules[module], name) for module, name in _KNOWN if module in sys.modules)


def _spoken(session: Session, error: Exception) -> str:
    if session.language == "ja" and not isinstance(error, CommandRefusedError):
        for each in type(error).__mro__:
            if each.__name__ in _JAPANESE:
                return f"{_JAPANESE[each.__name__]}（{str(error).rstrip('.')}）。"
    return str(error)


def _refusal(session: Session, error: Exception) -> str | None:
    """Say which rule refused a command, why, and on which entries that was decided."""
    module = sys.modules.get("ledger.domain.decision")
    if module is None or not isinstance(error, module.Refusal):
        return None
    where = ", ".join(str(each) for each in error.cites)
    sentence = f"{error.rule}: {error.text(session.language)}"
    return session.text("refused_citing", sentence=sentence, positions=where) if where else sentence


def _members(error: Exception) -> dict[str, object]:
    """Give what a program wants to know of a refusal: the rule, and the entries that it was decided on."""
    module = sys.modules.get("ledger.domain.decision")
    if module is None or not isinstance(error, module.Refusal):
        return {}
    return {"cites": list(error.cites), "rule": error.rule}


def _cut_off(session: Session, error: BrokenPipeError) -> Status:
    """End as the command would have: whoever read our output had seen enough, which changes no finding."""
    if error.filename is not None:
        session.complain(sentence_of(session, error))
        return Status.FAILED
    # Python would complain once more when it flushes standard output at the end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return session.status
