"""Refusals of the keys: each is named for what the caller does next, and carries the value it needs for that.

None of them carries key material, and none means that somebody lied: that is the log's word (``ledger.log.errors``).
"""

from collections.abc import Sequence
from pathlib import Path


class KeysError(Exception):
    """Any refusal of the keys. Its text is one sentence for people that says what to do."""


# -- halves and signers ------------------------------------------------------------------------------------------------


class HalfIdError(KeysError):
    """The id is neither a chain nor a key id: a mistake of the caller."""

    def __init__(self, half_id: str) -> None:
        super().__init__(f"{half_id!r} is neither a chain (log, cus_…) nor a key id (class:epoch): give one of these.")
        self.half_id = half_id


class HalfUnknownError(KeysError):
    """No half of this id was ever created here: create it, or, where the log announced it, restore the file."""

    def __init__(self, half_id: str) -> None:
        super().__init__(
            f"There is no key half {half_id} here: if the log announced it, restore the file of halves from its backup."
        )
        self.half_id = half_id


class HalfDestroyedError(KeysError):
    """The half was destroyed: what it sealed is erased, and nothing may be sealed under this id again."""

    def __init__(self, half_id: str, destroyed_at: str) -> None:
        super().__init__(
            f"The key half {half_id} was destroyed at {destroyed_at}: what it sealed is erased; seal under another key."
        )
        self.half_id = half_id
        self.destroyed_at = destroyed_at


class DestructionUnfinishedError(KeysError):
    """The half is destroyed for every reader, but its old bytes may still be in a file: destroy it again."""

    def __init__(self, half_id: str, path: Path) -> None:
        super().__init__(
            f"The key half {half_id} is destroyed, but another process still reads {path} and keeps its old bytes "
            "in the write-ahead log: destroy it again once that process is done."
        )
        self.half_id = half_id
        self.path = path


class SecretDamagedError(KeysError):
    """A wrapped secret does not open under the very key that wrapped it: its stored bytes are not what was written."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"The stored bytes of the {kind} {name} were changed: restore its file from the backup.")
        self.kind = kind
        self.name = name


class NoSignerError(KeysError):
    """No key of this log may sign a checkpoint of this size: the log stays unsigned."""

    def __init__(self, size: int, path: Path) -> None:
        super().__init__(f"No key in {path} may sign a checkpoint of size {size}: create or rotate the signing key.")
        self.size = size
        self.path = path


class RotationRefusedError(KeysError):
    """The asked rotation of the signing key makes no sense: give another size or overlap."""

    def __init__(self, at_size: int, reason: str) -> None:
        super().__init__(f"The signing key cannot be rotated at size {at_size}: {reason}.")
        self.at_size = at_size


# -- customers' secrets in custody ------------------------------------------------------------------------------------


class CredentialIdError(KeysError):
    """The id is no credential's: a mistake of the caller."""

    def __init__(self, credential: str) -> None:
        super().__init__(f"{credential!r:.80} is no credential (credential_ and 32 hex digits): give the id of one.")
        self.credential = credential


class CustodyUnknownError(KeysError):
    """No secret of this credential is held here: it was never given, or its file was lost."""

    def __init__(self, credential: str) -> None:
        super().__init__(f"No secret of {credential} is held here: ask the customer for it again.")
        self.credential = credential


class CustodyTakenError(KeysError):
    """Another secret is held for this credential: a secret is never replaced, a new one is a new credential."""

    def __init__(self, credential: str) -> None:
        super().__init__(f"Another secret of {credential} is held already: give the new one as a new credential.")
        self.credential = credential


class CustodyErasedError(KeysError):
    """The secret was erased for ever, and its id takes no other."""

    def __init__(self, credential: str, destroyed_at: str) -> None:
        super().__init__(
            f"The secret of {credential} was erased at {destroyed_at}: ask the customer for it as a new credential."
        )
        self.credential = credential
        self.destroyed_at = destroyed_at


# -- keyring -----------------------------------------------------------------------------------------------------------


class KeyringMissingError(KeysError):
    """The keyring is not where it should be, and the secrets under it cannot be read without it."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"There is no keyring at {path}, and nothing can be read or signed without it: put its backup there."
        )
        self.path = path


class KeyringWrongError(KeysError):
    """This keyring is not the one under which the secret was wrapped."""

    def __init__(self, path: Path, wanted: str, held: Sequence[str]) -> None:
        super().__init__(
            f"The keyring {path} holds {', '.join(held)}, but what is to be opened was wrapped under {wanted}: "
            "put the keyring that holds that key there."
        )
        self.path = path
        self.wanted = wanted
        self.held = tuple(held)


class KeyringDamagedError(KeysError):
    """The keyring file cannot be read as one, or its keys do not match their own ids."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"The keyring {path} is damaged ({reason}): put its backup there.")
        self.path = path


class BackupRefusedError(KeysError):
    """What was given as the keyring's backup is none."""

    def __init__(self, copy: Path, reason: str) -> None:
        super().__init__(f"{copy} is no backup of the keyring: {reason}.")
        self.copy = copy


class BackupUnconfirmedError(KeysError):
    """The next step would make the keyring file the only copy of what it holds: confirm a backup first."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"No backup of the present keyring {path} is confirmed: copy it and confirm the copy first.")
        self.path = path


# -- files -------------------------------------------------------------------------------------------------------------


class KeysMissingError(KeysError):
    """A file of secrets that must be there is not."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"There is no {path}: restore it from its backup, or create the keys if none were made yet.")
        self.path = path


class CustodyLostError(KeysError):
    """A file of the vault of customers' secrets is missing: what it held does not open any more."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"There is no {path}: the customers' secrets in custody do not open without it. Put the file back if it"
            " was moved; if it is lost, go on with 'shoseki credential renew-vault'."
        )
        self.path = path


class KeysExposedError(KeysError):
    """A file of secrets may be read or written by others than its owner."""

    def __init__(self, path: Path, mode: int) -> None:
        super().__init__(
            f"{path} has mode {mode:04o} and is open to others: find out who could read it, then run chmod 600 on it."
        )
        self.path = path
        self.mode = mode


class KeysDamagedError(KeysError):
    """A file of secrets cannot be read as what it should be."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} is damaged ({reason}): restore it from its backup.")
        self.path = path


class KeysForeignError(KeysError):
    """The file belongs to another log."""

    def __init__(self, path: Path, wanted: str, found: str) -> None:
        super().__init__(f"{path} belongs to the log {found}, not to {wanted}: give the file of this log.")
        self.path = path
        self.wanted = wanted
        self.found = found


class KeysFormatError(KeysError):
    """The file was written by another version of this program: nothing is wrong with it."""

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(f"{path} has the format {found}, which this version does not know: use a newer version.")
        self.path = path
        self.found = found


class KeysUnavailableError(KeysError):
    """The file system refuses: read-only, full, not permitted, not there. Repair that and try again."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} cannot be used ({reason}): repair that and try again.")
        self.path = path
        self.reason = reason


class KeysBusyError(KeysError):
    """Another process held the file for too long: try again."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is held by another process for too long: end that process or try again.")
        self.path = path
