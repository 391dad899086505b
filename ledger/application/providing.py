"""A package for a written evidence request: made once nothing speaks against it, sealed as it was made (R-28, R-29).

Guarantees: what would be refused is refused before anything is written; what is sealed is the file as it lies there.
"""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import file_digest, sha256
from pathlib import Path
from typing import BinaryIO

from ledger.application.deciding import CarriedOut, Decider
from ledger.domain import decision
from ledger.domain.boundary import PEOPLE_TAG, Boundary
from ledger.domain.marking import marking_due, of_marking
from ledger.domain.providing import SealPackage
from ledger.domain.sharing import SystemUser, acting_as
from ledger.log.archive import ArchiveReader
from ledger.log.package import MANIFEST
from ledger.store.clock import Clock

_MOST_MANIFEST_BYTES = 64 << 20
_NOTHING = sha256(b"").hexdigest()


class Providing:
    """Seals packages for requests."""

    def __init__(self, decider: Decider, clock: Clock) -> None:
        """Decide by this."""
        self._decider = decider
        self._clock = clock

    def prepare(self, customer: str, request: str, user: SystemUser) -> SealPackage:
        """Give the command that will seal a package that is still to be made; raise Refusal for what would refuse it.

        The person is who acts as the system user.
        """
        now = self._clock.now()
        marking, _, _ = marking_due(self._decider.facts(of_marking(customer)), now)
        command = SealPackage(
            customer=customer,
            request=request,
            person=acting_as(self._decider.facts(Boundary.of(PEOPLE_TAG)), user).id,
            manifest_sha256=_NOTHING,
            package_sha256=_NOTHING,
            package_bytes=0,
            marking=marking,
        )
        facts = self._decider.facts(decision.boundary(command))
        decision.decide(command, facts, now, self._decider.settings())
        return command

    def seal(self, prepared: SealPackage, package: Path, *, actor: Mapping[str, str]) -> CarriedOut:
        """Seal a package that was written; raise what carrying out raises."""
        with package.open("rb") as file:
            command = replace(
                prepared,
                package_sha256=file_digest(file, "sha256").hexdigest(),
                manifest_sha256=manifest_sha256(file),
                package_bytes=file.seek(0, 2),
            )
        return self._decider.carry_out(command, actor=actor)


def manifest_sha256(package: BinaryIO) -> str:
    """Give the digest of a package's manifest, which names every file in it.

    Raises RefusedError for what is no package, KeyError for one without a manifest.
    """
    return sha256(ArchiveReader(package).read(MANIFEST, _MOST_MANIFEST_BYTES)).hexdigest()
