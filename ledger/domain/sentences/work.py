"""Sentences about work orders and work."""

SENTENCES = {
    "work_order_unknown": ("この作業依頼は登録されていません。", "There is no such work order."),
    "work_order_known": ("この作業依頼は既に登録されています。", "This work order is registered already."),
    "work_order_over": (
        "この作業依頼は既に終わっています（{status:work.Status}）。新しい作業依頼を登録してください。",
        "This work order is over ({status:work.Status}): open a new one.",
    ),
    "work_order_not_new": (
        "この作業依頼には既に回答済みです（{status:work.Status}）。",
        "This work order was answered already: {status:work.Status}.",
    ),
    "work_order_without_targets": ("作業依頼には対象を指定してください。", "A work order names its targets."),
    "work_needs_requester": (
        "契約に定期作業の記載がないため、依頼されたお客様担当者を指定してください。",
        "No contract states this work as periodic: name the customer's contact who asked for it.",
    ),
    "contact_missing": ("お客様担当者を指定してください。", "Name the customer's contact whose word this is."),
    "not_a_technician": ("この方は現任の技術員ではありません。", "This is no active technician."),
    "not_assigned": ("この技術員は割り当てられていません。", "This technician is not assigned."),
    "assigned_by_oneself": (
        "作業の割当てとその解除は、技術員本人ではなく別の者が行います。",
        "Nobody gives work to themselves or takes it from themselves: somebody else does.",
    ),
    "work_begun": (
        "作業は既に始まっているため、取消ではなく中止としてください。",
        "Work has begun: abort it, it cannot be cancelled.",
    ),
    "work_begun_already": ("作業は既に始まっています。", "Work has begun already."),
    "work_not_begun": (
        "作業の開始が記録されていません。先に作業開始を記録してください。",
        "Nothing tells that this work began: record its start first.",
    ),
    "work_rests_already": (
        "作業は {since:time} から中断しています。先にその再開を記録してください。",
        "Work has rested since {since:time}: record first when it went on.",
    ),
    "work_did_not_rest": (
        "{at:time} に作業は中断していません。先にその中断を記録してください。",
        "Work did not rest at {at:time}: record first when it was suspended.",
    ),
    "work_paused_after_end": (
        "作業の終了 {ended_at:time} より後の中断または再開が記録されています。",
        "Work is recorded to have rested or gone on after it ended at {ended_at:time}.",
    ),
    "work_done_before_abort": (
        "{aborted_at:time} に中止と記録された作業は、それより前に完了していました。",
        "The work that is recorded as aborted at {aborted_at:time} had been done before.",
    ),
    "work_ended_otherwise": (
        "{ended_at:time} に終わった（{status:work.Status}）作業は、{told_at:time} に終わったとも記録されています。",
        "The order was over at {ended_at:time} ({status:work.Status}), and its work is told to end at {told_at:time}.",
    ),
    "work_began_earlier": (
        "{at:time} に開始と記録された作業は、それより前に始まっていました。",
        "The work that is recorded as begun at {at:time} had begun before.",
    ),
    "work_was_in_progress": (
        "後の記録により、{at:time} には作業中でした。",
        "Work was in progress at {at:time}, as was told later.",
    ),
    "work_in_other_state": (
        "作業依頼の状態（{status:work.Status}）では、この操作はできません。",
        "This cannot be done with a work order that is {status:work.Status}.",
    ),
    "time_to_come": ("時刻 {at:time} はまだ来ていません。", "The time {at:time} is still to come."),
    "time_too_early": (
        "時刻 {at:time} は、先立つ出来事の {after:time} より前です。",
        "The time {at:time} is before {after:time}, when what it follows happened.",
    ),
    "work_after_end": (
        "終わった作業依頼（{status:work.Status}）の下で作業が行われました。",
        "Work was done under an order that was over: {status:work.Status}.",
    ),
    "work_unscheduled": ("合意した日程のないまま作業が開始されました。", "Work began without an agreed time."),
    "work_outside_window": (
        "合意した日程（{starts_at:time} から {planned_end:time} まで）の外で作業が開始されました。",
        "Work began outside the agreed time, {starts_at:time} to {planned_end:time}.",
    ),
    "work_without_notice": ("作業前連絡のないまま作業が開始されました。", "Work began without a pre-work notice."),
    "work_without_proper_notice": (
        "要件を満たす作業前連絡のないまま作業が開始されました。",
        "Work began without a proper pre-work notice.",
    ),
    "notice_too_late": (
        "作業前連絡（{sent_at:time}）から開始までの間が足りません。",
        "The pre-work notice, sent at {sent_at:time}, came too late before the start.",
    ),
    "notice_before_agreement": (
        "作業前連絡（{sent_at:time}）は日程の合意（{agreed_at:time}）より前で、合意から開始までの間が足りません。",
        "The pre-work notice, sent at {sent_at:time}, was before the agreed time stood at {agreed_at:time}: too late.",
    ),
    "technician_unannounced": (
        "作業前連絡にない技術員、または割り当てのない技術員が作業を開始しました。",
        "Work was begun by a technician who was not announced or not assigned.",
    ),
    "overrun_not_told": (
        "予定超過が期限 {deadline:time} までに報告されていません。",
        "The overrun has not been reported by {deadline:time}.",
    ),
    "overrun_not_written": (
        "電話による予定超過報告が期限 {deadline:time} までに書面で確認されていません。",
        "The call about the overrun has not been confirmed in writing by {deadline:time}.",
    ),
    "overrun_told_late": (
        "予定超過の報告が期限 {deadline:time} に遅れました。",
        "The overrun was reported after {deadline:time}.",
    ),
    "overrun_never_told": (
        "予定超過が期限 {deadline:time} までに報告されないまま作業が終わりました。",
        "Work ended with an overrun that was not reported by {deadline:time}.",
    ),
    "overrun_written_late": (
        "電話による予定超過報告の書面確認が期限 {deadline:time} に遅れました。",
        "The call about the overrun was confirmed in writing after {deadline:time}.",
    ),
}
