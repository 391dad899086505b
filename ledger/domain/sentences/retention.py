"""Sentences about keeping and destroying the trail."""

SENTENCES = {
    "pair_needed": (
        "{key} は {by} が終了して保管期間を過ぎるまで必要です。",
        "The trail {key} is needed until {by} has been over for the whole term.",
    ),
    "pair_held": ("{key} は {by} により保全されています。", "The trail {key} is held by {by}."),
    "not_expired": (
        "{key} の保管期間は {at:time} まで満了しません。",
        "The term of the trail {key} does not end before {at:time}.",
    ),
    "destroyed_late": (
        "{key} は期限 {due:time} を過ぎて破棄されました。",
        "The trail {key} was to be gone by {due:time}, and was destroyed later.",
    ),
    "destroyed_although_extended": (
        "保管の延長に {agreed_at:time} に合意していた {key} は、{at:time} に破棄の指示が出されています。",
        "It was agreed at {agreed_at:time} to keep the trail {key}, whose destruction was ordered at {at:time}.",
    ),
    "order_not_read": (
        "セッションの作業依頼 {work_order} が確認されていません。",
        "The work order {work_order} of a session was not looked at.",
    ),
    "hold_known": ("この保全は既に記録されています。", "This hold is recorded already."),
    "hold_not_there": (
        "この保全はないか、既に解除されています。",
        "There is no such hold, or it was released already.",
    ),
    "release_not_proposed": (
        "この保全の解除は、まだ一人目が提案していません。",
        "Nobody has proposed yet to release this hold.",
    ),
    "hold_not_reviewed": (
        "{at:time} に見直すはずの保全が、見直されないまま続いています。",
        "The hold was to be reviewed at {at:time}, and still stood then.",
    ),
    "hold_order_unknown": (
        "{work_order} はお客様の作業依頼の記録にないため、保全できません。",
        "The customer has no work order {work_order}, so there is nothing of it to hold.",
    ),
    "hold_days_order": (
        "保全の期間は初日と末日の両方を、この順に指定してください。",
        "The days of a hold have both a first and a last, in this order.",
    ),
    "key_has_no_day": (
        "{key} は日ごとの鍵ではありません。",
        "The key {key} belongs to no day.",
    ),
    "term_is_over": (
        "保管期間は {at:time} に満了しています。",
        "The term ended at {at:time}.",
    ),
    "term_not_longer": (
        "延長は現在の保管期限 {at:time} より後を指定してください。",
        "An extension ends after {at:time}, when the term ends anyway.",
    ),
    "session_not_over": (
        "終了していないセッションの証跡は封緘できません。",
        "The evidence of a session is sealed once the session is over.",
    ),
    "evidence_sealed_already": (
        "このセッションの証跡は既に別の内容で封緘されています。",
        "The evidence of this session is sealed already, with other contents.",
    ),
}
