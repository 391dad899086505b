"""Everything the ledger records: importing this completes the registry, the commands and the timers.

One line a stream; ``told`` declares what importers and the log itself write. Timers run in the order of these lines
(what is published before what is agreed, and so on): keep it where one stream rests on another.
"""

from ledger.domain import (
    basis,
    completion_facts,
    confidentiality,
    consent,
    consent_facts,
    consent_rules,
    consenting,
    contacts,
    contract,
    finding,
    people,
    presenting,
    schedule_facts,
    terms,
    told,
    violation,
    work,
    work_facts,
)

STREAMS = (
    violation,
    finding,
    told,
    people,
    contacts,
    terms,
    contract,
    confidentiality,
    consent_facts,
    consent,
    consent_rules,
    presenting,
    consenting,
    basis,
    work_facts,
    schedule_facts,
    work,
    completion_facts,
)
