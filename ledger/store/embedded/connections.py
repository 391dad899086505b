"""Seeing that the server can be used, by using it: it answers, knows the roles and takes the passwords."""

from dataclasses import dataclass

import psycopg

from ledger.store.embedded.credentials import Urls


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the server took no connection."""

    text: str

    @property
    def wrong_password(self) -> bool:
        """Say whether waiting will not help: the server is well, and the passwords are not its own."""
        return "password" in self.text


def refusal(urls: Urls) -> Refusal | None:
    """Connect as both roles; give why the server does not take them at this moment, None if it does."""
    for url in (urls.owner, urls.application):
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError as error:
            return Refusal(str(error))
    return None
