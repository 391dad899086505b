-- One log is one schema. Run by the owner role; the application role may append and read, nothing else.
-- {schema}, {application} are identifiers. Text that names things compares by bytes (collation "C"): tags and chains
-- are ASCII, and an index must not depend on the locale of a server.

-- The one row that every append locks: who holds it numbers, links and commits.
CREATE TABLE {schema}.log (
    singleton     boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    origin        text COLLATE "C" NOT NULL,
    size          bigint NOT NULL CHECK (size >= 0),
    at            timestamptz,            -- of the newest entry
    clock_boot    text,                   -- the boot of the machine that appended last …
    clock_elapsed bigint                  -- … and its nanoseconds since that boot: measures the time since `at`
) WITH (fillfactor = 10);

-- The head of every chain.
CREATE TABLE {schema}.chain (
    chain text COLLATE "C" PRIMARY KEY,
    seq   bigint NOT NULL,
    leaf  bytea NOT NULL,
    half  text COLLATE "C" NOT NULL,      -- the announced check of the chain half: a half made anew is noticed
    destroyed bigint                      -- position of the key.destroyed entry of the whole chain
) WITH (fillfactor = 50);

-- What the entries key.created and key.destroyed say of each epoch half.
CREATE TABLE {schema}.key (
    key       text COLLATE "C" PRIMARY KEY,
    half      text COLLATE "C" NOT NULL,  -- the announced check of the epoch half
    created   bigint NOT NULL,
    destroyed bigint
);

-- (chain, key) pairs destroyed by themselves.
CREATE TABLE {schema}.destroyed_pair (
    chain    text COLLATE "C" NOT NULL,
    key      text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (chain, key)
);

-- `entry` holds the bytes that are hashed; the other columns are copies to search by, which the full check compares.
CREATE TABLE {schema}.entry (
    position bigint PRIMARY KEY,
    chain    text COLLATE "C" NOT NULL,
    seq      bigint NOT NULL,
    at       timestamptz NOT NULL,
    type     text COLLATE "C" NOT NULL,
    tags     text[] COLLATE "C" NOT NULL,
    key      text COLLATE "C",
    leaf     bytea NOT NULL,
    entry    bytea NOT NULL
);
ALTER TABLE {schema}.entry ALTER entry SET STORAGE EXTERNAL;  -- hashes and keys do not compress
-- By a number made of the chain's name: a third of the size, and cheap to compare. Whoever looks a chain up asks for both.
CREATE UNIQUE INDEX entry_chain_seq ON {schema}.entry (hashtextextended(chain, 0), seq);
-- Keys, heads and holds are looked up by type, and only in the chain of the whole log.
CREATE INDEX entry_log_type ON {schema}.entry (type, position) WHERE chain = 'log';

-- An entry as the writer sends it: the fields that many share come first, all tags are one text with line feeds between.
CREATE TYPE {schema}.sent_entry AS (
    chain text, type text, key text, tags text, position bigint, seq bigint, leaf bytea, entry bytea
);

-- Where each tag stands: the first eight bytes of its SHA-256 as a number, so that the index stays small; a reader
-- compares `entry.tags` with what it looked for. What is sent at once has one row a tag: its last place, and those
-- before it in rising order, all within 256 positions, NULL where it has one place. Rows of a tag never overlap.
CREATE TABLE {schema}.tag (
    tag      bigint NOT NULL,
    position bigint NOT NULL,
    before   bigint[]
);
ALTER TABLE {schema}.tag ALTER before SET STORAGE PLAIN;  -- two kilobytes at most
CREATE INDEX tag_position ON {schema}.tag (tag, position);

-- Sealed payloads, apart from the entries, so that they can go while the entries stay. `part` is the key for keys of
-- a day and 'subjects' for all others: what a destroyed day leaves is a dropped partition, not a million dead rows.
CREATE TABLE {schema}.payload (
    part     text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    sealed   bytea NOT NULL
) PARTITION BY LIST (part);
ALTER TABLE {schema}.payload ALTER sealed SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX payload_position ON {schema}.payload (position, part);
CREATE TABLE {schema}.payload_subjects PARTITION OF {schema}.payload FOR VALUES IN ('subjects');

-- The caller's idempotency keys and what was appended under them, both as HMAC under the chain half ("marks").
CREATE TABLE {schema}.idempotency (
    mark     bytea PRIMARY KEY,
    body     bytea NOT NULL,
    position bigint NOT NULL
);

CREATE FUNCTION {schema}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entries of the log are never updated, deleted or truncated' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER entry_never_changes BEFORE UPDATE OR DELETE ON {schema}.entry
    FOR EACH ROW EXECUTE FUNCTION {schema}.refuse_change();
CREATE TRIGGER entry_never_truncated BEFORE TRUNCATE ON {schema}.entry
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();

-- Ends a transaction that was begun on a guess which turned out wrong. Its writer does it again.
CREATE FUNCTION {schema}.go_on_if(as_expected boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF as_expected IS NOT TRUE THEN
        RAISE EXCEPTION 'somebody else appended meanwhile: the writer does it again' USING ERRCODE = 'serialization_failure';
    END IF;
END $$;

-- A day's partition. CREATE and ATTACH, because CREATE … PARTITION OF would wait for every reader of payloads.
CREATE FUNCTION {schema}.add_partition(day_key text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
    name text := 'payload_' || substr(encode(sha256(convert_to(day_key, 'UTF8')), 'hex'), 1, 32);
BEGIN
    IF day_key !~ '^[a-z0-9_]+:[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}$' THEN
        RAISE EXCEPTION '% is not the key of a day', day_key USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF EXISTS (SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
               WHERE i.inhparent = 'payload'::regclass AND c.relname = name) THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE payload INCLUDING ALL)', name);
    EXECUTE format('ALTER TABLE payload ATTACH PARTITION %I FOR VALUES IN (%L)', name, day_key);
END $$;

-- Deletes sealed bytes, and only what a recorded entry says is to be deleted: the position names that entry. It obeys an
-- entry that stands within the log, hashes to its leaf, says its own place, and whose effect was written down with it.
--
-- What remains: the application's role appends, so it may write all of that itself. Whoever holds its password can
-- append junk, move the size, forge an order, and so have sealed bytes deleted or the log stopped; the full check names
-- it. They cannot change or delete an entry, nor make one verify that no checkpoint signed.
CREATE FUNCTION {schema}.erase(because bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
    stored    bytea;
    doc       jsonb;
    said      jsonb;
    said_type text;
    part_name text;
    gone      bigint := 0;
BEGIN
    -- Of two that erase the same day one would find the partition and drop what the other has dropped.
    PERFORM pg_advisory_xact_lock('payload'::regclass::oid::bigint);
    SELECT e.entry INTO stored FROM entry e, log
        WHERE e.position = because AND because < log.size AND e.chain = 'log'
          AND e.leaf = sha256('\x00'::bytea || e.entry)
          AND e.type IN ('key.destroyed.v1', 'payload.removed.v1');
    IF stored IS NOT NULL THEN
        doc := convert_from(stored, 'UTF8')::jsonb;
        said := doc -> 'public';
        said_type := doc ->> 'type';
    END IF;
    IF stored IS NULL OR (doc -> 'position') IS DISTINCT FROM to_jsonb(because)
        OR (doc ->> 'chain') IS DISTINCT FROM 'log'
        OR (doc ->> 'origin') IS DISTINCT FROM (SELECT origin FROM log)
        OR NOT (CASE
            WHEN said_type = 'payload.removed.v1' THEN true
            WHEN said_type IS DISTINCT FROM 'key.destroyed.v1' THEN false
            WHEN said ->> 'chain' IS NULL THEN
                EXISTS (SELECT FROM key k WHERE k.key = said ->> 'key' AND k.destroyed = because)
            WHEN said ->> 'key' IS NULL THEN
                EXISTS (SELECT FROM chain c WHERE c.chain = said ->> 'chain' AND c.destroyed = because)
            ELSE
                EXISTS (SELECT FROM destroyed_pair d WHERE d.chain = said ->> 'chain' AND d.key = said ->> 'key'
                                                       AND d.position = because)
        END)
    THEN
        RAISE EXCEPTION 'position % holds no entry that orders a deletion', because
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF said_type = 'payload.removed.v1' THEN
        DELETE FROM payload WHERE position = (said ->> 'position')::bigint;
        GET DIAGNOSTICS gone = ROW_COUNT;
    ELSIF said ->> 'chain' IS NOT NULL THEN
        DELETE FROM payload p USING entry e
            WHERE e.position = p.position AND e.position < because AND e.chain = said ->> 'chain'
              AND hashtextextended(e.chain, 0) = hashtextextended(said ->> 'chain', 0)
              AND (said ->> 'key' IS NULL OR e.key = said ->> 'key');
        GET DIAGNOSTICS gone = ROW_COUNT;
    ELSE
        SELECT c.relname INTO part_name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'payload'::regclass
              AND c.relname = 'payload_' || substr(encode(sha256(convert_to(said ->> 'key', 'UTF8')), 'hex'), 1, 32);
        IF part_name IS NULL THEN
            DELETE FROM payload p USING entry e WHERE e.position = p.position AND e.key = said ->> 'key';
            GET DIAGNOSTICS gone = ROW_COUNT;
        ELSE
            EXECUTE format('SELECT count(*) FROM %I', part_name) INTO gone;
            EXECUTE format('DROP TABLE %I', part_name);
        END IF;
    END IF;
    RETURN gone;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {schema} FROM PUBLIC;
GRANT USAGE ON SCHEMA {schema} TO {application};
GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {application};
GRANT INSERT ON {schema}.entry, {schema}.tag, {schema}.payload, {schema}.idempotency,
    {schema}.chain, {schema}.key, {schema}.destroyed_pair TO {application};
GRANT UPDATE (size, at, clock_boot, clock_elapsed) ON {schema}.log TO {application};
GRANT UPDATE (seq, leaf, destroyed) ON {schema}.chain TO {application};
GRANT UPDATE (destroyed) ON {schema}.key TO {application};
GRANT EXECUTE ON FUNCTION {schema}.go_on_if(boolean), {schema}.add_partition(text), {schema}.erase(bigint)
    TO {application};
