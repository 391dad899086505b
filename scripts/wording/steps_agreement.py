"""What ``--help`` says of the steps of the agreement: terms, consent, contracts, contacts, the vendor's people."""

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "help_terms": ("The terms of service and their changes.", "サービス提供条件とその変更。"),
    "help_terms_publish": (
        "Publish a version of the terms, effective at once or later.",
        "条件書の版を公開します（即時または後日適用）。",
    ),
    "help_terms_classify": (
        "Sign what a coming version means to customers; the second person's signature decides.",
        "次の版の影響（重大・軽微）に署名します。二人目の署名で確定します。",
    ),
    "help_consent": (
        "A customer's consent: presented, delivered, said or deemed.",
        "お客様の同意（提示・到達・明示の同意・みなし同意）。",
    ),
    "help_consent_present": ("Tell that the terms were sent to a customer.", "お客様への条件書の提示を記録します。"),
    "help_consent_delivered": (
        "Tell that the terms arrived, and what proves it.",
        "条件書の到達とその証拠を記録します。",
    ),
    "help_consent_bounced": ("Tell that the terms came back.", "条件書の不達を記録します。"),
    "help_consent_question": (
        "Tell that the customer asked something; the clock stands until it is answered.",
        "お客様のご質問を記録します（回答まで期間は停止）。",
    ),
    "help_consent_answer": ("Tell that a question was answered.", "ご質問への回答を記録します。"),
    "help_consent_express": ("Tell that the customer said yes.", "明示の同意を記録します。"),
    "help_consent_express_once": (
        "Tell that the customer said yes for one work order.",
        "一件の作業依頼に限る明示の同意を記録します。",
    ),
    "help_consent_object": ("Tell that the customer said no.", "不同意の意思表示を記録します。"),
    "help_consent_withdraw": ("Tell that the customer took a consent back.", "同意の撤回を記録します。"),
    "help_contract": ("Contracts and agreements on confidentiality.", "契約と機密保持の取り決め。"),
    "help_contract_register": ("Register a service contract.", "サービス契約を登録します。"),
    "help_contract_amend": ("Tell what a contract states from an instant on.", "契約の変更を記録します。"),
    "help_contract_end": ("End a contract before its time.", "契約の中途終了を記録します。"),
    "help_contract_nda": ("Register an agreement on confidentiality.", "機密保持契約を登録します。"),
    "help_contact": ("Who speaks for a customer.", "お客様のご担当者。"),
    "help_contact_register": (
        "Register a contact of a customer, or change the roles of one.",
        "お客様のご担当者を登録または変更します。",
    ),
    "help_contact_end": ("A contact speaks for the customer no more.", "ご担当者の登録を終了します。"),
    "help_person": ("The vendor's people.", "弊社の技術員・担当者。"),
    "help_person_technician": ("Register a technician.", "技術員を登録します。"),
    "help_person_operator": (
        "Register somebody of the vendor who is no technician.",
        "技術員以外の弊社担当者を登録します。",
    ),
    "help_person_bind": ("Let a person work as a system user.", "担当者を OS 利用者に結び付けます。"),
    "help_person_unbind": ("End a binding to a system user.", "OS 利用者との結び付けを終了します。"),
    "help_person_end": ("Somebody left.", "担当者の登録を終了します。"),
    "help_person_share": (
        "Name a system user that several people work through by sudo.",
        "複数の担当者が sudo で使う共用アカウントを指定します。",
    ),
    "help_person_unshare": ("A system user is shared no more.", "共用アカウントの指定を終了します。"),
    "help_clock": ("What time alone makes true.", "期限の到来による記録。"),
    "help_clock_run": (
        "Write down what is due; with --at only show what was due at an instant.",
        "期限の到来した事項を記録します（--at では表示のみ）。",
    ),
    "opt_clock_at": (
        "Only evaluate for this instant, which has passed; nothing is written.",
        "過去のこの時点について評価のみ行い、記録しません。",
    ),
}
