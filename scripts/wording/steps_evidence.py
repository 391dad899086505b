"""What ``--help`` says of the steps after the work: data, holds, requests for the trail."""

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "help_data": ("Information acquired, and what it is used for.", "取得した情報とその利用。"),
    "help_data_acquire": ("Ask whether you may acquire information.", "情報を取得してよいか判断し、記録します。"),
    "help_data_acquired": ("Tell that information was acquired.", "取得済みの情報を記録します。"),
    "help_data_use": ("Ask whether you may use information for a purpose.", "情報を利用してよいか判断し、記録します。"),
    "help_data_used": ("Tell that information was used.", "利用済みの情報を記録します。"),
    "help_data_access": ("Record that you view or take evidence.", "証跡を閲覧・持ち出すことを記録します。"),
    "help_data_access_own": ("Record that the customer views its own evidence.", "お客様ご自身の閲覧を記録します。"),
    "help_data_set": ("Register a de-identified set that you made.", "作成した非特定化データを登録します。"),
    "help_data_review_set": (
        "Judge a de-identified set that somebody else made.",
        "他の方が作成した非特定化データを審査します。",
    ),
    "help_data_opt": (
        "The customer opts out of de-identified use, or in again.",
        "非特定化利用の停止・再開のお申し出を記録します。",
    ),
    "help_hold": ("Holds: evidence that is kept until further notice.", "証跡の保全。"),
    "help_hold_order": ("Keep evidence until further notice.", "証跡の保全を指示します。"),
    "help_hold_propose_release": (
        "Propose to keep it no longer: the first of two sign-offs.",
        "証跡の保全の解除を提案します（一人目の署名）。",
    ),
    "help_hold_release": (
        "Keep it no longer: the second sign-off, by somebody else.",
        "証跡の保全を解除します（提案者とは別の方による二人目の署名）。",
    ),
    "help_request": ("Written requests for the trail, and the fee.", "作業証跡の提供申請と費用。"),
    "help_request_receive": (
        "A written request for the trail came in.",
        "作業証跡の提供申請（書面）の受領を記録します。",
    ),
    "help_request_accept": ("The vendor will provide the trail.", "提供申請を受理します。"),
    "help_request_reject": ("The vendor will not provide it.", "提供申請を却下します。"),
    "help_request_withdraw": ("The customer asks no more.", "提供申請の取下げを記録します。"),
    "help_request_quote": ("Tell what the preparation costs.", "費用を見積もります。"),
    "help_request_approve": ("The customer accepts the quote.", "見積の承諾を記録します。"),
    "help_request_decline_fee": ("The customer does not accept the quote.", "見積の辞退を記録します。"),
    "help_request_waive": ("The vendor charges nothing.", "費用を免除します。"),
    "help_request_invoice": ("The approved fee was invoiced.", "費用の請求を記録します。"),
    "help_request_report": (
        "Tell that the report, or the customer's format, was made.",
        "報告書・指定書式の作成を記録します。",
    ),
    "help_request_deliver": ("The trail was handed over.", "作業証跡の提供を記録します。"),
    "help_request_acknowledge": ("The customer has it.", "お客様の受領を記録します。"),
}
