"""``class Ledger``: the one door to a log, for people's commands and for whatever serves them.

Guarantees: what a method returned is durable; everything it refuses is one sentence. Leaves to others: who may do what
(the caller), where things are (the composition root).

What decides, and the importers, are loaded where they are first needed: that takes most of a command's start, and who
only looks needs neither.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.application.errors import CustomerUnknownError, CustomerUnnamedError, PositionUnknownError
from ledger.application.exporting import Exported, Exporter
from ledger.application.payload import Statement, data_of
from ledger.application.pinning import pinned_policy
from ledger.application.rotating import rotate
from ledger.keys.directory import KeyDirectory
from ledger.keys.errors import HalfDestroyedError, HalfUnknownError
from ledger.keys.ports import Draw
from ledger.keys.signer import Rotation
from ledger.log.entry import LOG_CHAIN
from ledger.log.members import format_at
from ledger.log.policy import Policy
from ledger.log.receipt import Receipt
from ledger.store.blobs import BlobStore
from ledger.store.checkpoint_state import CheckpointState, SignedCheckpoint
from ledger.store.checkpoints import Checkpointer
from ledger.store.reader import PAGE
from ledger.store.record import Record, Recorded
from ledger.store.recorder import Recorder

if TYPE_CHECKING:
    from ledger.application.accessing import Accessing
    from ledger.application.batch import Batch, Progress
    from ledger.application.credentials import Credentials
    from ledger.application.custody_words import CustodyWords
    from ledger.application.deciding import CarriedOut, Decider
    from ledger.application.importing import Import
    from ledger.application.open_subjects import OpenSubjects
    from ledger.application.providing import Providing
    from ledger.domain.settings_in_force import ChangeSetting
    from ledger.ingest.registry import Options

CUSTOMER_REGISTERED = "customer.registered.v1"


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer's chain; the name is None where its payload cannot be opened any more."""

    id: str
    name: str | None
    entries: int


@dataclass(frozen=True, slots=True)
class RegisterCustomer:
    """What is said of a new customer, as the texts of a command are looked at."""

    name: str


class Ledger:
    """One log with its keys, recordings and checkpoints."""

    def __init__(
        self,
        recorder: Recorder,
        keys: KeyDirectory,
        blobs: BlobStore,
        checkpointer: Checkpointer,
        state: CheckpointState,
        owner_url: str,
        subjects: "OpenSubjects",
        draw: Draw = secrets.token_bytes,
    ) -> None:
        """Take the parts from the composition root, which closes them; ``draw`` gives the randomness of ids."""
        self.recorder = recorder
        self.reader = recorder.reader
        self.keys = keys
        self.blobs = blobs
        self.checkpointer = checkpointer
        self.state = state
        self.owner_url = owner_url
        self.subjects = subjects
        self._draw = draw
        self._exporter = Exporter(recorder, blobs, checkpointer, state)

    @property
    def origin(self) -> str:
        """Tell which log this is."""
        return self.recorder.origin

    # -- what decides ------------------------------------------------------------------------------------------------

    @cached_property
    def decider(self) -> "Decider":
        """Give what carries out commands."""
        from ledger.application.deciding import Decider

        return Decider(self.recorder, draw=self._draw, words=self._words)

    @cached_property
    def credentials(self) -> "Credentials":
        """Give the custody of customers' secrets."""
        from ledger.application.credentials import Credentials

        return Credentials(self.recorder, self.decider, self.keys.custody, self.subjects, self._words)

    @cached_property
    def accessing(self) -> "Accessing":
        """Give what lets people see evidence, on record."""
        from ledger.application.accessing import Accessing

        return Accessing(self.decider)

    @cached_property
    def providing(self) -> "Providing":
        """Give what seals packages for requests."""
        from ledger.application.providing import Providing

        return Providing(self.decider, self.recorder.clock)

    @cached_property
    def _words(self) -> "CustodyWords":
        from ledger.application.custody_words import CustodyWords

        return CustodyWords(self.reader, self.keys.custody)

    # -- customers and what is recorded of them ------------------------------------------------------------------------

    def register_customer(self, name: str, *, actor: Mapping[str, str]) -> str:
        """Open a chain for a customer; give its id, which is random and says nothing.

        Raises CustomerUnnamedError for an empty name, Refusal for one that says a customer's secret in custody (R-09).
        """
        if not name.strip():
            raise CustomerUnnamedError
        self.decider.refuse_words(RegisterCustomer(name), actor, self.recorder.clock.now())
        chain = self.decider.new_id("cus")
        self.recorder.create_chain(chain)
        self.record(
            chain,
            CUSTOMER_REGISTERED,
            {"name": name},
            actor=actor,
            key_class="agreement",
            subject=self._draw(16).hex(),
        )
        return chain

    def customers(self) -> list[Customer]:
        """Give all customers."""
        found = []
        for chain, entries in self.reader.chains():
            if chain != LOG_CHAIN:
                page = self.reader.chain_page(chain, 2, 2, 1)
                name = data_of(page[0][1].data).get("name") if page and page[0][1].type == CUSTOMER_REGISTERED else None
                found.append(Customer(chain, name, entries))
        return found

    def check_customer(self, customer: str) -> None:
        """Raise CustomerUnknownError unless there is such a customer."""
        if customer == LOG_CHAIN or self.reader.head_at(customer, self.reader.size()) is None:
            raise CustomerUnknownError(customer)

    def record(
        self,
        chain: str,
        type_: str,
        data: Mapping[str, Any],
        *,
        actor: Mapping[str, str],
        key_class: str = "trail",
        subject: str | None = None,
        tags: Sequence[str] = (),
        idempotency_key: str | None = None,
    ) -> int:
        """Record one sealed statement, of what happens now; give its position."""
        now = format_at(self.recorder.clock.now())
        record = Record(
            type_,
            Statement(now, actor, {"kind": "command", "id": "shoseki"}, data).encode(),
            list(tags),
            chain=chain,
            key_class=key_class,
            subject=subject,
            idempotency_key=idempotency_key,
        )
        return self.recorder.append_all([record])[0]

    def import_file(
        self,
        path: Path,
        format_name: str,
        customer: str,
        options: "Options",
        *,
        actor: Mapping[str, str],
        targets: Mapping[str, str] | None = None,
        progress: "Progress | None" = None,
    ) -> "Batch":
        """Import a file into a customer's chain (see ``importing``), and match its logins with recorded sessions.

        ``targets`` gives the names in work orders of hosts that are called otherwise.
        """
        from ledger.application.batch import FINDING
        from ledger.application.importing import Import
        from ledger.application.reconciling import Reconciling

        self.check_customer(customer)
        work = Import(
            self.recorder,
            self.blobs,
            customer,
            format_name=format_name,
            options=options,
            actor=actor,
            progress=progress,
        )
        batch = work.run(path)
        if batch.blob is not None and self.blobs.holds(batch.blob.id):
            # Of what was imported before, too: a crash may have come between.
            batch.exposed = self.credentials.look_through(
                customer, self.blobs.open(batch.blob), (), place=f"import {batch.id}", actor=actor
            )
        if not batch.already and self._imported_elsewhere(work, batch, customer):
            batch.findings["imported_for_another_customer"] += 1
            text = "The same file was imported for another customer before: one of the two is likely a mistake."
            self.record(
                customer,
                FINDING,
                {"code": "imported_for_another_customer", "text": text, "import": batch.id, "details": {}},
                actor=actor,
                tags=[f"import:{batch.id}"],
                idempotency_key=f"{batch.id} elsewhere",
            )
        # Of what was imported before, too: more may be known now, and a crash may have come between.
        reconciling = Reconciling(self.recorder, self.decider, customer, actor=actor)
        batch.reconciled = reconciling.reconcile(batch.id, targets or {})
        return batch

    def _imported_elsewhere(self, work: "Import", batch: "Batch", customer: str) -> bool:
        wanted = []
        for chain, _ in self.reader.chains():
            if chain not in {LOG_CHAIN, customer}:
                with suppress(HalfUnknownError, HalfDestroyedError):
                    wanted.append((chain, f"{work.identity(chain, batch.raw_sha256)} opened"))
        return self.reader.find_any(wanted)

    def change_setting(
        self, command: "ChangeSetting", *, actor: Mapping[str, str], idempotency_key: str | None = None
    ) -> "CarriedOut":
        """Write down what is due by the settings so far, then change one; raise what carrying out raises.

        So nothing is judged by a number that was set after it had become due.
        """
        from ledger.application import clock_run

        clock_run.run(self.recorder, self.decider, self.subjects)
        return self.decider.carry_out(command, actor=actor, idempotency_key=idempotency_key)

    # -- reading -------------------------------------------------------------------------------------------------------

    def entries(
        self, *, start: int = 0, customer: str | None = None, opened: bool = True
    ) -> Iterator[tuple[int, Recorded]]:
        """Give the log's records from position ``start``, or a customer's from its number ``start`` on."""
        if customer is not None:
            self.check_customer(customer)
            return self._chain_entries(customer, max(start, 1), opened=opened)
        return self._all_entries(start, opened=opened)

    def show(self, position: int) -> Recorded:
        """Give the record at a position, opened where its key is there; raise PositionUnknownError."""
        size = self.reader.size()
        if not 0 <= position < size:
            raise PositionUnknownError(position, size)
        return self.reader.page(None, position, position + 1, 1)[0][1]

    def follow(self, *, start: int = 0) -> Iterator[tuple[int, Recorded]]:
        """Give the log's records from position ``start``, and wait for those to come; ends when the caller leaves."""
        with self.recorder.subscribe(after=start) as events:  # the port's positions are the entry's + 1
            for event in events:
                assert isinstance(event.event, Recorded)
                yield event.position - 1, event.event

    def _all_entries(self, start: int, *, opened: bool) -> Iterator[tuple[int, Recorded]]:
        before = self.reader.size()
        while page := self.reader.page(None, start, before, PAGE, opened=opened):
            yield from page
            start = page[-1][0] + 1

    def _chain_entries(self, chain: str, first: int, *, opened: bool) -> Iterator[tuple[int, Recorded]]:
        while page := self.reader.chain_page(chain, first, 2**53, PAGE, opened=opened):
            yield from page
            first += len(page)

    # -- proofs --------------------------------------------------------------------------------------------------------

    def checkpoint(self) -> SignedCheckpoint:
        """Sign what is durable now."""
        return self.checkpointer.sign()

    def receipt(self, position: int, *, disclose: bool = True) -> Receipt:
        """Give the receipt of one entry; raise PositionUnknownError."""
        return self._exporter.receipt(position, disclose=disclose)

    def export(
        self,
        customer: str,
        path: Path,
        *,
        first: int = 1,
        last: int | None = None,
        disclose: bool = True,
        with_blobs: bool = True,
        held_sizes: Sequence[int] = (),
        progress: "Progress | None" = None,
    ) -> Exported:
        """Write a customer's package; raise ExportError."""
        self.check_customer(customer)
        return self._exporter.package(
            customer,
            path,
            first=first,
            last=last,
            disclose=disclose,
            with_blobs=with_blobs,
            held_sizes=held_sizes,
            progress=progress,
        )

    def rotate_signer(self, *, overlap: int = 1_000) -> Rotation:
        """Begin a new signing key; raise what rotating raises."""
        return rotate(self.recorder, self.keys.signers, self.checkpointer, overlap)

    def policy(self) -> Policy:
        """Give what a verifier of this log pins."""
        return pinned_policy(self.origin, self.keys.signers)
