"""The two writers of canonical bytes, so that a test can hold both to the same."""

from contextlib import contextmanager

import pytest

from ledger.log import canonical

WITH_AND_WITHOUT = pytest.mark.parametrize("orjson", ["with orjson", "without orjson"])


@contextmanager
def encoder(which: str):
    """Use orjson or the standard library, as on a machine that has it or has not."""
    with pytest.MonkeyPatch.context() as patch:
        if which == "without orjson":
            patch.setattr(canonical, "_orjson", None)
        else:
            assert canonical._orjson is not None
        yield
