"""Sentences about logins, sessions and connections: what is the case, so that they serve refusals and violations."""

SENTENCES = {
    "path_not_encrypted": (
        "接続経路（{protocol:encrypted_path.Protocol.name} {version}）は、認められた暗号化通信ではありません。",
        "The path ({protocol:encrypted_path.Protocol.name} {version}) is not an encrypted one that is allowed.",
    ),
    "plain_inside_vpn": (
        "VPN の中で暗号化されていない {inner} が使われています。",
        "Inside the VPN runs {inner}, which is not encrypted by itself.",
    ),
    "login_known": (
        "このログインの識別子では別の内容が記録されています。",
        "Something else is recorded of a login of this id.",
    ),
    "logout_known": (
        "このログアウトは別の内容で記録されています。",
        "The end of this login is recorded in another way.",
    ),
    "logout_without_login": (
        "ログインの記録がないログアウトです。",
        "A login ended of which nobody told that it began.",
    ),
    "login_of_nobody": (
        "登録された技術員ではない者が専用環境にログインしました。",
        "Somebody who is no registered technician logged in to the dedicated environment.",
    ),
    "technician_not_assigned": (
        "この技術員は作業依頼に割り当てられていません。",
        "The technician is not assigned to the work order.",
    ),
    "work_not_in_progress": (
        "作業依頼は作業中ではありません（{status:work.Status}）。",
        "The work order is not in progress: {status:work.Status}.",
    ),
    "not_through_gateway": (
        "この技術員は、この時点で専用環境にログインしていません。",
        "The technician is not logged in to the dedicated environment at this instant.",
    ),
    "session_known": (
        "このセッションの識別子は既に使われています。",
        "This id of a session is taken.",
    ),
    "session_without_order": (
        "作業依頼のないままセッションが開始されました。",
        "A session was started without a work order.",
    ),
    "session_of_unknown_order": (
        "登録のない作業依頼（{work_order}）によりセッションが開始されました。",
        "A session was started for a work order that nobody registered: {work_order}.",
    ),
    "session_unknown": ("このセッションの開始の記録がありません。", "No session started under this id."),
    "session_over": ("このセッションは既に終わっています。", "This session is over."),
    "session_still_runs": ("このセッションはまだ続いています。", "This session still runs."),
    "session_of_another_order": (
        "このセッションは別の作業依頼のものです。",
        "This session is for another work order.",
    ),
    "connection_known": (
        "この接続の識別子は既に使われています。",
        "This id of a connection is taken.",
    ),
    "connection_without_session": (
        "セッションの記録がない接続です。",
        "A connection was opened in no recorded session.",
    ),
    "session_beyond_permission": (
        "セッションが許可時間の終わり {until:time} を過ぎて続きました。",
        "The session lasted beyond the end of its permission at {until:time}.",
    ),
    "session_went_on": (
        "終了すべき {until:time} を過ぎてセッションが続きました。",
        "The session went on although it had to end at {until:time}.",
    ),
    "left_without_joining": (
        "参加の記録のない者が、セッションから退出したと記録されています。",
        "Somebody is recorded to have left the session of whom nothing tells that they were in it.",
    ),
    "session_silent": (
        "長時間何も報告されなかったため、セッションは終わったものとみなしました。",
        "Nothing was heard of the session for so long that it is taken to be over.",
    ),
    "login_without_session": (
        "対象 {target} へのログインに対応するセッションの記録がありません。",
        "No recorded session accounts for a login to {target}.",
    ),
    "login_of_several_sessions": (
        "対象 {target} へのログインに複数のセッションが対応します。",
        "Several recorded sessions account for a login to {target}.",
    ),
}
