"""Sentences about acquiring and using data, de-identified sets, access to the evidence and the ledger itself."""

SENTENCES = {
    "purpose_not_acquirable": (
        "{purpose} のために情報を取得することはできません（契約の履行または依頼された作業に限ります）。",
        "Information is acquired to perform the contract or the requested work, not for {purpose}.",
    ),
    "acquired_outside_work": (
        "作業が行われていない間（{status}）の情報の取得です。",
        "Information is acquired while the work is done; the order is {status}.",
    ),
    "acquired_by_another": (
        "この作業の担当ではない者による情報の取得です。",
        "Information is acquired by a technician who is assigned to the work.",
    ),
    "acquired_to_come": (
        "取得時刻 {at} はまだ来ていません。",
        "The time of the acquisition {at} is still to come.",
    ),
    "purpose_not_usable": (
        "{roles} の役割では、{kind} を {purpose} のために利用できません。",
        "The role {roles} does not use {kind} for {purpose}.",
    ),
    "purpose_not_named": (
        "証跡の閲覧・出力には目的（--purpose）の指定が必要です。",
        "Who looks at evidence, or takes it along, names a purpose (--purpose).",
    ),
    "dataset_to_name": (
        "非特定化データの利用にはそのデータの指定が必要で、それ以外（{kind}）には指定できません。",
        "A derived set is named where it is used, and nothing else is named as one: {kind}.",
    ),
    "use_to_come": (
        "利用時刻 {at} はまだ来ていません。",
        "The time of the use {at} is still to come.",
    ),
    "of_another_customer": (
        "別のお客様の記録です。",
        "This belongs to another customer.",
    ),
    "fields_not_allowed": (
        "非特定化データには許された項目だけを含めます（許されない項目：{fields}）。",
        "A de-identified set holds allowed fields only; not allowed: {fields}.",
    ),
    "too_few_customers": (
        "非特定化データは {least} 社以上から成るものとします（現在 {count} 社）。",
        "Each value of a de-identified set stands for {least} customers or more, not for {count}.",
    ),
    "customer_opted_out": (
        "非特定化データへの利用を望まないお客様が含まれています。",
        "A customer who opted out is among those of the set.",
    ),
    "reviewer_is_author": (
        "非特定化データの作成者は自ら審査できません。",
        "The author of a set does not review it.",
    ),
    "dataset_not_approved": (
        "審査で承認されていない非特定化データは利用できません。",
        "A de-identified set is used once its review has approved it.",
    ),
    "dataset_known": ("この非特定化データは既に登録されています。", "This set is registered already."),
    "dataset_unknown": ("この非特定化データは登録されていません。", "There is no such set."),
    "recordings_on_request": (
        "{kind} は書面での申請により提供します。",
        "What is {kind} is provided on a written request.",
    ),
    "clock_too_far": (
        "時刻源のずれが {skew} ミリ秒あり、ログインを照合できません。",
        "The clock of the source differs by {skew} ms, too far to match its logins.",
    ),
}
