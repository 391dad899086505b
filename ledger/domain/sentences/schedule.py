"""Sentences about schedules, and about notices before and during work."""

SENTENCES = {
    "proposal_known": ("この日程案は既に提示されています。", "This proposal was made already."),
    "proposal_unknown": ("この日程案は提示されていません。", "There is no such proposal."),
    "proposal_replaced": (
        "この日程案はその後の合意により変更済みです。改めて日程案を提示してください。",
        "A newer agreement has replaced this proposal: propose the time anew.",
    ),
    "proposal_of_same_side": (
        "日程を提示した側（{by:work_facts.Side}）は、自らの案に合意できません。",
        "The side that proposed ({by:work_facts.Side}) cannot agree to its own proposal.",
    ),
    "proposal_agreed_already": (
        "この日程案には既に合意済みです。別の時点の合意を記録するには、改めて日程案を提示してください。",
        "Both sides agreed on this proposal already: to record that they did at another time, propose it anew.",
    ),
    "schedule_order": (
        "完了予定 {planned_end:time} は、開始より後かつ提示・合意の時点より後とします。",
        "The planned end {planned_end:time} must come after the start, and after the time was spoken of.",
    ),
    "proposal_of_past": (
        "完了予定 {planned_end:time} は過ぎています。提示済みの場合は、その日時（--proposed-at）を指定してください。",
        "The planned end {planned_end:time} is past: if the time was proposed before that, tell when (--proposed-at).",
    ),
    "agreement_on_past": (
        "完了予定 {planned_end:time} は過ぎています。合意済みの場合は、その日時（--agreed-at）を指定してください。",
        "The planned end {planned_end:time} is past: if the time was agreed on before that, tell when (--agreed-at).",
    ),
    "schedule_missing": ("合意した日程がありません。", "No time has been agreed."),
    "not_to_schedule": (
        "作業依頼の状態（{status:work.Status}）では、日程を決められません。",
        "A work order that is {status:work.Status} is not scheduled.",
    ),
    "notice_without_schedule": (
        "合意した日程のない、または始まった作業（{status:work.Status}）の作業前連絡はできません。",
        "A pre-work notice tells of an agreed time before work begins; this order is {status:work.Status}.",
    ),
    "notice_known": ("この作業前連絡は既に送られています。", "This pre-work notice was sent already."),
    "notice_unknown": ("この作業前連絡の記録はありません。", "There is no such pre-work notice."),
    "notice_incomplete": (
        "作業前連絡に不足があります（{missing:notices.Part}）。",
        "The pre-work notice leaves out: {missing:notices.Part}.",
    ),
    "notice_names_unassigned": (
        "作業前連絡に、割り当てられていない技術員が含まれています。",
        "The pre-work notice names a technician who is not assigned.",
    ),
    "notice_beyond_order": (
        "作業前連絡の対象（{targets}）が作業依頼にありません。",
        "The pre-work notice names targets that the work order does not: {targets}.",
    ),
    "overrun_known": ("予定超過は既に判明しています。", "The overrun is known already."),
    "overrun_without_plan": (
        "合意した日程がないため、予定超過はありません。",
        "Without an agreed time there is no overrun.",
    ),
    "overrun_of_what_rests": (
        "進行中でない作業（{status:work.Status}）に予定超過はありません。",
        "Work that is {status:work.Status} is not overrun.",
    ),
    "overrun_beyond_agreement": (
        "合意の {agreed_end:time} に対し報告は {planned_end:time} で、{until:time} 以降は新たな合意を要します。",
        "The end told, {planned_end:time}, goes far beyond {agreed_end:time}: after {until:time} agree on a new time.",
    ),
    "overrun_end_not_later": (
        "新しい完了予定は、報告より後で、これまでの予定 {planned_end:time} より後とします。",
        "The new planned end must come after the notice, and after the one before, {planned_end:time}.",
    ),
}
