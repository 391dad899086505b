"""The guards of a log's schema: what keeps its tables as they are must be what the migrations made.

Guarantees: a table, column, index, constraint, trigger, rule or function of the schema that is another than the
migrations make, is missing, or was added, is named; so is a privilege that nobody but the owner should have, and a
partition of payloads that no append made. A handful of queries of the catalogues, however large the log. Leaves to
others: what stands in the tables. Who owns the database can take a guard down and put it back between two checks: what
was done meanwhile is for the rest of the check.
"""

import re
from hashlib import sha256
from typing import Any

from psycopg import Connection

from ledger.keys.classes import is_day_key
from ledger.store.errors import LogMissingError
from ledger.store.fsck.findings import KEPT, Code
from ledger.store.fsck.joining import Join
from ledger.store.fsck.source import Source
from ledger.store.migrate import migrations
from ledger.store.prepare import part_of

_TABLES = """
    table chain rp: chain text, seq bigint, leaf bytea, half text, destroyed bigint or NULL
    table destroyed_pair rp: chain text, key text, position bigint
    table entry rp: position bigint, chain text, seq bigint, at timestamp with time zone, type text, tags text[], key text or NULL, leaf bytea, entry bytea
    table idempotency rp: mark bytea, body bytea, position bigint
    table key rp: key text, half text, created bigint, destroyed bigint or NULL
    table log rp: singleton boolean, origin text, size bigint, at timestamp with time zone or NULL, clock_boot text or NULL, clock_elapsed bigint or NULL
    table payload pp: part text, position bigint, sealed bytea
    table schema_migration rp: number integer, name text, digest text, applied_at timestamp with time zone
    table tag rp: tag bigint, position bigint, before bigint[] or NULL
"""  # noqa: E501 - each as the catalogue tells it: r and p are an ordinary and a partitioned table, p is not unlogged
_GUARDS = """
    CREATE UNIQUE INDEX chain_pkey ON chain USING btree (chain), primary key
    CREATE UNIQUE INDEX destroyed_pair_pkey ON destroyed_pair USING btree (chain, key), primary key
    CREATE UNIQUE INDEX entry_chain_seq ON entry USING btree (hashtextextended(chain, (0)::bigint), seq)
    CREATE INDEX entry_log_type ON entry USING btree (type, "position") WHERE (chain = 'log'::text)
    CREATE UNIQUE INDEX entry_pkey ON entry USING btree ("position"), primary key
    CREATE UNIQUE INDEX idempotency_pkey ON idempotency USING btree (mark), primary key
    CREATE UNIQUE INDEX key_pkey ON key USING btree (key), primary key
    CREATE UNIQUE INDEX log_pkey ON log USING btree (singleton), primary key
    CREATE UNIQUE INDEX payload_position ON ONLY payload USING btree ("position", part)
    CREATE UNIQUE INDEX schema_migration_pkey ON schema_migration USING btree (number), primary key
    CREATE INDEX tag_position ON tag USING btree (tag, "position")
    log CHECK (singleton)
    log CHECK ((size >= 0))
    CREATE TRIGGER entry_never_changes BEFORE DELETE OR UPDATE ON entry FOR EACH ROW EXECUTE FUNCTION refuse_change()
    CREATE TRIGGER entry_never_truncated BEFORE TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""
_FUNCTIONS = {
    "refuse_change()": "",
    "go_on_if(as_expected boolean)": "",
    "add_partition(day_key text)": " as its owner",
    "erase(because bigint)": " as its owner",
}
_MAY = frozenset(
    [f"grant INSERT on {name}" for name in ["chain", "destroyed_pair", "entry", "idempotency", "key", "payload", "tag"]]
    + [f"grant UPDATE on log.{name}" for name in ["size", "at", "clock_boot", "clock_elapsed"]]
    + [f"grant UPDATE on chain.{name}" for name in ["seq", "leaf", "destroyed"]]
    + ["grant UPDATE on key.destroyed"]
    + [f"grant EXECUTE on {name}" for name in ["go_on_if", "add_partition", "erase"]]
)
"""What others than the owner may do besides reading: the application's role, that is."""

_FOUND = """
WITH named AS (
    SELECT c.*, quote_ident(n.nspname) || '.' AS prefix FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %(schema)s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
), own AS (
    SELECT * FROM named WHERE NOT relispartition
), granted AS (
    SELECT a.*, relowner AS owner, relname AS name FROM named, aclexplode(relacl) a
    UNION ALL
    SELECT a.*, relowner, relname || '.' || t.attname FROM named JOIN pg_attribute t ON t.attrelid = named.oid,
        aclexplode(t.attacl) a
    UNION ALL
    SELECT a.*, p.proowner, p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace,
        aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE n.nspname = %(schema)s
    UNION ALL
    SELECT a.*, n.nspowner, 'the schema' FROM pg_namespace n, aclexplode(n.nspacl) a
        WHERE n.nspname = %(schema)s AND a.privilege_type <> 'USAGE'
            AND a.grantee <> ALL (SELECT relowner FROM named)
)
SELECT 'table ' || relname || ' ' || relkind::text || relpersistence::text
    || CASE WHEN relrowsecurity THEN ' with row security' ELSE '' END || ': '
    || (SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod)
            || CASE WHEN attnotnull THEN '' ELSE ' or NULL' END, ', ' ORDER BY attnum)
        FROM pg_attribute WHERE attrelid = own.oid AND attnum > 0 AND NOT attisdropped) FROM own
UNION ALL
SELECT replace(pg_get_indexdef(i.indexrelid), prefix, '') || CASE WHEN i.indisprimary THEN ', primary key' ELSE '' END
    || CASE WHEN i.indisvalid AND i.indisready AND i.indimmediate THEN '' ELSE ', not enforced' END
    FROM own JOIN pg_index i ON i.indrelid = own.oid
UNION ALL
SELECT relname || ' ' || pg_get_constraintdef(k.oid) FROM own JOIN pg_constraint k ON k.conrelid = own.oid
    WHERE k.contype NOT IN ('n', 'p')
UNION ALL
SELECT replace(pg_get_triggerdef(t.oid), prefix, '') || CASE t.tgenabled WHEN 'O' THEN '' ELSE ', disabled' END
    FROM named JOIN pg_trigger t ON t.tgrelid = named.oid WHERE NOT t.tgisinternal
UNION ALL
SELECT 'rule ' || r.rulename || ' on ' || relname FROM named JOIN pg_rewrite r ON r.ev_class = named.oid
UNION ALL
SELECT 'rows of ' || i.inhrelid::regclass || ' in ' || relname FROM own JOIN pg_inherits i ON i.inhparent = own.oid
    WHERE relkind <> 'p'
UNION ALL
SELECT 'function ' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')'
    || CASE WHEN NOT p.prosecdef THEN ''
        WHEN p.proconfig = ARRAY['search_path=' || quote_ident(n.nspname) || ', pg_temp'] THEN ' as its owner'
        ELSE ' as its owner, finding other tables' END
    || ' ' || encode(sha256(convert_to(p.prosrc, 'UTF8')), 'hex')
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = %(schema)s
UNION ALL
SELECT DISTINCT 'grant ' || privilege_type || ' on ' || name || CASE WHEN grantee = 0 THEN ' to everybody' ELSE '' END
    || CASE WHEN is_grantable THEN ', to be passed on' ELSE '' END
    FROM granted WHERE grantee <> owner AND privilege_type <> 'SELECT'
UNION ALL
SELECT relname || ' has another owner' FROM named WHERE relowner <> (
    SELECT relowner FROM named WHERE relname = 'log')
"""
_MIGRATED = "SELECT number, left(name, 100), left(digest, 100) FROM {s}.schema_migration LIMIT %s"
_IN_PART = "SELECT position FROM {s}.payload WHERE tableoid = %s ORDER BY position LIMIT %s"
_PARTS = """
SELECT c.relname, c.oid,
    CASE WHEN n.nspname = %(schema)s AND c.relkind = 'r' AND c.relpersistence = 'p' AND NOT c.relrowsecurity
        THEN left(pg_get_expr(c.relpartbound, c.oid), 300) END
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE i.inhparent = to_regclass(quote_ident(%(schema)s) || '.payload') ORDER BY 1"""
_COLUMNS = """
SELECT c.relname, CASE WHEN has_column_privilege(c.oid, a.attnum, 'SELECT')
    THEN a.attname || ' ' || format_type(a.atttypid, a.atttypmod) END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE n.nspname = %(schema)s AND c.relname = ANY(%(tables)s) AND c.relkind IN ('r', 'p', 'v')
    AND a.attnum > 0 AND NOT a.attisdropped"""
_NEEDED = {
    table: {column.removesuffix(" or NULL") for column in columns.split(", ")}
    for table, columns in re.findall(r"table (\w+) \w+: (.*)", _TABLES)
}
"""What the check reads: the tables, and each column with its type."""
_ONE_PART = re.compile(r"FOR VALUES IN \('([a-z0-9_:-]+)'\)").fullmatch
_BODY = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION \{schema\}\.(\w+)\(.*?AS \$\$(.*?)\$\$;", re.DOTALL)


def missing_tables(connection: Connection[Any], schema: str) -> frozenset[str]:
    """Give the tables that are not there, lack a column or may not be read; raise LogMissingError for no table."""
    found: dict[str, set[str | None]] = {}
    for table, column in connection.execute(_COLUMNS, {"schema": schema, "tables": list(_NEEDED)}):
        found.setdefault(table, set()).add(column)
    if not found:
        raise LogMissingError("There is no log in this database and schema: make one with 'shoseki init'.")
    return frozenset(table for table, columns in _NEEDED.items() if not columns <= found.get(table, set()))


def check_guards(source: Source, missing: frozenset[str], join: Join) -> None:
    """Name what of the schema is another than the migrations make; with a schema of a newer program, say only that."""
    add = join.findings.add
    for table in sorted(missing):
        add(
            Code.SCHEMA,
            None,
            None,
            f"the table {table} is not there, lacks a column or may not be read: nothing of it was checked",
        )
    rows = [] if "schema_migration" in missing else source.few("schema_migration", _MIGRATED, (KEPT,))
    known = {each.number: each.digest for each in migrations()}
    if any(number not in known for number, _, _ in rows):
        join.unchecked.add("The guards of the schema were not checked: a newer version of this program made them.")
        return
    for number, name, digest in rows:
        if known[number] != digest:
            add(Code.SCHEMA, None, None, f"the migration {name} that was applied is not this program's")
    for number in sorted(known.keys() - {number for number, _, _ in rows}):
        add(Code.SCHEMA, None, None, f"the migration {number} is not written down as applied")
    right = {line.strip() for text in (_TABLES, _GUARDS) for line in text.strip().splitlines()} | _functions()
    found = {str(line) for (line,) in source.catalogue(_FOUND)}
    for line in sorted(right - found):
        add(Code.SCHEMA, None, None, f"missing: {line:.200}")
    for line in sorted(found - right - _MAY):
        add(Code.SCHEMA, None, None, f"added: {line:.200}")


def check_partitions(source: Source, join: Join) -> list[str]:
    """Give the parts that the payloads rightly have a partition for; name every other partition and what is in it."""
    parts = []
    for name, oid, bound in source.catalogue(_PARTS):
        match = _ONE_PART(bound or "")
        part = match[1] if match else ""
        if part_of(part) == part and name == _partition(part):
            parts.append(part)
            continue
        join.findings.add(Code.SCHEMA, None, None, f"no append made the partition {name}")
        # Through the table of all payloads: the application may not read a partition by itself.
        for (position,) in source.few("payload", _IN_PART, (oid, KEPT)):
            join.findings.add(Code.PAYLOAD_FOREIGN, position, None, f"in the partition {name}")
    return parts


def _partition(part: str) -> str:
    return f"payload_{sha256(part.encode()).hexdigest()[:32]}" if is_day_key(part) else f"payload_{part}"


def _functions() -> set[str]:
    """Give the functions as the last migration that spells each makes it."""
    bodies = {name: text for step in migrations() for name, text in _BODY.findall(step.text)}
    return {
        f"function {signature}{how} {_digest(bodies[signature.partition('(')[0]])}"
        for signature, how in _FUNCTIONS.items()
    }


def _digest(body: str) -> str:
    return sha256(body.replace("{{", "{").replace("}}", "}").encode()).hexdigest()
