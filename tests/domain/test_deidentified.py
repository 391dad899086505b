"""De-identified sets: allowed fields, enough customers, nobody who opted out, judged by another (R-31)."""

from dataclasses import replace

import pytest
from evidence_requests import APPLICANT_NAMED, LEGAL, MR_TECHNICIAN, MS_LEGAL, SIGNATORY, TECHNICIAN, contact, operator
from story import CUSTOMER, an_id, given

from ledger.domain.contacts import ContactRole
from ledger.domain.deidentified import (
    CreateDataset,
    DeidentificationOptingTold,
    DeidentificationReviewed,
    DeidentifiedDatasetCreated,
    Field,
    Opting,
    ReviewDataset,
    TellOpting,
)
from ledger.domain.people import Role
from ledger.domain.settings import Defaults

DATASET = an_id("dataset")
NOW = "2026-12-01 10:00"
CUSTOMERS = tuple(f"cus_{number:032x}" for number in range(1, 6))
CREATE = CreateDataset(
    dataset=DATASET,
    author=TECHNICIAN,
    fields=("month", "product"),
    customers=CUSTOMERS,
    least_group=5,
    content_sha256="a" * 64,
    reason="品質の向上",
)
CREATED = DeidentifiedDatasetCreated(
    dataset=DATASET,
    author=TECHNICIAN,
    fields=(Field.MONTH, Field.PRODUCT),
    customers=CUSTOMERS,
    least_group=5,
    content_sha256="a" * 64,
    reason="品質の向上",
)
REVIEW = ReviewDataset(dataset=DATASET, reviewer=LEGAL, approved=True, words="問題なし")
REVIEWED = DeidentificationReviewed(dataset=DATASET, reviewer=LEGAL, approved=True, words="問題なし")
SIGNATORY_NAMED = contact(SIGNATORY, ContactRole.CONSENT_SIGNATORY)
OUT = DeidentificationOptingTold(customer=CUSTOMER, contact=SIGNATORY, opting=Opting.OUT)


def test_r_31_a_set_of_allowed_fields_and_five_customers_is_registered() -> None:
    given(MR_TECHNICIAN).when(CREATE, at_=NOW).then(CREATED).citing(0)


@pytest.mark.parametrize("fields", [("month", "command"), ("recording",), ("customer_name",), ()])
def test_r_31_other_fields_are_refused(fields: tuple[str, ...]) -> None:
    given(MR_TECHNICIAN).when(replace(CREATE, fields=fields), at_=NOW).refused("R-31")


def test_r_31_every_value_stands_for_five_customers() -> None:
    story = given(MR_TECHNICIAN)
    story.when(replace(CREATE, customers=CUSTOMERS[:4]), at_=NOW).refused("R-31")
    story.when(replace(CREATE, customers=(*CUSTOMERS[:4], CUSTOMERS[0])), at_=NOW).refused("R-31")
    story.when(replace(CREATE, least_group=4), at_=NOW).refused("R-31")
    given(MR_TECHNICIAN, defaults=Defaults(least_customers=6)).when(CREATE, at_=NOW).refused("R-31")


def test_r_31_who_opted_out_is_in_no_set_until_the_customer_opts_in_again() -> None:
    own = replace(CREATE, customers=(*CUSTOMERS, CUSTOMER))
    given(MR_TECHNICIAN, OUT).when(own, at_=NOW).refused("R-31", cites=[1])
    again = replace(OUT, opting=Opting.IN)
    with_own = replace(CREATED, customers=tuple(sorted((*CUSTOMERS, CUSTOMER))))
    given(MR_TECHNICIAN, OUT, again).when(own, at_=NOW).then(with_own)


def test_r_31_an_id_of_a_set_is_used_once_by_a_registered_author() -> None:
    given(MR_TECHNICIAN, CREATED).when(CREATE, at_=NOW).refused("R-31", cites=[1])
    given().when(CREATE, at_=NOW).refused("R-34")


def test_r_31_somebody_else_than_the_author_reviews() -> None:
    given(CREATED, MS_LEGAL).when(REVIEW, at_=NOW).then(REVIEWED).citing(0, 1)
    own = replace(CREATED, author=LEGAL)
    given(own, MS_LEGAL).when(REVIEW, at_=NOW).refused("R-31", cites=[0])
    given(MS_LEGAL).when(REVIEW, at_=NOW).refused("R-31")


def test_r_35_reviews_are_securitys_or_legals() -> None:
    given(CREATED, MR_TECHNICIAN).when(replace(REVIEW, reviewer=TECHNICIAN), at_=NOW).refused("R-35", cites=[1])
    security = operator(an_id("person", 60), Role.SECURITY)
    doubt = replace(REVIEW, reviewer=security.person, approved=False, words="少数の型番がある")
    given(CREATED, security).when(doubt, at_=NOW).then(
        replace(REVIEWED, reviewer=security.person, approved=False, words="少数の型番がある")
    )


def test_r_31_the_customers_signatory_opts_out_and_in() -> None:
    command = TellOpting(customer=CUSTOMER, contact=SIGNATORY, opting=Opting.OUT)
    given(SIGNATORY_NAMED).when(command, at_=NOW).then(OUT).citing(0)
    given(SIGNATORY_NAMED, OUT).when(command, at_=NOW).then().citing(1)
    given(SIGNATORY_NAMED, OUT).when(replace(command, opting=Opting.IN), at_=NOW).then(replace(OUT, opting=Opting.IN))
    wrong = replace(command, contact=APPLICANT_NAMED.contact)
    given(APPLICANT_NAMED).when(wrong, at_=NOW).refused("R-31", cites=[0])
