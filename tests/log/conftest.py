"""Which tests of the pure log measure that all of it is covered: all but those marked ``exhaustive``.

Those try so much that the measurement, which doubles their time, would take minutes. They run beside the other folders'
tests, and nothing may be covered by them alone.
"""

from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them ``covering``, so that ``-m covering`` and ``-m "not covering"`` are all tests, each once."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and item.get_closest_marker("exhaustive") is None:
            item.add_marker("covering")
