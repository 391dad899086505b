"""Sets in which no customer can be identified: made from allowed fields, of enough customers, judged by another (6-4).

Guarantees: a set holds only fields of the list, so neither recordings nor free text; each value stands for at least so
many customers, none of whom has opted out (A-23); it is used only after somebody other than its author has approved it
(R-31). The register tells how many customers a set is made of, and only sealed which.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.domain.boundary import PEOPLE_TAG, Boundary, Item, tag
from ledger.domain.contacts import ContactRole, entitled
from ledger.domain.contacts import fold as fold_contacts
from ledger.domain.contacts import of_customer as contacts_of
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.duties import acting, on_duty
from ledger.domain.fact import Fact, fact, public, ref
from ledger.domain.people import Role, check_two_users
from ledger.domain.people import fold as fold_people
from ledger.domain.recorded import Facts, Recorded, last, of_type
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults


class Field(StrEnum):
    """What a de-identified set may hold: codes and rounded numbers, nothing that somebody wrote or showed."""

    MONTH = "month"
    PRODUCT = "product"
    PRODUCT_VERSION = "product_version"
    OS_FAMILY = "os_family"
    WORK_KIND = "work_kind"
    ERROR_CODE = "error_code"
    DURATION_HOURS = "duration_hours"
    SESSIONS = "sessions"
    OUTCOME = "outcome"


class Opting(StrEnum):
    """Whether a customer's data may go into such sets."""

    OUT = "out"
    IN = "in"


@fact(
    "deidentified.dataset_created.v1",
    chain="log",
    retention="claim",
    ja="非特定化データ作成",
    en="De-identified set created",
    clause="6-4",
)
class DeidentifiedDatasetCreated(Fact):
    """A set was made; ``least_group`` is how many customers the rarest of its rows stands for."""

    dataset: str = ref("dataset")
    author: str = ref("person")
    fields: tuple[Field, ...] = public()
    customers: tuple[str, ...]
    least_group: int = public()
    content_sha256: str
    reason: str


@fact(
    "deidentified.reviewed.v1",
    chain="log",
    retention="claim",
    ja="非特定化審査",
    en="De-identification reviewed",
    clause="6-4",
)
class DeidentificationReviewed(Fact):
    """Somebody other than the author looked at the set."""

    dataset: str = ref("dataset")
    reviewer: str = ref("person")
    approved: bool = public()
    words: str


@fact(
    "deidentified.opting_told.v1",
    retention="claim",
    ja="非特定化利用の可否",
    en="Opting told",
    clause="6-4",
)
class DeidentificationOptingTold(Fact):
    """The customer's word on whether its data may go into such sets; the newest counts."""

    customer: str = ref("opting")
    contact: str = ref("person")
    opting: Opting = public()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateDataset:
    """Register a set; its fields as they are named in it, and its customers."""

    dataset: str
    author: str
    fields: tuple[str, ...]
    customers: tuple[str, ...]
    least_group: int
    content_sha256: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDataset:
    """Judge a set."""

    dataset: str
    reviewer: str
    approved: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TellOpting:
    """The customer opts out, or in again."""

    customer: str
    contact: str
    opting: Opting


@rule("R-31")
def check_fields(fields: tuple[str, ...]) -> None:
    """Refuse a field that is not on the list."""
    beyond = sorted(set(fields) - set(Field))
    if beyond or not fields:
        raise Refusal("R-31", "fields_not_allowed", fields=", ".join(beyond) or "-")


@rule("R-31")
def check_crowd(customers: tuple[str, ...], least_group: int, defaults: Defaults) -> None:
    """Refuse a set, or a row of it, that stands for too few customers."""
    fewest = min(len(set(customers)), least_group)
    if fewest < defaults.least_customers:
        raise Refusal("R-31", "too_few_customers", count=str(fewest), least=str(defaults.least_customers))


@rule("R-31")
def check_nobody_opted_out(customers: tuple[str, ...], facts: Facts) -> None:
    """Refuse the data of a customer who opted out."""
    told = {each.fact.customer: each for each in of_type(facts, DeidentificationOptingTold)}
    out = [each.position for name, each in told.items() if name in customers and each.fact.opting is Opting.OUT]
    if out:
        raise Refusal("R-31", "customer_opted_out", out)


@rule("R-31")
def check_reviewer(created: Recorded[DeidentifiedDatasetCreated], reviewer: str) -> None:
    """Refuse the author's own judgement."""
    if created.fact.author == reviewer:
        raise Refusal("R-31", "reviewer_is_author", [created.position])


@rule("R-31")
def check_approved(facts: Facts, dataset: str) -> None:
    """Refuse a set that was not approved, or is not registered."""
    reviews = [each for each in of_type(facts, DeidentificationReviewed) if each.fact.dataset == dataset]
    if not reviews or not reviews[-1].fact.approved:
        raise Refusal("R-31", "dataset_not_approved", [each.position for each in reviews[-1:]])


def of_dataset(dataset: str) -> Boundary:
    """Give the boundary of one set."""
    return Boundary.of(tag("dataset", dataset))


def _of_creation(command: CreateDataset) -> Boundary:
    types = (DeidentificationOptingTold.KIND.type,)
    optings = Boundary(tuple(Item((tag("opting", each),), types) for each in command.customers))
    return of_dataset(command.dataset) | Boundary.of(PEOPLE_TAG) | optings


@decides(CreateDataset, boundary=_of_creation)
def create_dataset(command: CreateDataset, facts: Facts, _now: datetime, defaults: Defaults) -> Decision:
    """Register a set that nobody can be told from; its id is used once."""
    known = last(facts, DeidentifiedDatasetCreated)
    if known is not None:
        raise Refusal("R-31", "dataset_known", [known.position])
    author = acting(fold_people(facts), command.author)
    check_fields(command.fields)
    check_crowd(command.customers, command.least_group, defaults)
    check_nobody_opted_out(command.customers, facts)
    created = DeidentifiedDatasetCreated(
        dataset=command.dataset,
        author=author.id,
        fields=tuple(Field(each) for each in command.fields),
        customers=tuple(sorted(set(command.customers))),
        least_group=command.least_group,
        content_sha256=command.content_sha256,
        reason=command.reason,
    )
    return decided(created, cites=[author.position])


@decides(ReviewDataset, boundary=lambda command: of_dataset(command.dataset) | Boundary.of(PEOPLE_TAG))
def review_dataset(command: ReviewDataset, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Judge somebody else's set; the newest judgement counts."""
    created = last(facts, DeidentifiedDatasetCreated)
    if created is None:
        raise Refusal("R-31", "dataset_unknown")
    people = fold_people(facts)
    reviewer = on_duty(people, command.reviewer, (Role.SECURITY, Role.LEGAL))
    check_reviewer(created, reviewer.id)
    author = people.get(created.fact.author)
    if author is not None:  # who was erased since came as nobody any more
        check_two_users(author, created.position, reviewer)
    reviewed = DeidentificationReviewed(
        dataset=command.dataset, reviewer=reviewer.id, approved=command.approved, words=command.words
    )
    return decided(reviewed, cites=(created.position, reviewer.position))


@decides(
    TellOpting, boundary=lambda command: contacts_of(command.customer) | Boundary.of(tag("opting", command.customer))
)
def tell_opting(command: TellOpting, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Take the word of who signs for the customer; the same word again changes nothing."""
    contact = entitled(fold_contacts(facts), command.contact, ContactRole.CONSENT_SIGNATORY, "R-31")
    before = last(facts, DeidentificationOptingTold)
    if before is not None and before.fact.opting is command.opting:
        return decided(cites=[before.position])
    told = DeidentificationOptingTold(customer=command.customer, contact=contact.id, opting=command.opting)
    return decided(told, cites=[contact.position])
