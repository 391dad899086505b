"""Sentences about what follows completed work."""

SENTENCES = {
    "work_not_completed": (
        "作業依頼は完了していません（{status:work.Status}）。",
        "The work order is not completed but {status:work.Status}.",
    ),
    "report_overdue": (
        "実施報告が期限 {deadline:time} までに送られていません。",
        "The completion report has not been sent by {deadline:time}.",
    ),
    "check_request_overdue": (
        "稼働確認が期限 {deadline:time} までに依頼されていません。",
        "The operation check has not been asked for by {deadline:time}.",
    ),
    "report_before_end": (
        "作業の終了（{ended_at:time}）より前の {sent_at:time} に、実施報告が送付されたと記録されています。",
        "The report is recorded to have been sent at {sent_at:time}, before the work ended at {ended_at:time}.",
    ),
    "check_asked_before_end": (
        "作業の終了（{ended_at:time}）より前の {sent_at:time} に、稼働確認が依頼されたと記録されています。",
        "The check is recorded to have been asked for at {sent_at:time}, before the work ended at {ended_at:time}.",
    ),
    "check_requested_already": ("稼働確認は既に依頼済みです。", "The operation check was asked for already."),
    "check_without_systems": (
        "稼働確認を依頼するシステムを指定してください。",
        "Name the systems to be checked.",
    ),
    "check_not_requested": ("稼働確認は依頼されていません。", "No operation check was asked for."),
    "check_answered": ("稼働確認には既に回答があります。", "The operation check was answered already."),
    "check_has_lapsed": (
        "稼働確認の期限 {deadline:time} を過ぎたため、改めてのお問い合わせとして登録してください。",
        "The time to answer the operation check ended at {deadline:time}: open a follow-up inquiry.",
    ),
    "defect_missing": ("不具合の内容を指定してください。", "Say what does not work."),
    "follow_up_of_another": (
        "改めてのお問い合わせには、同じお客様の担当者を指定してください。",
        "A follow-up inquiry is made by a contact of the same customer.",
    ),
}
