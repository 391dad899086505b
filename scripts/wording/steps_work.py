"""What ``--help`` says of the steps of work: orders, permissions, excluded origins, credentials."""

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "help_work": ("Work orders: from the request to the operation check.", "作業依頼（依頼から稼働確認まで）。"),
    "help_work_request": ("Record that work is wished for, and on which basis.", "作業依頼とその根拠を記録します。"),
    "help_work_accept": ("The vendor takes the work on.", "作業依頼を受け付けます。"),
    "help_work_decline": ("The vendor does not take the work on.", "作業依頼を辞退します。"),
    "help_work_cancel": ("Call off work that was not begun.", "開始前の作業を取り消します。"),
    "help_work_assign": ("Give the work to a technician.", "技術員を割り当てます。"),
    "help_work_release": ("Take the work from a technician.", "技術員の割当てを解きます。"),
    "help_work_propose": ("Name a time for the work.", "作業日程を提示します。"),
    "help_work_agree": ("Agree to a proposed time.", "作業日程を決定します。"),
    "help_work_unschedule": ("Take the agreed time back.", "決定した日程を取り消します。"),
    "help_work_notice": ("Tell the customer of the work beforehand.", "作業前の連絡を記録します。"),
    "help_work_notice_received": ("The customer says that the notice arrived.", "作業前連絡の受領を記録します。"),
    "help_work_start": ("Begin the work, as its technician.", "技術員として作業を開始します。"),
    "help_work_suspend": ("Work rests.", "作業の中断を記録します。"),
    "help_work_resume": ("Go on with the work, as its technician.", "技術員として作業を再開します。"),
    "help_work_abort": ("Work ended without being done.", "作業の中止を記録します。"),
    "help_work_complete": ("Work is done.", "作業の完了を記録します。"),
    "help_work_foresee_overrun": (
        "It is known that the work will not be done in time.",
        "予定どおりに完了しないことの判明を記録します。",
    ),
    "help_work_overrun": (
        "Tell the customer of an overrun, with the new planned end.",
        "予定超過の報告を記録します（新しい完了予定）。",
    ),
    "help_work_report": ("Tell the customer what was done.", "実施内容の報告を記録します。"),
    "help_work_request_check": ("Ask the customer to check its systems.", "稼働確認の依頼を記録します。"),
    "help_work_confirm_check": ("The customer says that all systems work.", "稼働確認の結果（正常）を記録します。"),
    "help_work_report_defect": ("The customer says what does not work.", "稼働確認の結果（不具合）を記録します。"),
    "help_work_follow_up": (
        "The customer inquires anew about work that has ended.",
        "終了した作業についての改めてのお問い合わせを記録します。",
    ),
    "help_work_remind": (
        "Remind the customer of what the work lacks.",
        "不足している事項をお客様に督促したことを記録します。",
    ),
    "help_work_block": ("The work cannot be done.", "作業不能を記録します。"),
    "help_work_note_liability": ("Note that the vendor is not liable for blocked work.", "免責事由を記録します。"),
    "help_work_extend_retention": (
        "The customer has an order's trail kept for longer.",
        "作業証跡の保管期間の延長を記録します。",
    ),
    "help_permission": ("A customer's permission to connect.", "接続の許可。"),
    "help_permission_request": ("Ask the customer for access.", "接続の許可を申請します。"),
    "help_permission_grant": ("The customer permits access.", "接続の許可を記録します。"),
    "help_permission_deny": ("The customer does not permit access.", "接続の拒否を記録します。"),
    "help_permission_revoke": ("The customer takes a permission back.", "接続の許可の取消を記録します。"),
    "help_permission_vpn": (
        "The customer confirms usable equipment for a VPN.",
        "VPN 機器が利用可能であることを記録します。",
    ),
    "help_origin": ("Centres to which the terms do not apply.", "適用除外の運用センター。"),
    "help_origin_register": ("Register a gateway of a centre.", "運用センターのゲートウェイを登録します。"),
    "help_origin_end": ("Take a gateway off the list.", "ゲートウェイの登録を終了します。"),
    "help_origin_exclude": ("Record a connection to which the terms do not apply.", "適用除外の接続を記録します。"),
    "help_credential": ("A customer's credentials in custody.", "お預かりした接続情報。"),
    "help_credential_request": ("Ask the customer for a credential.", "接続情報のご提供を依頼します。"),
    "help_credential_provide": (
        "Take a credential in; its secret is asked for, or read from standard input.",
        "接続情報をお預かりします（秘密情報は入力または標準入力）。",
    ),
    "help_credential_reject": ("Send a credential back.", "接続情報を差し戻します。"),
    "help_credential_check_out": (
        "Take a credential for your work; its secret is shown.",
        "作業のために接続情報を受け取ります（秘密情報を表示）。",
    ),
    "help_credential_check_in": ("Give a credential back.", "接続情報を返却します。"),
    "help_credential_keep": (
        "The owner wants a credential kept until an instant.",
        "継続しての情報保持のご指示を記録します。",
    ),
    "help_credential_keep_longer": ("The owner wants it kept for longer.", "継続保持の更新を記録します。"),
    "help_credential_revoke_keeping": ("The owner takes the instruction back.", "継続保持のご指示の取消を記録します。"),
    "help_credential_renew_vault": (
        "Make the vault of secrets anew after a file of it was lost.",
        "失われた接続情報の保管庫を作り直します。",
    ),
    "help_credential_erase": (
        "Erase every credential that is due, with a certificate.",
        "消去期限の来た接続情報を消去し、消去証明を記録します。",
    ),
}
