"""That the whole was checked is on record, with what it came to (R-34)."""

from evening import ACTOR

from ledger.application.checking import check, record
from ledger.application.door import Ledger
from ledger.application.payload import read
from ledger.domain.people import RegisterOperator, Role
from ledger.store.tampering import change_byte_unnoticed


def test_r_34_a_check_that_held_names_the_checkpoint_and_who_made_it(ledger: Ledger, customer: str) -> None:
    auditor = ledger.decider.new_id("person")
    ledger.decider.carry_out(RegisterOperator(person=auditor, name="監査 太郎", roles=(Role.AUDITOR,)), actor=ACTOR)
    signed = ledger.checkpoint()
    report = check(ledger, processes=1)
    entry = ledger.show(record(ledger, report, person=auditor, actor=ACTOR))
    assert entry.type == "ledger.chain_verified.v1"
    assert (entry.public["size"], entry.public["root"]) == (signed.size, signed.root.hex())
    said = read(entry.data)["data"]
    assert (said["person"], said["entries"]) == (auditor, report.entries)
    assert customer not in entry.chain


def test_r_34_a_check_that_did_not_hold_says_where(ledger: Ledger, customer: str) -> None:
    position, entry = next(iter(ledger.entries(customer=customer)))
    digit = entry.entry.index(b'"at":"') + len(b'"at":"2')
    other = ord("1") if entry.entry[digit] == ord("0") else ord("0")
    change_byte_unnoticed(ledger.owner_url, ledger.recorder.schema, position, digit, other)
    report = check(ledger, processes=1)
    assert report.findings
    told = ledger.show(record(ledger, report, person=None, actor=ACTOR))
    assert told.type == "ledger.chain_verification_failed.v1"
    said = read(told.data)["data"]
    assert any(each.endswith(f" {position}") for each in said["findings"])
    assert said["person"] is None
