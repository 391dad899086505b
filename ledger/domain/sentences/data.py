"""Sentences about acquiring and using data, de-identified sets, access to the evidence and the ledger itself."""

SENTENCES = {
    "purpose_not_acquirable": (
        "情報の取得は契約の履行または依頼された作業のためのものに限られ、「{purpose:purposes.Purpose}」は認められません。",
        "This is no purpose to acquire information for: {purpose:purposes.Purpose}.",
    ),
    "acquired_outside_work": (
        "作業が行われていない間（{status:work.Status}）の情報の取得です。",
        "This acquisition of information is not during the work: the order is {status:work.Status}.",
    ),
    "acquired_without_order": (
        "作業依頼のない情報の取得です。",
        "This acquisition of information is for no work order.",
    ),
    "acquired_by_another": (
        "この作業の担当ではない者による情報の取得です。",
        "This acquisition of information is by somebody who is not assigned to the work.",
    ),
    "volume_negative": (
        "取得量（{volume} バイト）は 0 以上で指定してください。",
        "Nothing has a volume of {volume} bytes.",
    ),
    "acquired_to_come": (
        "取得時刻 {at:time} はまだ来ていません。",
        "The time of the acquisition {at:time} is still to come.",
    ),
    "purpose_not_usable": (
        (
            "「{roles:people.Role}」の役割では、「{kind:purposes.DataKind}」を"
            "「{purpose:purposes.Purpose}」のために利用できません。"
        ),
        (
            "The use of {kind:purposes.DataKind} for {purpose:purposes.Purpose} is not allowed "
            "by the role {roles:people.Role}."
        ),
    ),
    "purpose_not_named": (
        "証跡の閲覧・出力には目的（--purpose）の指定が必要です。",
        "Who looks at evidence, or takes it along, names a purpose (--purpose).",
    ),
    "dataset_to_name": (
        "非特定化データの利用にはそのデータの指定が必要で、それ以外（{kind:purposes.DataKind}）には指定できません。",
        ("A de-identified set is used and not named, or something else is named as one: {kind:purposes.DataKind}."),
    ),
    "used_after_leaving": (
        "退職・異動などで登録を終了した者による利用です。",
        "Somebody used it who had left by then.",
    ),
    "use_to_come": (
        "利用時刻 {at:time} はまだ来ていません。",
        "The time of the use {at:time} is still to come.",
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
        "The review of this de-identified set has not approved it for use.",
    ),
    "dataset_known": ("この非特定化データは既に登録されています。", "This set is registered already."),
    "dataset_unknown": ("この非特定化データは登録されていません。", "There is no such set."),
    "recordings_on_request": (
        "「{kind:purposes.DataKind}」は書面での申請により提供します。",
        "This is provided on a written request: {kind:purposes.DataKind}.",
    ),
    "clock_too_far": (
        "時刻源のずれが {skew} ミリ秒あり、ログインを照合できません。",
        "The clock of the source differs by {skew} ms, too far to match its logins.",
    ),
}
