"""The fee for a format or a report: quoted first, accepted in writing or waived, never for the plain trail (R-29)."""

from dataclasses import replace

from evidence_requests import (
    ACCEPTED,
    APPLICANT,
    APPLICANT_NAMED,
    BILLING,
    BILLING_NAMED,
    CUSTODIAN,
    DELIVERED,
    FINANCE,
    MR_CUSTODIAN,
    MR_FINANCE,
    MR_TECHNICIAN,
    MS_LEGAL,
    MS_SALES,
    RECEIVED,
    REPORT_ASKED,
    REQUEST,
    SALES,
    SEALED,
    TECHNICIAN,
)
from story import CUSTOMER, an_id, at, given

from ledger.domain.contacts import ContactEnded
from ledger.domain.fee import ApproveFee, DeclineFee, InvoiceFee, QuoteFee, WaiveFee
from ledger.domain.fee_facts import (
    FeeApproved,
    FeeDeclined,
    FeeInvoiced,
    FeeQuoted,
    FeeQuoteLapsed,
    FeeWaived,
    WaiverReason,
    Written,
)
from ledger.domain.finding import FindingRecorded
from ledger.domain.marking import Marking
from ledger.domain.providing import RenderReport, SealPackage
from ledger.domain.request import FeeStatus, fold
from ledger.domain.request_facts import EvidenceReportRendered

NOW = "2026-12-02 11:00"
QUOTE = an_id("quote")
QUOTED = FeeQuoted(
    request=REQUEST, quote=QUOTE, person=SALES, amount=55_000, currency="JPY", valid_until=at("2027-01-02 00:00")
)
APPROVED = FeeApproved(
    request=REQUEST, quote=QUOTE, contact=BILLING, form=Written.SIGNED_DOCUMENT, document_sha256="a" * 64
)
DECLINED = FeeDeclined(request=REQUEST, quote=QUOTE, contact=BILLING, plain_instead=True)
WAIVED = FeeWaived(request=REQUEST, person=FINANCE, why=WaiverReason.GOODWILL)
LAPSED = FeeQuoteLapsed(request=REQUEST, quote=QUOTE, lapsed_at=at("2027-01-02 00:00"))
RENDERED = EvidenceReportRendered(request=REQUEST, person=CUSTODIAN, report_sha256="f" * 64)
INVOICED = FeeInvoiced(
    request=REQUEST, quote=QUOTE, person=FINANCE, reference="INV-2026-001", amount=55_000, currency="JPY"
)
ASK = QuoteFee(customer=CUSTOMER, request=REQUEST, quote=QUOTE, person=SALES, amount=55_000)
APPROVE = ApproveFee(
    customer=CUSTOMER,
    request=REQUEST,
    quote=QUOTE,
    contact=BILLING,
    form=Written.SIGNED_DOCUMENT,
    document_sha256="a" * 64,
)
DECLINE = DeclineFee(customer=CUSTOMER, request=REQUEST, quote=QUOTE, contact=BILLING, plain_instead=True)
WAIVE = WaiveFee(customer=CUSTOMER, request=REQUEST, person=FINANCE, why=WaiverReason.GOODWILL)
INVOICE = InvoiceFee(customer=CUSTOMER, request=REQUEST, person=FINANCE, reference="INV-2026-001", amount=55_000)
RENDER = RenderReport(customer=CUSTOMER, request=REQUEST, person=CUSTODIAN, report_sha256="f" * 64)
SEAL = SealPackage(
    customer=CUSTOMER,
    request=REQUEST,
    person=CUSTODIAN,
    manifest_sha256="e" * 64,
    package_sha256="d" * 64,
    package_bytes=4096,
    marking=Marking.CUSTOMERS_RESPONSIBILITY,
)


def test_r_29_a_report_is_quoted_with_thirty_days_to_answer() -> None:
    given(REPORT_ASKED, ACCEPTED, MS_SALES).when(ASK, at_=NOW).then(QUOTED).citing(0, 1, 2)


def test_r_29_the_plain_trail_costs_nothing() -> None:
    given(RECEIVED, ACCEPTED, MS_SALES).when(ASK, at_=NOW).refused("R-29", cites=[0, 1])
    given(RECEIVED, ACCEPTED, MR_FINANCE).when(WAIVE, at_=NOW).refused("R-29")
    given(RECEIVED, ACCEPTED, MR_CUSTODIAN).when(RENDER, at_=NOW).refused("R-29")


def test_r_29_one_quote_at_a_time_and_for_something() -> None:
    given(REPORT_ASKED, ACCEPTED, QUOTED, MS_SALES).when(ASK, at_=NOW).refused("R-29", cites=[0, 1, 2])
    given(REPORT_ASKED, ACCEPTED, MS_SALES).when(replace(ASK, amount=0), at_=NOW).refused("R-29")
    given(REPORT_ASKED, MS_SALES).when(ASK, at_=NOW).refused("R-28")


def test_r_29_the_id_of_a_quote_is_given_once() -> None:
    declined = (REPORT_ASKED, ACCEPTED, QUOTED, replace(DECLINED, plain_instead=False), MS_SALES)
    given(*declined).when(ASK, at_=NOW).refused("R-29", cites=[2])
    given(*declined).when(replace(ASK, quote=an_id("quote", 2)), at_=NOW).then(replace(QUOTED, quote=an_id("quote", 2)))
    elsewhere = replace(QUOTED, request=an_id("request", 99))
    given(REPORT_ASKED, ACCEPTED, elsewhere, MS_SALES).when(ASK, at_=NOW).refused("R-29", cites=[2])


def test_r_35_quotes_are_sales_or_finances_and_waivers_not_sales() -> None:
    given(REPORT_ASKED, ACCEPTED, MR_TECHNICIAN).when(replace(ASK, person=TECHNICIAN), at_=NOW).refused("R-35")
    given(REPORT_ASKED, ACCEPTED, MS_SALES).when(replace(WAIVE, person=SALES), at_=NOW).refused("R-35", cites=[2])


def test_r_29_the_billing_contact_accepts_in_writing() -> None:
    story = given(REPORT_ASKED, ACCEPTED, QUOTED, BILLING_NAMED, APPLICANT_NAMED)
    story.when(APPROVE, at_=NOW).then(APPROVED).citing(0, 1, 2, 3)
    story.when(replace(APPROVE, form=Written.SPOKEN), at_=NOW).refused("R-29")
    story.when(replace(APPROVE, contact=APPLICANT), at_=NOW).refused("R-29", cites=[4])
    story.when(replace(APPROVE, quote=an_id("quote", 2)), at_=NOW).refused("R-29")
    given(REPORT_ASKED, ACCEPTED, BILLING_NAMED).when(APPROVE, at_=NOW).refused("R-29")


def test_r_29_a_quote_binds_for_its_days_alone() -> None:
    story = given(REPORT_ASKED, ACCEPTED, QUOTED, BILLING_NAMED)
    story.when(APPROVE, at_="2027-01-01 23:59").after().then(APPROVED)
    story.when(APPROVE, at_="2027-01-02 00:00").after(LAPSED).refused("R-29")
    again = replace(ASK, quote=an_id("quote", 2))
    renewed = given(REPORT_ASKED, ACCEPTED, QUOTED, LAPSED, MS_SALES).when(again, at_="2027-01-05 10:00")
    renewed.after().then(replace(QUOTED, quote=again.quote, valid_until=at("2027-02-05 00:00")))


IN_TIME, TOO_LATE = at("2027-01-01 23:59"), at("2027-01-02 00:00")
FOUND = FindingRecorded(
    rule="R-29",
    sentence="fee_answered_before",
    values={"at": "2027-01-01T23:59:00+09:00"},
    subjects=(f"request:{REQUEST}", f"quote:{QUOTE}"),
)


def test_r_29_an_answer_that_came_in_time_counts_although_it_is_told_after_the_quote_lapsed() -> None:
    story = given(REPORT_ASKED, ACCEPTED, QUOTED, BILLING_NAMED)
    for command, fact in ((APPROVE, APPROVED), (DECLINE, DECLINED)):
        late = replace(command, received_at=IN_TIME)
        outcome = story.when(late, at_="2027-01-05 10:00").after(LAPSED)
        outcome.then(replace(fact, received_at=IN_TIME), FOUND).citing(0, 1, 2, 3, 4)
        assert outcome.facts[1].cites == (4,)
        story.when(replace(late, received_at=TOO_LATE), at_="2027-01-05 10:00").refused("R-29")
        story.when(replace(late, received_at=at("2027-01-05 10:01")), at_="2027-01-05 10:00").refused("R-29")
        story.when(late, at_="2027-01-01 23:59").after().then(replace(fact, received_at=IN_TIME))
    early = replace(APPROVE, received_at=at("2026-12-01 09:59"))
    story.when(early, at_="2027-01-05 10:00").refused("R-29", cites=[0, 1, 2, 4])
    left = story.at("2027-01-03 09:00", ContactEnded(customer=CUSTOMER, contact=BILLING))
    assert left.when(replace(APPROVE, received_at=IN_TIME), at_="2027-01-05 10:00").refusal is None
    told = (LAPSED, replace(APPROVED, received_at=IN_TIME), FOUND)
    given(REPORT_ASKED, ACCEPTED, QUOTED, *told, MR_CUSTODIAN).when(RENDER, at_="2027-01-06 10:00").then(RENDERED)


def test_r_29_an_answer_that_came_in_time_is_to_its_own_quote_also_when_another_has_followed() -> None:
    second = replace(QUOTED, quote=an_id("quote", 2), amount=66_000, valid_until=at("2027-02-05 00:00"))
    begun = (REPORT_ASKED, ACCEPTED, QUOTED, LAPSED)
    story = given(*begun, second, BILLING_NAMED)
    yes, no = (replace(each, received_at=IN_TIME) for each in (APPROVE, DECLINE))
    story.when(yes, at_="2027-01-06 10:00").then(replace(APPROVED, received_at=IN_TIME), FOUND)
    story.when(no, at_="2027-01-06 10:00").then(replace(DECLINED, received_at=IN_TIME), FOUND)
    approved = fold(story.at("2027-01-06 10:00", replace(APPROVED, received_at=IN_TIME)).recorded)
    assert (approved[REQUEST].fee, approved[REQUEST].quote) == (FeeStatus.APPROVED, QUOTED)
    declined = fold(given(*begun, second, replace(DECLINED, received_at=IN_TIME)).recorded)
    assert (declined[REQUEST].fee, declined[REQUEST].quote) == (FeeStatus.QUOTED, second)
    assert declined[REQUEST].provision is REPORT_ASKED.provision
    for newer in (replace(APPROVED, quote=second.quote), replace(DECLINED, quote=second.quote), WAIVED):
        given(*begun, second, newer, BILLING_NAMED).when(yes, at_="2027-01-06 10:00").refused("R-29")


def test_r_29_of_two_answers_to_a_quote_the_one_that_came_first_counts_whichever_is_told_first() -> None:
    answers = ((APPROVE, DECLINED, FeeStatus.APPROVED), (DECLINE, APPROVED, FeeStatus.DECLINED))
    for command, other, status in answers:
        first = replace(command, received_at=at("2026-12-02 10:00"))
        story = given(REPORT_ASKED, ACCEPTED, QUOTED, BILLING_NAMED).at(NOW, other)
        told, found = story.when(first, at_="2026-12-03 10:00").facts
        assert (found.cites, type(found)) == ((4,), FindingRecorded)
        known = fold(story.at("2026-12-03 10:00", told, found).recorded)[REQUEST]
        assert known.fee is status
        assert (known.provision is REPORT_ASKED.provision) is (status is FeeStatus.APPROVED)
        story.when(first, at_="2026-12-04 10:00").refused("R-29")
        given(REPORT_ASKED, ACCEPTED, QUOTED, BILLING_NAMED).at(NOW, other).when(
            replace(command, received_at=at(NOW)), at_="2026-12-03 10:00"
        ).refused("R-29")


def test_r_29_nothing_is_prepared_until_the_fee_is_approved_or_waived() -> None:
    for open_fee in ((), (QUOTED,), (QUOTED, replace(DECLINED, plain_instead=False))):
        story = given(REPORT_ASKED, ACCEPTED, *open_fee, MR_CUSTODIAN)
        story.when(RENDER, at_=NOW).refused("R-29")
    given(REPORT_ASKED, ACCEPTED, MS_LEGAL, MR_CUSTODIAN).when(SEAL, at_=NOW).refused("R-29")
    for settled in ((QUOTED, APPROVED), (WAIVED,), (QUOTED, WAIVED)):
        given(REPORT_ASKED, ACCEPTED, *settled, MR_CUSTODIAN).when(RENDER, at_=NOW).then(RENDERED)


def test_r_29_who_declines_may_take_the_plain_trail_for_free() -> None:
    story = given(REPORT_ASKED, ACCEPTED, QUOTED, BILLING_NAMED)
    story.when(DECLINE, at_=NOW).then(DECLINED).citing(0, 1, 2, 3)
    plain = given(REPORT_ASKED, ACCEPTED, QUOTED, DECLINED, MS_LEGAL, MR_CUSTODIAN)
    assert plain.when(SEAL, at_=NOW).refusal is None
    given(REPORT_ASKED, ACCEPTED, QUOTED, APPROVED, BILLING_NAMED).when(DECLINE, at_=NOW).refused("R-29")


def test_r_29_a_fee_is_waived_quoted_or_not_but_not_once_it_was_approved() -> None:
    given(REPORT_ASKED, ACCEPTED, MR_FINANCE).when(WAIVE, at_=NOW).then(WAIVED).citing(0, 1, 2)
    given(REPORT_ASKED, ACCEPTED, QUOTED, MR_FINANCE).when(WAIVE, at_=NOW).then(WAIVED)
    given(REPORT_ASKED, ACCEPTED, QUOTED, APPROVED, MR_FINANCE).when(WAIVE, at_=NOW).refused("R-29")


def test_r_29_what_was_approved_and_delivered_is_invoiced_once_at_its_amount() -> None:
    done = (REPORT_ASKED, ACCEPTED, QUOTED, APPROVED, RENDERED, SEALED, DELIVERED, MR_FINANCE)
    late = "2026-12-04 11:00"
    given(*done).when(INVOICE, at_=late).then(INVOICED).citing(*range(8))
    given(*done).when(replace(INVOICE, amount=66_000), at_=late).refused("R-29")
    given(*done, INVOICED).when(INVOICE, at_=late).refused("R-29")
    given(REPORT_ASKED, ACCEPTED, QUOTED, APPROVED, MR_FINANCE).when(INVOICE, at_=late).refused("R-29")
    waived = (REPORT_ASKED, ACCEPTED, QUOTED, WAIVED, RENDERED, SEALED, DELIVERED, MR_FINANCE)
    given(*waived).when(INVOICE, at_=late).refused("R-29")
    given(*done[:-1], MS_SALES).when(replace(INVOICE, person=SALES), at_=late).refused("R-35", cites=[7])
