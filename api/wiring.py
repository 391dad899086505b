"""The composition root: the only place that knows which database, key store and clock a ledger has.

DIR/shoseki.json         which log this is
DIR/postgres/            the embedded PostgreSQL, where no URL is configured
DIR/keys/                keyring, halves, custody, signing keys: not in the database's backup
DIR/checkpoints/         what was signed: in no backup, never restored
DIR/blobs/               sealed recordings and kept sources
DIR/open-subjects.json   what runs of the clock left open: made anew where it is lost
DIR/policy.json          what verifiers pin
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial

from api.settings import Identity, NotInitialisedError, Settings
from ledger.application.door import Ledger
from ledger.application.open_subjects import OpenSubjects
from ledger.application.stored import Stored
from ledger.keys.directory import KeyDirectory, create_key_directory, may_have_signed, open_key_directory
from ledger.keys.ports import Draw
from ledger.log.entry import check_origin
from ledger.store.blobs import BlobStore
from ledger.store.checkpoint_state import SqliteCheckpointState
from ledger.store.checkpoints import Checkpointer, check_size
from ledger.store.clock import Clock, SystemClock
from ledger.store.database import role_of
from ledger.store.embedded import APPLICATION_ROLE, EmbeddedPostgres, Urls
from ledger.store.errors import DatabaseUnreachableError
from ledger.store.recorder import Recorder, create_log, stored_size


def create(settings: Settings, origin: str, *, clock: Clock | None = None, draw: Draw = secrets.token_bytes) -> None:
    """Make a new log in the data directory; repeat what an interrupted attempt left, do nothing to a finished one.

    The state of signed checkpoints is made first, before there is a key to sign with or an entry: so where either is
    there and the state is not, the state was lost, and no empty one takes its place.

    Another clock or randomness than the system's is for logs that are thrown away: demonstrations and tests.
    Raises AlreadyInitialisedError, CheckpointStateLostError, LogRestoredError where the database holds less than was
    signed, LedgerError, StoreError, KeysError, PostgresUnavailable.
    """
    check_origin(origin)
    time = clock or SystemClock()
    try:
        identity = Identity.read(settings.directory)
    except NotInitialisedError:
        identity = Identity(origin, f"shoseki_{secrets.token_hex(6)}" if settings.database_url else "shoseki")
    Identity(origin, identity.schema).write(settings.directory)
    with _database(settings) as urls:
        size = stored_size(urls.owner, identity.schema)
        begun = size > 0 or may_have_signed(settings.keys)
        check_size(SqliteCheckpointState.create(settings.checkpoints, origin, begun=begun), size)
        keys = create_key_directory(settings.keys, origin, time.now, settings.keyring, draw)
        role = APPLICATION_ROLE if settings.database_url is None else role_of(urls.application)
        vkeys = [interval.vkey for interval in keys.signers.intervals()]
        create_log(urls.owner, identity.schema, origin, keys.halves, vkeys=vkeys, application_role=role, clock=time)
        with _ledger(settings, identity, keys, urls, time, draw) as ledger:
            ledger.checkpoint()  # the first entries are under a signature before anybody learns of the log


@contextmanager
def opened(settings: Settings, *, clock: Clock | None = None, draw: Draw = secrets.token_bytes) -> Iterator[Ledger]:
    """Give the ledger of the data directory, and close it in the end; ``clock`` and ``draw`` as for :func:`create`.

    Raises NotInitialisedError, StoreError, KeysError, PostgresUnavailable.
    """
    identity = Identity.read(settings.directory)
    time = clock or SystemClock()
    keys = open_key_directory(settings.keys, identity.origin, time.now, settings.keyring, draw)
    with _database(settings) as urls, _ledger(settings, identity, keys, urls, time, draw) as ledger:
        yield ledger


@contextmanager
def opened_to_check(settings: Settings) -> Iterator[tuple[Stored, Callable[[], AbstractContextManager[Ledger]]]]:
    """Tell where what the full check reads is, without a look at it; and give what opens the ledger, if it can be.

    Raises NotInitialisedError, KeysError, StoreError, PostgresUnavailable.
    """
    identity, time = Identity.read(settings.directory), SystemClock()
    keys = open_key_directory(settings.keys, identity.origin, time.now, settings.keyring)
    state = SqliteCheckpointState(settings.checkpoints, identity.origin)
    with _database(settings) as urls:
        stored = Stored(urls.application, identity.schema, identity.origin, keys, state, settings.blobs, time)
        yield stored, partial(_ledger, settings, identity, keys, urls, time, secrets.token_bytes)


def opened_keys(settings: Settings) -> KeyDirectory:
    """Give the keys of the data directory's log, for what needs no database.

    Raises NotInitialisedError, KeysError.
    """
    origin = Identity.read(settings.directory).origin
    return open_key_directory(settings.keys, origin, SystemClock().now, settings.keyring)


@contextmanager
def _ledger(
    settings: Settings, identity: Identity, keys: KeyDirectory, urls: Urls, clock: Clock, draw: Draw
) -> Iterator[Ledger]:
    with ExitStack() as stack:
        recorder = stack.enter_context(
            Recorder(urls.application, identity.schema, identity.origin, keys.halves, clock=clock)
        )
        state = SqliteCheckpointState(settings.checkpoints, identity.origin)
        checkpointer = Checkpointer(recorder, keys.signers, state)
        stack.callback(checkpointer.close)
        blobs, subjects = BlobStore(settings.blobs, draw), OpenSubjects(recorder, settings.open_subjects)
        yield Ledger(recorder, keys, blobs, checkpointer, state, urls.owner, subjects, draw)


@contextmanager
def _database(settings: Settings) -> Iterator[Urls]:
    if settings.database_url is None:
        postgres = EmbeddedPostgres(settings.directory)
        with postgres as urls:
            try:
                yield urls
            except DatabaseUnreachableError as error:
                ended = postgres.ended()
                if ended is None:
                    raise
                raise ended from error
    else:
        role_of(settings.database_url)  # a server that is not there is named at once, not after the pool's patience
        yield Urls(owner=settings.owner_database_url or settings.database_url, application=settings.database_url)
