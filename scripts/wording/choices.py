"""What the codes mean that an option may have: ``choice_`` and module, class and value."""

from typing import Final

_CHOICES: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "access.Act": {
        "view": ("view", "閲覧"),
        "playback": ("play back", "再生"),
        "export": ("take along", "持出し"),
    },
    "acquisition.ItemClass": {
        "log": ("log", "ログ"),
        "configuration": ("configuration", "設定"),
        "dump": ("dump", "ダンプ"),
        "screen": ("picture of the screen", "画面"),
        "file": ("file", "ファイル"),
        "clipboard": ("clipboard", "クリップボード"),
    },
    "basis.Basis": {
        "contract": ("a service contract", "サービス契約"),
        "customer_request": ("the customer's request", "お客様のご依頼"),
        "standalone_terms": ("the terms alone", "条件書のみ"),
    },
    "consent_facts.Form": {
        "signed_document": ("signed document", "署名・押印した書面"),
        "portal": ("portal", "ポータル"),
        "mail": ("e-mail", "電子メール"),
        "spoken": ("spoken", "口頭"),
    },
    "consent_facts.PresentationCause": {
        "initial": ("first presentation", "初回の提示"),
        "change": ("the terms changed", "条件書の変更"),
        "on_request": ("the customer asked", "お客様のご要望"),
    },
    "consent_facts.Proof": {
        "signed_receipt": ("signed receipt", "受領書"),
        "postal_record": ("postal record of delivery", "配達記録"),
        "mail_receipt": ("read receipt of an e-mail", "メールの開封確認"),
        "portal_view": ("seen in the portal", "ポータルでの閲覧"),
    },
    "consent_facts.Stop": {
        "safe": ("as soon as it is safe", "安全な所で停止"),
        "now": ("at once", "直ちに停止"),
    },
    "contacts.ContactRole": {
        "consent_signatory": ("signs consents", "同意の署名者"),
        "work_contact": ("speaks about work", "作業の窓口"),
        "operation_checker": ("checks operation", "稼働確認の担当者"),
        "evidence_applicant": ("applies for the trail", "証跡の申請者"),
        "billing_contact": ("accepts fees", "請求の窓口"),
        "credential_owner": ("owns credentials", "接続情報の所有者"),
    },
    "contract.Remote": {
        "periodic": ("remote connections at set times", "定期的なリモート接続の定めあり"),
        "possible": ("remote connections as needed", "必要に応じたリモート接続の定めあり"),
        "not_stated": ("nothing", "定めなし"),
    },
    "credential_facts.Origin": {
        "customer": ("given by the customer", "お客様からのお預かり"),
        "vendor_built": ("made by the vendor", "弊社が作成"),
        "one_time": ("for one use", "一回限り"),
        "federated": ("the customer's own sign-on, no secret", "お客様の認証基盤（秘密なし）"),
    },
    "credential_facts.Rejection": {
        "not_working": ("does not work", "使用できない"),
        "too_wide": ("permits too much", "権限が広すぎる"),
        "unsafe_channel": ("came by an unsafe way", "安全でない経路で届いた"),
        "exposed": ("was exposed", "漏えいした"),
    },
    "deidentified.Opting": {
        "out": ("out", "停止"),
        "in": ("in again", "再開"),
    },
    "encrypted_path.Protocol": {
        "https": ("HTTPS with TLS 1.2 or later", "HTTPS（TLS 1.2 以上）"),
        "ssh": ("SSH version 2", "SSH（第 2 版）"),
        "vpn": ("encrypted VPN", "暗号化された VPN"),
        "other": ("another: not lawful", "その他（認められません）"),
    },
    "encrypted_path.Tunnel": {
        "ipsec": ("IPsec tunnel", "IPsec 方式"),
        "wireguard": ("WireGuard tunnel", "WireGuard 方式"),
        "tls": ("TLS tunnel", "TLS 方式"),
        "other": ("another", "その他"),
    },
    "fee_facts.WaiverReason": {
        "goodwill": ("goodwill", "ご厚意による免除"),
        "own_fault": ("the vendor's own fault", "弊社の責による免除"),
        "contract": ("by contract", "契約による免除"),
    },
    "fee_facts.Written": {
        "signed_document": ("signed document", "署名・押印した書面"),
        "portal": ("portal", "ポータル"),
        "mail": ("e-mail", "電子メール"),
        "spoken": ("spoken: not accepted", "口頭（認められません）"),
    },
    "gateway.LoginFailure": {
        "unknown_account": ("unknown account", "存在しないアカウント"),
        "wrong_secret": ("wrong secret", "秘密の誤り"),
        "second_factor": ("second factor", "二要素目の失敗"),
        "locked": ("locked", "ロック中"),
        "not_allowed": ("not allowed", "許可なし"),
        "other": ("another reason", "その他"),
    },
    "gateway.LogoutCause": {
        "signed_out": ("signed out", "サインアウト"),
        "timed_out": ("timed out", "時間切れ"),
        "cut": ("cut", "切断された"),
        "lost": ("lost", "途絶"),
    },
    "gateway.SecondFactor": {
        "none": ("none", "なし"),
        "totp": ("one-time code", "ワンタイムコード"),
        "push": ("confirmation on a device", "端末での承認"),
        "webauthn": ("security key or passkey", "セキュリティキー・パスキー"),
        "smart_card": ("smart card", "IC カード"),
    },
    "holds.HoldReason": {
        "legal": ("legal matter", "法的手続"),
        "dispute": ("dispute", "紛争"),
        "incident": ("incident", "インシデント"),
    },
    "marking.Marking": {
        "under_agreement": ("under the agreement on confidentiality", "機密保持契約に基づく表示"),
        "customers_responsibility": ("secrecy is the customer's responsibility", "お客様の責任での管理の表示"),
    },
    "permission_facts.Device": {
        "firewall": ("firewall", "ファイアウォール"),
        "gateway": ("VPN gateway", "VPN ゲートウェイ"),
        "router": ("router", "ルーター"),
    },
    "purposes.DataKind": {
        "metadata": ("what happened and when", "記録の概要（いつ何が）"),
        "content": ("what was typed and shown", "操作の内容"),
        "recording": ("recording", "録画"),
        "acquired": ("acquired information", "取得した情報"),
        "derived": ("de-identified set", "非特定化データ"),
    },
    "purposes.Purpose": {
        "contract_performance": ("performing the contract", "契約の履行"),
        "requested_work": ("the requested work", "ご依頼の作業"),
        "problem_determination": ("finding a problem's cause", "問題の調査"),
        "proper_use_check": ("checking proper use", "適正利用の確認"),
        "future_proposal": ("proposals to the customer", "今後のご提案"),
        "deidentified_improvement": ("improvement, de-identified", "非特定化しての品質向上"),
    },
    "request_facts.Provision": {
        "plain": ("as it is", "通常の形式"),
        "custom_format": ("in the customer's format", "お客様の指定書式"),
        "report": ("as a report", "報告書"),
    },
    "request_facts.Rejection": {
        "not_entitled": ("the applicant is not entitled", "申請者に権限がない"),
        "destroyed": ("it is destroyed", "破棄済み"),
        "out_of_scope": ("it is out of scope", "対象外"),
        "duplicate": ("it was asked for already", "重複"),
    },
    "request_facts.RequestForm": {
        "paper": ("paper", "紙の書面"),
        "signed_pdf": ("signed PDF", "署名付き PDF"),
        "portal": ("form in the portal", "ポータルの申請書"),
        "mail": ("e-mail: not in writing", "電子メール（書面ではありません）"),
        "chat": ("chat: not in writing", "チャット（書面ではありません）"),
        "spoken": ("spoken: not in writing", "口頭（書面ではありません）"),
    },
    "people.Role": {
        "technician": ("technician", "技術員"),
        "sales": ("sales", "営業"),
        "legal": ("legal", "法務"),
        "security": ("security", "セキュリティ"),
        "finance": ("finance", "経理"),
        "auditor": ("auditor", "監査"),
        "gateway_operator": ("operates gateways", "ゲートウェイ運用"),
        "evidence_custodian": ("keeps the evidence", "証跡管理"),
        "checkpoint_signer": ("signs checkpoints", "チェックポイント署名"),
    },
    "origins.Centre": {
        "SMAC": ("the centre SMAC", "SMAC センター"),
        "CLIC": ("the centre CLIC", "CLIC センター"),
    },
    "session_detail.Direction": {
        "to_customer": ("to the customer", "お客様側へ"),
        "from_customer": ("from the customer", "お客様側から"),
    },
    "session_facts.Ending": {
        "signed_out": ("signed out", "サインアウト"),
        "cut": ("cut", "切断された"),
        "lost": ("lost", "途絶"),
        "silent": ("nothing was heard of it", "応答なし"),
    },
    "session_facts.Participation": {
        "technician": ("technician", "技術員"),
        "customer": ("the customer's person", "お客様側の方"),
        "observer": ("observer", "立会者"),
    },
    "session_facts.Termination": {
        "consent_withdrawn": ("consent was withdrawn", "同意の撤回"),
        "permission_revoked": ("the permission was revoked", "許可の取消"),
        "no_recording": ("it is not recorded", "録画なし"),
        "recording_lost": ("its recording was lost", "録画の途絶"),
        "customer_stop": ("the customer stopped it", "お客様による停止"),
        "security": ("security", "セキュリティ上の理由"),
    },
    "terms.Change": {
        "material": ("material", "重大"),
        "minor": ("minor", "軽微"),
    },
    "work_facts.Channel": {
        "mail": ("e-mail", "電子メール"),
        "portal": ("portal", "ポータル"),
        "post": ("post", "郵送"),
        "phone": ("telephone", "電話"),
    },
    "work_facts.Obstacle": {
        "consent": ("consent", "同意"),
        "permission": ("permission", "許可"),
        "information": ("information", "情報"),
        "prerequisite": ("prerequisite", "前提条件"),
    },
    "work_facts.Side": {
        "vendor": ("the vendor", "弊社"),
        "customer": ("the customer", "お客様"),
    },
}

TEXTS: Final[dict[str, tuple[str, str]]] = {
    f"choice_{kind}.{value}": said for kind, values in _CHOICES.items() for value, said in values.items()
}
