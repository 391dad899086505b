"""Every human step that the terms ask for, as it is typed. One line a step; ``carrying`` makes commands of them."""

from ledger.domain import confidentiality, consenting, contacts, contract, people, presenting, terms
from scripts.commands.carrying import Step

STEPS: tuple[Step, ...] = (
    Step("terms publish", terms.PublishTerms, {"terms": "terms"}, may_name=("terms",)),
    Step("terms classify", terms.SignClassification, {"terms": "terms"}, runner="os_user", may_name=("terms",)),
    Step("consent present", presenting.PresentTerms, {"consent": "consent"}),
    Step("consent delivered", presenting.RecordDelivery),
    Step("consent bounced", presenting.RecordBounce, {"suspension": "suspension"}),
    Step("consent question", presenting.RecordQuestion, {"suspension": "suspension"}),
    Step("consent answer", presenting.AnswerQuestion),
    Step("consent express", consenting.ExpressConsent),
    Step("consent express-once", consenting.ExpressConsentOnce),
    Step("consent object", consenting.ReceiveObjection),
    Step("consent withdraw", consenting.WithdrawConsent),
    Step("contract register", contract.RegisterContract, {"contract": "contract"}),
    Step("contract amend", contract.AmendContract),
    Step("contract end", contract.EndContract),
    Step("contract nda", confidentiality.RegisterNda, {"nda": "nda"}),
    Step("contact register", contacts.RegisterContact, {"contact": "contact"}),
    Step("contact end", contacts.EndContact),
    Step("person technician", people.RegisterTechnician, {"person": "person"}),
    Step("person operator", people.RegisterOperator, {"person": "person"}),
    Step("person bind", people.BindOsUser),
    Step("person unbind", people.UnbindOsUser),
    Step("person end", people.EndPerson),
)
