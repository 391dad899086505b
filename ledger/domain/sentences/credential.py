"""Sentences about customers' credentials."""

SENTENCES = {
    "credential_unknown": ("この接続情報は登録されていません。", "There is no such credential."),
    "credential_named_elsewhere": (
        "この接続情報は、指定された作業依頼のために依頼・受領したものではありません。",
        "This credential was not asked for or given for the work order that is named.",
    ),
    "credential_known": (
        "この接続情報は既に登録されています。新しい番号で登録してください。",
        "This credential is recorded already: give the new one under a new id.",
    ),
    "credential_digest_missing": (
        "接続情報は、保管庫に納めてその鍵付き要約とともに登録してください。",
        "A credential is recorded with the keyed digest that the vault gave for it.",
    ),
    "credential_digest_odd": (
        "お客様の認証連携を使う場合、秘密情報はお預かりしません。",
        "With the customer's own sign-on no secret is given, so there is no digest.",
    ),
    "secret_in_words": (
        "項目 {member} に、お預かり中の秘密情報そのものが含まれています。取り除いて登録してください。",
        "The member {member} says a secret that is in custody: leave it out.",
    ),
    "secret_typed": (
        "項目 {member} に、お預かり中の秘密情報を含む内容が入力されたため、登録を拒否しました。",
        "What was typed as {member} said a secret that is in custody: it was refused, and is not repeated here.",
    ),
    "credential_beyond_order": (
        "作業依頼にない対象（{targets}）の接続情報は扱えません。",
        "The work order does not name {targets}, so no credential for it is needed.",
    ),
    "credential_provider_missing": (
        "接続情報を提供したお客様担当者を指定してください。",
        "Name the customer's contact who gave the credential.",
    ),
    "credential_contract_unclear": (
        "遠隔接続を定めた有効な契約を一つ指定してください。",
        "Name the one live contract that states remote connection and that this credential is given for.",
    ),
    "credential_not_available": (
        "この接続情報は保管中ではありません（{status:credential.Status}）。",
        "This credential is not in custody ({status:credential.Status}).",
    ),
    "credential_checked_out": (
        "この接続情報は {until:time} まで払出し中です。",
        "This credential is checked out until {until:time}.",
    ),
    "credential_used_up": (
        "一回限りの接続情報は既に払い出されています。",
        "This credential opens once, and was checked out before.",
    ),
    "credential_of_another_order": (
        "別の作業依頼のために受領した接続情報です。改めてお客様に依頼してください。",
        "This credential was given for another work order: ask the customer for one for this order.",
    ),
    "credential_opens_other_targets": (
        "この接続情報の対象は、作業依頼の対象に含まれません。",
        "This credential opens nothing that the work order names.",
    ),
    "checkout_not_assigned": (
        "この技術員は作業依頼に割り当てられていません。",
        "This technician is not assigned to the work order.",
    ),
    "checkout_without_window": (
        "作業日程が決まっていないため、払い出せません。",
        "No time is agreed for this work order, so nothing is checked out for it.",
    ),
    "checkout_outside_window": (
        "払出しは作業時間（{begins:time} から {ends:time} まで）に限ります。",
        "Credentials are checked out inside the work window only, from {begins:time} until {ends:time}.",
    ),
    "checkout_beyond_agreement": (
        "予定超過報告だけで払い出せるのは {ends:time} までです。それ以降は、お客様と日程の変更に合意してください。",
        "An overrun notice alone lets credentials be checked out until {ends:time}: agree on a new time for longer.",
    ),
    "checkout_known": ("この払出しは既に記録されています。", "This check-out is recorded already."),
    "checkout_unknown": (
        "この技術員へのそのような払出しはありません。",
        "There is no such check-out by this technician.",
    ),
    "checkout_over": (
        "この払出しは終わっています。改めて払出しを行ってください。",
        "This check-out is over: check the credential out anew.",
    ),
    "custody_not_written": (
        "継続保持の指示は書面（ポータルを含む）で受け付けます。",
        "Longer custody is instructed in writing; a form in the portal is writing, too.",
    ),
    "custody_too_long": (
        "継続保持は {longest:time} までです。以後は更新の指示を受けてください。",
        "Custody lasts until {longest:time} at most, and is renewed after that.",
    ),
    "custody_over_already": (
        "継続保持の期限は、指示の受領より後とします。",
        "The day until which it is to be kept lies after the instruction came in.",
    ),
    "erased_against_instruction": (
        "{until:time} までの継続保持の指示を {received_at:time} に受領していましたが、それに反して消去されました。",
        "The credential was erased although its owner had instructed at {received_at:time} to keep it to {until:time}.",
    ),
    "custody_told_when_due": (
        "継続保持の指示は {received_at:time} に受領していましたが、記録されたのは消去の時期の後のため、消去されます。",
        "Longer custody was instructed at {received_at:time}, but told when erasure was due: it is erased anyway.",
    ),
    "custody_was_instructed": (
        "継続保持は {received_at:time} に指示されていました。違反とした記録は、これを知らずになされたものです。",
        "Longer custody was instructed at {received_at:time}: the violation on record was found without knowing.",
    ),
    "custody_not_instructed": (
        "この接続情報に継続保持の指示はありません。",
        "No longer custody of this credential is instructed.",
    ),
    "custody_instructed_already": (
        "継続保持は既に指示されています。更新として登録してください。",
        "Longer custody is instructed already: record a renewal.",
    ),
    "custody_not_longer": (
        "更新後の期限は、現在の期限より後とします。",
        "A renewal names a day after the one that was instructed before.",
    ),
    "credential_not_due": (
        "この接続情報は消去の時期にありません（{status:credential.Status}）。",
        "This credential is not due for erasure ({status:credential.Status}).",
    ),
    "credential_erasure_overdue": (
        "接続情報が期限 {by:time} までに消去されていません。",
        "The credential was not erased by {by:time}.",
    ),
    "credential_not_returned": (
        "払い出した接続情報が、作業時間の終わり {until:time} までに返却されていません。",
        "The credential was not returned by the end of the work window at {until:time}.",
    ),
}
