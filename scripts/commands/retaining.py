"""``retention destroy``: what nothing keeps any more goes, by the word of the evidence custodian."""

from typing import Annotated

import typer

from scripts.commands.access import appending
from scripts.commands.identity import person_acting
from scripts.console import Session, Status


def destroy(
    session: Session,
    *,
    customer: Annotated[str, typer.Option("--customer", help="opt_customer")],
    key: Annotated[str, typer.Option("--key", help="opt_destroyed_key")],
) -> Status:
    """Destroy a customer's entries under a day's key, or say which rule keeps them."""
    from ledger.application.destroying import destroy

    with appending(session) as ledger:
        ledger.check_customer(customer)
        person = person_acting(ledger)
        gone = destroy(ledger.recorder, ledger.decider, customer, key, person=person["id"], actor=person)
    done = gone.destroyed
    session.say("destroyed", key=key, count=done.payloads, ordered=done.ordered, confirmed=done.confirmed)
    session.give({"confirmed": done.confirmed, "key": key, "ordered": done.ordered, "payloads": done.payloads})
    return Status.FINE
