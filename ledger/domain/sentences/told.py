"""Sentences about what is told later than it happened."""

SENTENCES = {
    "session_without_basis": (
        "実施の根拠のないままセッションが開始されました。",
        "A session was started on no basis.",
    ),
    "termination_by_timer": (
        "同意の撤回または接続許可の取消による終了は、その記録に基づいて自動で行われます。",
        "A session ends for a withdrawal or revocation by the timer, once that is recorded.",
    ),
    "recording_resumed_alone": (
        "中断の記録がないまま、録画が {at:time} に再開したと報告されました。",
        "The recording was resumed at {at:time}, and nobody has told that it was interrupted.",
    ),
    "overrun_was_told": (
        "予定超過は {sent_at:time} に報告されていました。報告がなかったとした記録は、これを知らずになされたものです。",
        "The overrun was reported at {sent_at:time}: the violation on record was found without knowing of that.",
    ),
    "overrun_was_known": (
        "お客様は {known_at:time} に新しい日程をご存じとのことです。違反とした記録は、これを知らずになされたものです。",
        "The customer is said to have known a later end at {known_at:time}: the violation was found without knowing.",
    ),
    "agreement_told_late": (
        "日程は {proposed_at:time} に提示、{agreed_at:time} に合意とのことですが、記録されたのは {told_at:time} です。",
        "A time said to be proposed at {proposed_at:time}, agreed {agreed_at:time}, is on record since {told_at:time}.",
    ),
    "time_was_agreed": (
        "日程は {agreed_at:time} に合意されていたとのことです。違反とした記録は、これを知らずになされたものです。",
        "The time is said to have been agreed at {agreed_at:time}: the violation on record was found without knowing.",
    ),
    "notice_was_sent": (
        "作業前連絡は {sent_at:time} に送られていました。違反とした記録は、これを知らずになされたものです。",
        "The pre-work notice was sent at {sent_at:time}: the violation on record was found without knowing of that.",
    ),
    "login_was_made": (
        "専用環境へのログインは {at:time} になされていました。違反とした記録は、これを知らずになされたものです。",
        "The login to the dedicated environment was made at {at:time}: the violation was found without knowing.",
    ),
    "ground_was_told": (
        "後の記録では、{at:time} に同意または契約がありました。違反とした記録は、これを知らずになされたものです。",
        "As was told later, there was consent or a contract at {at:time}: the violation was found without knowing.",
    ),
    "permission_was_given": (
        "接続は {at:time} に許可されていました。違反とした記録は、これを知らずになされたものです。",
        "The connection was permitted at {at:time}: the violation on record was found without knowing of that.",
    ),
    "device_was_confirmed": (
        "VPN 機器は {at:time} に確認されていました。違反とした記録は、これを知らずになされたものです。",
        "The VPN equipment was confirmed at {at:time}: the violation on record was found without knowing of that.",
    ),
    "session_was_told": (
        "{at:time} に開始されたセッションでの接続でした。違反とした記録は、これを知らずになされたものです。",
        "This was in a session that began at {at:time}: the violation on record was found without knowing of that.",
    ),
    "session_outlasted_work": (
        "作業は {done_at:time} に完了したと記録されていますが、そのセッションは {over_at:time} まで続いていました。",
        "Work is said to have been done at {done_at:time}, and a session of it went on until {over_at:time}.",
    ),
    "permission_of_own_hand": (
        "この技術員は、この作業依頼の接続許可を自ら承認または記録しています。",
        "This technician gave or took down a permission of this work order.",
    ),
    "connection_without_consent": (
        "有効な同意のないまま接続が開始されました。",
        "A connection was opened without effective consent.",
    ),
    "session_past_revocation": (
        "接続許可の取消を {at:time} に受領した後、終了すべき {until:time} を過ぎてもセッションが続いていました。",
        "The session went on past {until:time}, by when it had to end after the revocation was received at {at:time}.",
    ),
    "begun_after_revocation": (
        "接続許可の取消を受領した {at:time} 以後に開始されました。",
        "This began after the revocation of its permission was received at {at:time}.",
    ),
}
