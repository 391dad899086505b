"""Sentences about what is told later than it happened."""

SENTENCES = {
    "session_without_basis": (
        "実施の根拠のないままセッションが開始されました。",
        "A session was started on no basis.",
    ),
    "connection_without_consent": (
        "有効な同意のないまま接続が開始されました。",
        "A connection was opened without effective consent.",
    ),
    "begun_after_revocation": (
        "接続許可の取消を受領した {at:time} 以後に開始されました。",
        "This began after the revocation of its permission was received at {at:time}.",
    ),
}
