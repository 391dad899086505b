"""Types of entries that others than the domain's commands write: importers, the door, and the log about itself.

What the log's core writes is not written a second time under a domain name; ``COVERED`` says which type is which event
of the terms.
"""

from collections.abc import Mapping

from ledger.domain.registry import TERMS, declare

_CORE_WRITES = "the log's core writes it, with the key or hold it is about"
_TARGET_TELLS = "a target's own log tells it, and an importer writes it"
COVERED: Mapping[str, tuple[str, str]] = {
    "EvidenceShredded": ("key.destroyed.v1", _CORE_WRITES),
    "EvidenceShredVerified": ("key.destruction_confirmed.v1", _CORE_WRITES),
    "RetentionHoldPlaced": ("hold.placed.v1", _CORE_WRITES),
    "RetentionHoldReleased": ("hold.released.v1", _CORE_WRITES),
    "CheckpointSigned": ("heads.sealed.v1", "a checkpoint is signed over the heads that are sealed for it"),
    "CustomerRegistered": ("customer.registered.v1", "the door writes it as it opens the customer's chain"),
    "LoginFailed": ("gateway.technician_login_failed.v1", "the gateway tells it; of a target it is login.failed.v1"),
    "CommandObserved": ("session.command_observed.v1", _TARGET_TELLS),
    "SessionCorrelated": ("session.correlated.v1", _TARGET_TELLS),
    "RecordingStarted": ("session.recording_started.v1", "the recorder tells it; of a file it is recording.started.v1"),
    "RecordingFinalized": ("session.recording_finalized.v1", "… and recording.finalized.v1"),
    "ImportBatchOpened": ("ledger.import_batch_opened.v1", "an importer writes it"),
    "ImportBatchClosed": ("ledger.import_batch_closed.v1", "an importer writes it"),
}
"""Events of the terms that no fact of the domain is named after: the type that carries each, and why that does."""

_TRAIL = (
    ("login.accepted.v1", "ログイン成功", "Login accepted", "4-2"),
    ("login.failed.v1", "ログイン失敗", "Login failed", "4-2"),
    ("login.ended.v1", "ログアウト", "Login ended", "4-2"),
    ("session.command_observed.v1", "コマンド実行", "Command observed", "4-1④"),
    ("session.command_exited.v1", "コマンド終了", "Command exited", "4-1④"),
    ("session.correlated.v1", "セッション対応付け", "Session correlated", "4-2"),
    ("desktop.connection_opened.v1", "デスクトップ接続開始", "Desktop connection opened", "4-2"),
    ("desktop.connection_closed.v1", "デスクトップ接続終了", "Desktop connection closed", "4-2"),
    ("desktop.login_accepted.v1", "デスクトップ認証成功", "Desktop login accepted", "4-2"),
    ("desktop.login_failed.v1", "デスクトップ認証失敗", "Desktop login failed", "4-2"),
    ("desktop.vnc_accepted.v1", "VNC 接続受付", "VNC connection accepted", "4-2"),
    ("desktop.vnc_closed.v1", "VNC 接続終了", "VNC connection closed", "4-2"),
    ("desktop.vnc_refused.v1", "VNC 接続拒否", "VNC connection refused", "4-2"),
    ("recording.started.v1", "録画開始", "Recording started", "4-1⑤"),
    ("recording.finalized.v1", "録画確定", "Recording finalized", "4-1⑤"),
    ("ledger.import_batch_opened.v1", "取込開始", "Import opened", "audit"),
    ("ledger.import_batch_closed.v1", "取込終了", "Import closed", "audit"),
    ("ledger.import_lines_rejected.v1", "取込不能行", "Lines of an import rejected", "audit"),
    ("ledger.finding_recorded.v1", "指摘記録", "Finding recorded", "audit"),
)
_CORE = (
    ("log.created.v1", "ログ作成", "Log created", "log"),
    ("log.clock_corrected.v1", "時刻修正", "Clock corrected", "log"),
    ("log.key_added.v1", "署名鍵追加", "Signing key added", "log"),
    ("log.key_retired.v1", "署名鍵終了", "Signing key retired", "log"),
    ("chain.created.v1", "チェーン作成", "Chain created", "customer"),
    ("heads.sealed.v1", "先頭表封緘", "Heads sealed", "log"),
    ("key.created.v1", "データ鍵作成", "Data key created", "log"),
    ("key.destroyed.v1", "データ鍵破棄", "Data key destroyed", "log"),
    ("key.destruction_confirmed.v1", "データ鍵破棄確認", "Destruction of a data key confirmed", "log"),
    ("hold.placed.v1", "保全", "Hold placed", "log"),
    ("hold.released.v1", "保全解除", "Hold released", "log"),
    ("payload.removed.v1", "内容除去", "Payload removed", "log"),
)
for _type, _ja, _en, _chain in _CORE:
    declare(_type, retention=TERMS, ja=_ja, en=_en, clause="4-1⑤", chain="log" if _chain == "log" else "customer")

declare(
    "customer.registered.v1",
    retention="agreement",
    subject="customer",
    ja="お客様登録",
    en="Customer registered",
    clause="-",
)
for _type, _ja, _en, _clause in _TRAIL:
    declare(_type, retention="trail", ja=_ja, en=_en, clause=_clause)
