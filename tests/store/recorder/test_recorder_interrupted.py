"""Ctrl-C at any moment of an append: the recorder, and whoever else writes, goes on."""

import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from log_world import World, check_whole, record

from ledger.store import committer as committer_module
from ledger.store import underway as underway_module
from ledger.store.committer import Committer
from ledger.store.recorder import Recorder
from ledger.store.sequencer import Sequencer

_APPENDING = {committer_module.__file__, underway_module.__file__}


class Interrupt:
    """Raises KeyboardInterrupt once, behind one of the calls that the appending code makes in this thread.

    That is where Python lets an interrupt in: a call of C has ended, and nobody has seen yet what it gave.
    """

    def __init__(self, at: int, files: set[str | None]) -> None:
        self._at = at
        self._files = files
        self.count = 0

    @property
    def fired(self) -> bool:
        return self.count > self._at

    def __call__(self, frame: FrameType, event: str, called: Any) -> None:
        if event == "c_return" and frame.f_code.co_filename in self._files:
            self.count += 1
            if self.fired:
                sys.setprofile(None)
                raise KeyboardInterrupt

    def during(self, action: Callable[[], Any]) -> bool:
        """Do it; tell whether it was interrupted."""
        sys.setprofile(self)
        try:
            action()
        except KeyboardInterrupt:
            return True
        finally:
            sys.setprofile(None)
        return False


def answers(action: Callable[[], Any]) -> bool:
    """Tell whether a call comes back, in a thread of its own."""
    thread = threading.Thread(target=action, daemon=True)
    thread.start()
    thread.join(60)
    return not thread.is_alive()


@pytest.mark.parametrize("turn_is_held", [False, True], ids=["alone", "behind another"])
def test_an_interrupt_behind_any_call_leaves_the_turn_to_others(
    log: World, recorder: Recorder, turn_is_held: bool
) -> None:
    """Taking the turn and knowing that it was taken is one step; so is handing over and being waited for."""
    committer: Committer = recorder._committer
    for number in range(500):
        recorder.append([record("warm")])
        interrupt = Interrupt(number, _APPENDING)
        if turn_is_held:
            committer._turn.acquire()
            release = threading.Timer(0.02, committer._turn.release)
            release.start()
        interrupted = interrupt.during(lambda: recorder.append([record("mine")]))
        if turn_is_held:
            release.join()
        assert answers(lambda: recorder.append([record("another's")])), f"interrupted behind call {number}"
        if not interrupted:
            break
    assert 3 < number < 499
    with log.recorder() as other:
        assert answers(lambda: other.append([record("another writer's")]))
    check_whole(log)


@pytest.mark.parametrize("breaking", ["connection", "memory"])
def test_a_second_interrupt_while_the_first_is_cleaned_up_leaves_nothing_in_anybodys_way(
    log: World, recorder: Recorder, monkeypatch: pytest.MonkeyPatch, breaking: str
) -> None:
    """Whoever presses Ctrl-C twice: a transaction in the middle is not taken for a connection that nobody uses."""
    recorder.append([record("warm")])
    left = [KeyboardInterrupt("first"), KeyboardInterrupt("second"), KeyboardInterrupt("third")]

    def interrupted(*_: Any) -> None:
        raise left.pop(0)

    def closing_interrupted(original: Callable[..., None]) -> Callable[..., None]:
        def close(*arguments: Any) -> None:
            if left:
                raise left.pop(0)
            original(*arguments)

        return close

    monkeypatch.setattr(committer_module, "_poll", interrupted)
    if breaking == "connection":
        connection = recorder._committer._underway.connection
        assert connection is not None
        monkeypatch.setattr(type(connection), "close", closing_interrupted(type(connection).close))
    else:
        monkeypatch.setattr(Sequencer, "forget", closing_interrupted(Sequencer.forget))
    with pytest.raises(KeyboardInterrupt):
        recorder.append([record("mine", tags=("kind:1",), idempotency_key="mine")])
    left.clear()
    monkeypatch.undo()
    assert answers(lambda: recorder.append([record("mine", tags=("kind:1",), idempotency_key="mine")]))
    with log.recorder() as other:
        assert answers(lambda: other.append([record("another writer's")]))
    assert len(check_whole(log)) == recorder.reader.size()
    assert log.types().count("test.said.v1") == 3
