"""What ``--help`` says of the steps of sessions: gateway, sessions, recordings."""

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "help_gateway": ("The gateway that technicians come in through.", "技術員が通るゲートウェイ。"),
    "help_gateway_login": ("Tell that somebody came in through the gateway.", "ゲートウェイへのログインを記録します。"),
    "help_gateway_login_failed": (
        "Tell that somebody tried to come in and did not.",
        "ゲートウェイへのログイン失敗を記録します。",
    ),
    "help_gateway_logout": ("Tell that a login is over.", "ゲートウェイからのログアウトを記録します。"),
    "help_gateway_clock": ("Tell by how much a source's clock differs.", "接続元の時計のずれを記録します。"),
    "help_session": ("Sessions at a customer's systems.", "お客様システムへのセッション。"),
    "help_session_open": (
        "Begin a session; with --recorder under a recording that runs already.",
        "セッションを開始します（--recorder で録画も開始）。",
    ),
    "help_session_join": ("Take part in a session as a technician.", "技術員としてセッションに参加します。"),
    "help_session_observe": ("Look on at a session.", "セッションに立ち会います。"),
    "help_session_let_in": (
        "Tell that somebody of the customer takes part in a session.",
        "お客様側の方のセッションへの参加を記録します。",
    ),
    "help_session_leave": ("Leave a session.", "セッションから退出します。"),
    "help_session_let_out": ("Tell that somebody else left a session.", "他の方のセッションからの退出を記録します。"),
    "help_session_connect": ("Ask for a path to one system.", "一つのシステムへの接続を求めます。"),
    "help_session_disconnected": ("Tell that a path is there no more.", "接続の終了を記録します。"),
    "help_session_connected": (
        "Tell of a path that nobody asked for here.",
        "事前に求めずに行われた接続を記録します。",
    ),
    "help_session_not_connected": ("Tell that a path was tried in vain.", "成立しなかった接続を記録します。"),
    "help_session_file": ("Tell that a file went over.", "ファイルの転送を記録します。"),
    "help_session_clipboard": (
        "Tell that the clipboard was used; what it held is not kept.",
        "クリップボードの利用を記録します（内容は残しません）。",
    ),
    "help_session_told": (
        "Tell of a session that nobody asked for here, with what was wrong about it.",
        "事前に求めずに行われたセッションを、違反とともに記録します。",
    ),
    "help_session_end": ("A session is over.", "セッションの終了を記録します。"),
    "help_session_terminate": ("End a session now.", "セッションを強制終了します。"),
    "help_session_permit_gap": (
        "The customer lets urgent work go on without a recording.",
        "緊急時に録画なしでの続行をお客様が許可したことを記録します。",
    ),
    "help_session_seal": ("Seal the evidence of a session that is over.", "終了したセッションの証跡を封緘します。"),
    "help_recording": ("Recordings of sessions.", "セッションの録画。"),
    "help_recording_start": ("Tell that a recorder watches the session.", "録画の開始を記録します。"),
    "help_recording_segment": (
        "Seal one piece of a recording: its digest and size are taken of the file.",
        "録画の一区間を封緘します（ファイルのハッシュと大きさを記録）。",
    ),
    "help_recording_interrupt": ("Tell that nothing is recorded any more.", "録画の中断を記録します。"),
    "help_recording_resume": ("Tell that the recording goes on.", "録画の再開を記録します。"),
    "help_recording_finalize": ("Tell that the recorder has said its last.", "録画の確定を記録します。"),
    "help_recording_check": (
        "Compare the pieces as they are found with what was sealed.",
        "録画の現物を封緘時の記録と照合します。",
    ),
}
