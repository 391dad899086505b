"""Sentences about permission to connect and excluded origins."""

SENTENCES = {
    "targets_none": ("対象が指定されていません。", "No target is named."),
    "targets_beyond": (
        "作業依頼または許可の対象に含まれないものがあります（{targets}）。",
        "These targets are not among those of the work order or the permission: {targets}.",
    ),
    "another_customer": (
        "別のお客様の記録です。接続は一社ごとに扱います。",
        "This belongs to another customer: a connection serves one alone.",
    ),
    "permission_known": ("この接続許可の識別子は既に使われています。", "This id of a permission is taken."),
    "permission_unknown": (
        "この作業依頼に対する接続許可の記録がありません。",
        "There is no such permission for this work order.",
    ),
    "permission_answered": (
        "この接続許可は既に回答済みです（{status:permission_facts.Status}）。",
        "This permission has been answered already: {status:permission_facts.Status}.",
    ),
    "permission_not_granted": (
        "この接続許可は有効ではありません（{status:permission_facts.Status}）。",
        "This permission is not a granted one: {status:permission_facts.Status}.",
    ),
    "permission_answer_time": (
        "回答時刻 {at:time} は申請より前か、まだ来ていません。",
        "The time of the answer {at:time} is before the request, or still to come.",
    ),
    "permission_window_order": (
        "許可の終了は開始より後でなければなりません。",
        "The permitted window ends after it begins.",
    ),
    "permission_by_technician": (
        "担当技術員は自らの接続許可を承認も記録もできません。",
        "A technician of the order neither gives nor takes down its permission.",
    ),
    "protocols_beyond_request": (
        "申請していない接続方式です（{protocols:encrypted_path.Protocol.name}）。",
        "These protocols were not asked for: {protocols:encrypted_path.Protocol.name}.",
    ),
    "permission_not_now": (
        "この時点を含む許可時間がありません（{status:permission_facts.Status}）。",
        "No granted window holds this instant: {status:permission_facts.Status}.",
    ),
    "protocol_not_permitted": (
        "接続方式「{protocol:encrypted_path.Protocol.name}」は許可されていません。",
        "The protocol {protocol:encrypted_path.Protocol.name} is not permitted.",
    ),
    "vpn_not_confirmed": (
        "VPN 機器が確認されていません。",
        "The equipment for the VPN is not confirmed.",
    ),
    "origin_known": ("この適用除外元は既に登録されています。", "This excluded origin is registered already."),
    "origin_unknown": (
        "有効な適用除外元の登録がありません。",
        "There is no such excluded origin, or it has ended.",
    ),
    "origin_network": (
        "{network} はネットワークの表記ではありません。",
        "{network} is not the spelling of a network.",
    ),
    "origin_not_excluded": (
        "ゲートウェイ {gateway}、アドレス {address} は登録済みの適用除外元ではありません。",
        "The gateway {gateway} and address {address} are of no registered excluded origin.",
    ),
    "excluded_without_contract": (
        "この接続は、有効な契約の内容として実施されるものではありません。",
        "This connection is not the content of a live contract.",
    ),
    "excluded_connection_to_come": (
        "開始時刻 {at:time} はまだ来ていません。",
        "The start {at:time} is still to come.",
    ),
    "excluded_connection_known": (
        "この接続の識別子では別の内容が記録されています。",
        "Something else is recorded of a connection of this id.",
    ),
}
