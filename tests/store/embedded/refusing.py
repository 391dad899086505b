"""How the embedded database refuses a connection."""

import psycopg
import pytest
from psycopg import conninfo


def refused(url: str, **changes: str) -> str:
    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect(conninfo.make_conninfo(url, **changes))
    return str(caught.value)
