"""Everything the ledger records: importing this completes the registry, the commands and the timers.

One line a stream; ``told`` declares what importers and the log itself write.
"""

from ledger.domain import (
    basis,
    clock_run,
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
    clock_run,
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
