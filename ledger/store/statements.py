"""The SQL of every append, made once for a schema. Values are numbered, and every one says its type."""

from psycopg import sql

from ledger.store.wire import Statement

_TEXTS = {
    "begin": "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
    # With the types that rows are sent as: each database numbers them anew.
    "lock": (
        "SELECT size, clock_boot, clock_elapsed, pg_typeof(NULL::{schema}.sent_entry)::oid::bigint,"
        " pg_typeof(NULL::{schema}.tag)::oid::bigint, pg_typeof(NULL::{schema}.payload)::oid::bigint"
        " FROM {schema}.log FOR UPDATE"
    ),
    # Locks as well; fails, and with it all that is sent behind it, unless there is one log of this size that ends with
    # this leaf. The size alone is no proof: where the COMMIT before this failed, others may have brought it there.
    "expect": (
        "SELECT {schema}.go_on_if(count(*) = 1 AND min(size) = $1::bigint"
        " AND EXISTS (SELECT FROM {schema}.entry WHERE position = $1::bigint - 1 AND leaf = $2::bytea))"
        " FROM (SELECT size FROM {schema}.log FOR UPDATE) AS locked"
    ),
    # The time as microseconds from 2000-01-01, as PostgreSQL counts it inside.
    "newest": (
        "SELECT (extract(epoch FROM at) * 1000000)::bigint - 946684800000000 FROM {schema}.entry"
        " WHERE position = $1::bigint"
    ),
    "marks": "SELECT mark, body, position FROM {schema}.idempotency WHERE mark = ANY($1::bytea[])",
    # Each with whether its head is an entry: what is appended to another one could never be verified.
    "chains": (
        "SELECT chain, seq, leaf, half, destroyed, EXISTS (SELECT FROM {schema}.entry e"
        " WHERE hashtextextended(e.chain, 0) = hashtextextended(c.chain, 0) AND e.seq = c.seq AND e.chain = c.chain"
        " AND e.leaf = c.leaf AND e.position < $2::bigint)"
        " FROM {schema}.chain c WHERE chain = ANY($1::text[])"
    ),
    "keys": "SELECT key, half, destroyed FROM {schema}.key WHERE key = ANY($1::text[])",
    "pairs": "SELECT chain, key FROM {schema}.destroyed_pair WHERE key = ANY($1::text[])",
    "new_key": "INSERT INTO {schema}.key (key, half, created) VALUES ($1::text, $2::text, $3::bigint)",
    "new_part": "SELECT {schema}.add_partition($1::text)",
    "end_key": "UPDATE {schema}.key SET destroyed = $1::bigint WHERE key = $2::text",
    "end_chain": "UPDATE {schema}.chain SET destroyed = $1::bigint WHERE chain = $2::text",
    "end_pair": (
        "INSERT INTO {schema}.destroyed_pair (chain, key, position) VALUES ($1::text, $2::text, $3::bigint)"
        " ON CONFLICT DO NOTHING"
    ),
    # No tag holds a line feed (record format, section 2): all tags of an entry are one text on their way.
    "entries": (
        "INSERT INTO {schema}.entry (position, chain, seq, at, type, tags, key, leaf, entry)"
        " SELECT position, chain, seq, $2::timestamptz, type, string_to_array(tags, E'\\n'), key, leaf, entry"
        " FROM unnest($1::{schema}.sent_entry[])"
    ),
    # As ``tag_rows`` gives them.
    "tags": "INSERT INTO {schema}.tag (tag, position, before) SELECT * FROM unnest($1::{schema}.tag[])",
    "payloads": "INSERT INTO {schema}.payload (part, position, sealed) SELECT * FROM unnest($1::{schema}.payload[])",
    "new_marks": (
        "INSERT INTO {schema}.idempotency (mark, body, position)"
        " SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bigint[])"
    ),
    "advance": (
        "WITH moved AS (INSERT INTO {schema}.chain (chain, seq, leaf, half)"
        " SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::text[])"
        " ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, leaf = excluded.leaf)"
        " UPDATE {schema}.log SET size = $5, at = $6::timestamptz, clock_boot = $7::text, clock_elapsed = $8"
    ),
    "notify": "NOTIFY {channel}",
    "commit": "COMMIT",
    "rollback": "ROLLBACK",
}


def channel_of(schema: str) -> str:
    """Give the notification channel of a log."""
    return f"shoseki {schema}"


class Statements:
    """The SQL of the sequencer, made once for a schema."""

    def __init__(self, schema: str) -> None:
        """Put the schema in."""
        self._made = {
            name: Statement(
                name.encode(),
                sql.SQL(text)
                .format(schema=sql.Identifier(schema), channel=sql.Identifier(channel_of(schema)))
                .as_bytes(),
            )
            for name, text in _TEXTS.items()
        }

    def __getattr__(self, name: str) -> Statement:
        """Give a statement by its name."""
        return self._made[name]
