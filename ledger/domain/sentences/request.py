"""Sentences about requests for the work trail, their fee, and the marking of what is given out."""

SENTENCES = {
    "request_not_written": (
        (
            "証跡の提供には書面（紙、署名付き PDF、ポータル）での申請が必要です。"
            "「{form:request_facts.RequestForm}」ではなく、申請書をご利用ください。"
        ),
        (
            "The trail is provided on a written request (paper, signed PDF, portal): "
            "please use the form, not {form:request_facts.RequestForm}."
        ),
    ),
    "request_days_order": (
        "対象期間は初日と末日の両方を、この順に指定してください。",
        "The days asked for have both a first and a last, in this order.",
    ),
    "request_names_nothing": (
        "対象の作業依頼または期間を指定してください。",
        "A request names work orders or days.",
    ),
    "request_order_unknown": (
        "申請に記載の {work_order} は、お客様の作業依頼の記録にありません。",
        "The request names {work_order}, and the customer has no such work order.",
    ),
    "request_for_nothing_there": (
        "申請の対象となる作業依頼の記録がないため、受理できません。",
        "None of the work orders that the request names is there, so it is not accepted.",
    ),
    "request_known": ("この申請は既に記録されています。", "This request is recorded already."),
    "request_unknown": ("この申請の記録はありません。", "No request was received under this id."),
    "request_stands": (
        "申請の状態は「{status:request.Status}」のため、この手続きは行えません。",
        "The request is {status:request.Status}, so this step does not come next.",
    ),
    "already_destroyed": (
        "申請の対象は保管期間の満了により既に破棄されています。",
        "What the request names was destroyed after the end of its term.",
    ),
    "destroyed_in_spite_of_request": (
        "{at:time} に届いた申請の対象 {key} が破棄されました。",
        "The trail {key} was destroyed although a request for it had arrived at {at:time}.",
    ),
    "package_is_another": (
        "封緘済みの証跡一式とは異なります。",
        "This is another package than the sealed one.",
    ),
    "delivered_already": ("この提供は既に記録されています。", "This delivery is recorded already."),
    "delivery_to_come": (
        "提供時刻 {at:time} はまだ来ていません。",
        "The time of delivery {at:time} is still to come.",
    ),
    "fee_open": (
        "費用が未確定（{fee:request.FeeStatus}）のため、準備を始められません。",
        "The fee is not settled ({fee:request.FeeStatus}), so nothing is prepared.",
    ),
    "plain_is_free": (
        "証跡をそのまま提供する場合、費用はかかりません。",
        "The trail as it is costs nothing.",
    ),
    "fee_not_written": (
        "費用の承諾は書面で行ってください。",
        "A fee is accepted in writing.",
    ),
    "quote_known": (
        "この見積りは既に提示されています。新しい番号で提示してください。",
        "This quote was given before: give the new one under a new id.",
    ),
    "quote_not_open": (
        "この見積は回答待ちではありません（{fee:request.FeeStatus}）。",
        "This quote is not open to an answer: {fee:request.FeeStatus}.",
    ),
    "fee_answered_before": (
        "見積への回答は {at:time} に届いており、先に記録した失効または回答より前のものです。",
        "The answer to the quote came at {at:time}, before it lapsed or what was recorded of it first.",
    ),
    "fee_settled": (
        "費用は既に決まっています（{fee:request.FeeStatus}）。",
        "The fee is settled already: {fee:request.FeeStatus}.",
    ),
    "fee_is_nothing": (
        "見積額 {amount} は費用ではありません（無償の場合は免除としてください）。",
        "A quote of {amount} is no fee: waive it instead.",
    ),
    "fee_not_approved": (
        "承諾された費用ではないため請求できません（{fee:request.FeeStatus}）。",
        "No approved fee is there to invoice: {fee:request.FeeStatus}.",
    ),
    "invoice_before_delivery": (
        "請求は提供の後に行います。",
        "A fee is invoiced after the delivery.",
    ),
    "invoice_is_another": (
        "承諾された額は {amount} です。",
        "The approved amount is {amount}.",
    ),
    "no_report_asked": (
        "この申請は指定書式や報告書を求めていません。",
        "This request asks for no report and no format of its own.",
    ),
    "marking_is_another": (
        "出力に必要な機密表示は「{due:marking.Marking}」です。",
        "The export is due another marking: {due:marking.Marking}.",
    ),
    "marking_under_agreement": (
        "機密情報：お客様との機密保持契約に従って取り扱ってください。",
        "Confidential: to be handled under the agreement on confidentiality with the customer.",
    ),
    "marking_customers_responsibility": (
        "本書に含まれる作業の情報の機密は、お客様の責任で保持いただきます。",
        "The confidentiality of the information about the work herein is the customer's responsibility.",
    ),
    "duty_of_others": (
        "この手続きは「{duties:people.Role}」の役割を持つ者が行います。",
        "This step belongs to: {duties:people.Role}.",
    ),
}
