"""Sentences about contracts, agreements on confidentiality and the basis of work."""

SENTENCES = {
    "contract_known": ("この契約は既に登録されています。", "This contract is registered already."),
    "contract_unknown": ("この契約は登録されていません。", "This contract is not registered."),
    "contract_over": ("この契約は既に終了しています。", "This contract has ended already."),
    "contract_order": (
        "契約の時期が前後しています（{at:time} より後を指定してください）。",
        "The contract's times are out of order: give a time after {at:time}.",
    ),
    "contract_ends_later": (
        "将来の終了は契約変更で登録してください。",
        "An end that is still to come is registered as an amendment.",
    ),
    "nda_known": (
        "この機密保持契約は既に登録されています。",
        "This agreement on confidentiality is registered already.",
    ),
    "nda_order": (
        "機密保持契約は開始より後に終了するものとします。",
        "An agreement on confidentiality ends after it starts.",
    ),
    "basis_is_another": (
        "この時点の根拠は「{holds:basis.Basis}」であり、「{named:basis.Basis}」ではありません。",
        "The basis at this instant is {holds:basis.Basis}, not {named:basis.Basis}.",
    ),
    "basis_needs_request": (
        "お客様の要望による作業には、お客様からの依頼の記録が必要です。",
        "Work at the customer's wish needs the record of the customer's request.",
    ),
    "basis_needs_express_consent": (
        "契約がない場合の作業には、お客様の明示の同意が必要です。",
        "Work without a contract needs the customer's express consent.",
    ),
}
