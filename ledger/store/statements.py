"""The SQL of every append, made once for a schema."""

from psycopg import sql


def channel_of(schema: str) -> str:
    """Give the notification channel of a log."""
    return f"shoseki {schema}"


class Statements:
    """The SQL of the sequencer, made once for a schema."""

    def __init__(self, schema: str) -> None:
        def made(text: str) -> sql.Composed:
            return sql.SQL(text).format(schema=sql.Identifier(schema), channel=sql.Identifier(channel_of(schema)))

        # The time as microseconds from 2000-01-01, as PostgreSQL counts it inside.
        self.begin = made(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;"
            " SELECT size, (extract(epoch FROM at) * 1000000)::bigint - 946684800000000, clock_boot, clock_elapsed"
            " FROM {schema}.log FOR UPDATE"
        ).as_bytes()
        self.marks = made("SELECT mark, body, position FROM {schema}.idempotency WHERE mark = ANY(%s)")
        self.chains = made("SELECT chain, seq, leaf, half, destroyed FROM {schema}.chain WHERE chain = ANY(%s)")
        self.keys = made("SELECT key, half, destroyed FROM {schema}.key WHERE key = ANY(%s)")
        self.pairs = made("SELECT chain, key FROM {schema}.destroyed_pair WHERE key = ANY(%s)")
        self.new_key = made("INSERT INTO {schema}.key (key, half, created) VALUES (%s, %s, %s)")
        self.new_part = made("SELECT {schema}.add_partition(%s)")
        self.end_key = made("UPDATE {schema}.key SET destroyed = %s WHERE key = %s")
        self.end_chain = made("UPDATE {schema}.chain SET destroyed = %s WHERE chain = %s")
        self.end_pair = made(
            "INSERT INTO {schema}.destroyed_pair (chain, key, position) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
        )
        self.copy_entry = made(
            "COPY {schema}.entry (position, seq, at, leaf, entry, chain, type, key, tags) FROM STDIN (FORMAT binary)"
        ).as_bytes()
        self.copy_tag = made("COPY {schema}.tag (tag, position) FROM STDIN (FORMAT binary)").as_bytes()
        self.copy_payload = made("COPY {schema}.payload (position, part, sealed) FROM STDIN (FORMAT binary)").as_bytes()
        self.copy_mark = made("COPY {schema}.idempotency (mark, body, position) FROM STDIN (FORMAT binary)").as_bytes()
        self.advance = made(
            "WITH moved AS (INSERT INTO {schema}.chain (chain, seq, leaf, half)"
            " SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::text[])"
            " ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, leaf = excluded.leaf)"
            " UPDATE {schema}.log SET size = $5, at = $6::timestamptz, clock_boot = $7::text, clock_elapsed = $8"
        ).as_bytes()
        self.commit = made("NOTIFY {channel}; COMMIT").as_bytes()
