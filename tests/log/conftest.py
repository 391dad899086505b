"""Which tests of the pure log measure that all of it is covered: those that try what somebody thought of.

Random and exhaustive ones would take twice their time under the measurement, and what they reach may change from run to
run. They are run beside the other folders' tests. (One that is marked so by hand counts all the same.)
"""

from pathlib import Path

import pytest
from hypothesis import is_hypothesis_test


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them ``covering``, so that ``-m covering`` and ``-m "not covering"`` are all tests, each once."""
    here = Path(__file__).parent
    for item in items:
        too_long = item.get_closest_marker("exhaustive") or is_hypothesis_test(getattr(item, "obj", None))
        if here in item.path.parents and not too_long:
            item.add_marker("covering")
