"""How a command that could not be done ends: one sentence and status 2, never a traceback.

``SHOSEKI_DEBUG=1`` gives the traceback to whoever looks for the cause. The errors' own sentences are English; what is
said in Japanese goes by their class and the values that they carry (``wording.troubles``).
"""

import os
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor

from scripts.console import Session, Status
from scripts.japan_time import in_japan
from scripts.wording.details import in_japanese
from scripts.wording.troubles import BEGINNINGS, OF_FILES, SENTENCES

_KNOWN = (
    ("ledger.application.errors", "LedgerError"),
    ("ledger.store.errors", "StoreError"),
    ("ledger.store.embedded.errors", "PostgresUnavailable"),
    ("ledger.keys.errors", "KeysError"),
    ("ledger.log.errors", "LogError"),
    ("ledger.ingest.registry", "ImportOptionError"),
    ("scripts.refusals", "CommandRefusedError"),
)


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
        return in_japan(_spoken(session, error))
    if isinstance(error, BrokenExecutor):
        return session.text("process_ended")
    if isinstance(error, OSError):
        reason = reason_of(session, error)
        if error.filename is None:
            return session.text("output_error", reason=reason)
        return session.text("file_error", path=os.fsdecode(error.filename), reason=reason)
    return session.text("unexpected", error=f"{type(error).__name__}: {error}")


def reason_of(session: Session, error: OSError) -> str:
    """Say what the system says of a file."""
    told = error.strerror or type(error).__name__
    return OF_FILES.get(error.errno or 0, told) if session.language == "ja" else told


def known() -> tuple[type[Exception], ...]:
    """Give the errors whose text is a sentence for people, of those modules that this run loaded."""
    return tuple(getattr(sys.modules[module], name) for module, name in _KNOWN if module in sys.modules)


def _spoken(session: Session, error: Exception) -> str:
    if session.language == "ja" and not isinstance(error, CommandRefusedError):
        for each in type(error).__mro__:
            if each.__name__ in SENTENCES:
                return SENTENCES[each.__name__].format(**vars(error))
            if each.__name__ in BEGINNINGS:
                return f"{BEGINNINGS[each.__name__]}（{in_japanese(str(error).rstrip('.')).rstrip('。')}）。"
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
