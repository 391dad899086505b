"""Who may do what in the embedded database: owner and application, each with a password of its own."""

from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo
from refusing import refused

from ledger.store.embedded import (
    APPLICATION_ROLE,
    DATABASE,
    OWNER_ROLE,
    Urls,
)


def test_roles(postgres: Urls) -> None:
    query = """SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolcanlogin
               FROM pg_roles WHERE rolcanlogin OR rolname !~ '^pg_' ORDER BY rolname"""
    with psycopg.connect(postgres.application) as connection:
        roles = connection.execute(query).fetchall()
        members = connection.execute("SELECT count(*) FROM pg_auth_members WHERE member::regrole::text !~ '^pg_'")
        assert members.fetchall() == [(0,)]
    assert roles == [
        (APPLICATION_ROLE, False, False, False, False, False, True),
        ("shoseki_bootstrap", True, True, True, True, True, False),
        (OWNER_ROLE, False, False, False, False, False, True),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.mine (number int)",
        "CREATE TEMPORARY TABLE mine (number int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "ALTER SYSTEM SET fsync = off",
        "SET fsync = off",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SET ROLE shoseki_owner",
        "SET SESSION AUTHORIZATION shoseki_bootstrap",
        "DROP DATABASE shoseki",
    ],
)
def test_the_application_may_not(postgres: Urls, statement: str) -> None:
    with psycopg.connect(postgres.application, autocommit=True) as connection, pytest.raises(psycopg.DatabaseError):
        connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "ALTER ROLE shoseki_owner SUPERUSER",
        "ALTER ROLE shoseki_bootstrap LOGIN PASSWORD 'x'",
        "ALTER SYSTEM SET fsync = off",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY pg_class TO PROGRAM 'cat'",
        "CREATE EXTENSION plpython3u",
        "SET ROLE shoseki_bootstrap",
    ],
)
def test_the_owner_may_not(postgres: Urls, statement: str) -> None:
    with psycopg.connect(postgres.owner, autocommit=True) as connection, pytest.raises(psycopg.DatabaseError):
        connection.execute(statement)


def test_the_owner_makes_schemas_and_the_application_gets_what_is_granted(postgres: Urls, fresh_schema: str) -> None:
    name = psycopg.sql.Identifier(fresh_schema)
    with psycopg.connect(postgres.owner, autocommit=True) as connection:
        connection.execute(psycopg.sql.SQL("CREATE SCHEMA {}").format(name))
        connection.execute(psycopg.sql.SQL("CREATE TABLE {}.fact (number int)").format(name))
        with psycopg.connect(postgres.application, autocommit=True) as other:
            insert = psycopg.sql.SQL("INSERT INTO {}.fact VALUES (1)").format(name)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                other.execute(insert)
            grant = psycopg.sql.SQL("GRANT USAGE ON SCHEMA {} TO shoseki_application").format(name)
            connection.execute(grant)
            grant = psycopg.sql.SQL("GRANT INSERT ON {}.fact TO shoseki_application").format(name)
            connection.execute(grant)
            other.execute(insert)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                other.execute(psycopg.sql.SQL("ALTER TABLE {}.fact ADD note text").format(name))


def test_the_socket_alone_opens_nothing(postgres: Urls, tmp_path: Path) -> None:
    assert "no password supplied" in refused(postgres.application, passfile=str(tmp_path / "none"))
    assert "password authentication failed" in refused(postgres.application, password="guessed")
    for user in ("shoseki_bootstrap", "postgres", "root"):
        assert "no pg_hba.conf entry" in refused(postgres.owner, user=user)
    for database in ("postgres", "template1"):
        assert "no pg_hba.conf entry" in refused(postgres.owner, dbname=database)
    assert conninfo.conninfo_to_dict(postgres.owner)["dbname"] == DATABASE
