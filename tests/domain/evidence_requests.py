"""Facts that tests of evidence requests and of retention begin with: people, contacts, an order, a request."""

from dataclasses import replace

from story import CUSTOMER, an_id, at

from ledger.domain.basis import Basis
from ledger.domain.contacts import ContactRegistered, ContactRole
from ledger.domain.people import OperatorRegistered, Role, TechnicianRegistered
from ledger.domain.request_facts import (
    EvidenceDelivered,
    EvidencePackageSealed,
    EvidenceRequestAccepted,
    EvidenceRequestReceived,
    Provision,
    RequestForm,
)
from ledger.domain.requesting import ReceiveEvidenceRequest
from ledger.domain.work_facts import WorkOrderRequested

REQUEST = an_id("request")
WORK_ORDER = an_id("workorder")
APPLICANT, BILLING, SIGNATORY = an_id("person", 1), an_id("person", 2), an_id("person", 3)
LEGAL, CUSTODIAN, SALES, FINANCE, TECHNICIAN = (an_id("person", number) for number in range(11, 16))

ORDER = WorkOrderRequested(
    work_order=WORK_ORDER,
    basis=Basis.CONTRACT,
    title="DB の調査",
    purpose="応答が遅い",
    targets=("db01",),
    requested_by=APPLICANT,
    requested_at=at("2026-11-16 09:00"),
)
RECEIVED = EvidenceRequestReceived(
    customer=CUSTOMER,
    request=REQUEST,
    applicant=APPLICANT,
    work_orders=(WORK_ORDER,),
    first_day=None,
    last_day=None,
    provision=Provision.PLAIN,
    form=RequestForm.PORTAL,
    document_sha256="d" * 64,
    words="作業の録画をください",
    received_at=at("2026-12-01 10:00"),
)
RECEIVE = ReceiveEvidenceRequest(
    customer=CUSTOMER,
    request=REQUEST,
    applicant=APPLICANT,
    work_orders=(WORK_ORDER,),
    form=RequestForm.PORTAL,
    document_sha256="d" * 64,
    words="作業の録画をください",
    received_at=at("2026-12-01 10:00"),
)
REPORT_ASKED = replace(RECEIVED, provision=Provision.REPORT)


def operator(person: str, *roles: Role) -> OperatorRegistered:
    """Give the registration of somebody of the vendor."""
    return OperatorRegistered(person=person, name=f"{roles[0]} 担当", roles=roles)


def contact(person: str, *roles: ContactRole) -> ContactRegistered:
    """Give the registration of a contact of the customer."""
    return ContactRegistered(customer=CUSTOMER, contact=person, name="お客様担当", roles=roles)


MS_LEGAL = operator(LEGAL, Role.LEGAL)
MR_CUSTODIAN = operator(CUSTODIAN, Role.EVIDENCE_CUSTODIAN)
MS_SALES = operator(SALES, Role.SALES)
MR_FINANCE = operator(FINANCE, Role.FINANCE)
MR_TECHNICIAN = TechnicianRegistered(person=TECHNICIAN, name="伊藤")
APPLICANT_NAMED = contact(APPLICANT, ContactRole.EVIDENCE_APPLICANT)
BILLING_NAMED = contact(BILLING, ContactRole.BILLING_CONTACT)

ACCEPTED = EvidenceRequestAccepted(request=REQUEST, person=LEGAL)
SEALED = EvidencePackageSealed(
    request=REQUEST, person=CUSTODIAN, manifest_sha256="e" * 64, package_sha256="d" * 64, package_bytes=4096
)
DELIVERED = EvidenceDelivered(
    request=REQUEST,
    person=CUSTODIAN,
    recipient=APPLICANT,
    channel="ポータル",
    manifest_sha256="e" * 64,
    delivered_at=at("2026-12-03 15:00"),
)
