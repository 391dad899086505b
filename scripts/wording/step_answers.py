"""What a step answers, and the run of the clock."""

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "step_once": (
        "A key of your own: the same step under the same key is recorded once, however often it is given.",
        "任意のキー。同じキーの同じ操作は何度実行しても一度だけ記録されます。",
    ),
    "step_recorded": ("Recorded at position {position}: {label}.", "位置 {position} に記録しました: {label}。"),
    "step_nothing_new": ("That is so already: nothing was recorded.", "既にそのとおりのため、記録していません。"),
    "step_due": (
        "What was due was written first (entries: {count}).",
        "期限の到来した事項を先に記録しました: {count} 件。",
    ),
    "step_told_twice": (
        "{option} is told twice: give the text, or the file of it.",
        "{option} が二重に指定されています。本文かファイルの一方だけを指定してください。",
    ),
    "step_one_input": (
        "Standard input holds one text, not several: {options}.",
        "標準入力から読めるのは一つだけです（{options}）。",
    ),
    "step_blank": ("{option} is blank: tell it in words.", "{option} が空白です。内容を指定してください。"),
    "hint_blank": ("{option} is blank.", "{option} は空白です。"),
    "hint_target_unseen": (
        "The target '{target}' holds a line end or another sign that is not seen, and matches only what has it too.",
        "対象「{target}」には改行などの見えない文字があり、それのない名前とは一致しません。",
    ),
    "hint_target_blank": ("The target '{target}' is blank.", "対象「{target}」は空白です。"),
    "hint_target_ends": (
        "The target '{target}' has blanks at its ends, and matches only what has them too.",
        "対象「{target}」は前後に空白があり、空白のない名前とは一致しません。",
    ),
    "hint_target_alike": (
        "The target '{target}' looks like the known '{known}', but is spelled otherwise and does not match it.",
        "対象「{target}」は既にある「{known}」に似ていますが、表記が異なるため一致しません。",
    ),
    "step_missing": (
        "Missing: {options}. Tell them, or run the command at a terminal, which asks.",
        "{options} の指定が必要です（端末で実行すれば順にお尋ねします）。",
    ),
    "step_no_time": (
        "{option} is not a time: {value!r}; write it as 2026-11-24T10:00 (Japan's time) or with a zone.",
        "{option} の日時 {value!r} を読めません。2026-11-24T10:00（日本時間）のように指定してください。",
    ),
    "step_no_date": (
        "{option} is not a date: {value!r}; write it as 2026-11-24.",
        "{option} の日付 {value!r} を読めません。2026-11-24 のように指定してください。",
    ),
    "step_no_choice": ("{option} is one of {choices}.", "{option} は {choices} のいずれかです。"),
    "step_no_text": ("The file {path} is not UTF-8 text.", "ファイル {path} は UTF-8 のテキストではありません。"),
    "step_id_consent": ("consent", "同意の識別子"),
    "step_id_contact": ("contact", "ご担当者の識別子"),
    "step_id_contract": ("contract", "契約の識別子"),
    "step_id_nda": ("agreement", "機密保持契約の識別子"),
    "step_id_person": ("person", "担当者の識別子"),
    "step_id_suspension": ("stop of the clock", "期間停止の識別子"),
    "step_id_terms": ("terms", "条件書の識別子"),
    "step_id_connection": ("connection", "接続の識別子"),
    "step_id_notice": ("notice", "連絡の識別子"),
    "step_id_origin": ("origin", "適用除外元の識別子"),
    "step_id_permission": ("permission", "許可の識別子"),
    "step_id_proposal": ("proposed time", "日程の識別子"),
    "step_id_quote": ("quote", "見積の識別子"),
    "step_id_request": ("request", "申請の識別子"),
    "step_id_session": ("session", "セッションの識別子"),
    "step_id_work_order": ("work order", "作業依頼の識別子"),
    "step_id_access": ("access", "閲覧の識別子"),
    "step_id_checkout": ("check-out", "払出しの識別子"),
    "step_id_credential": ("credential", "接続情報の識別子"),
    "step_id_dataset": ("de-identified set", "非特定化データの識別子"),
    "step_id_item": ("item", "取得情報の識別子"),
    "step_id_use": ("use", "利用の識別子"),
    "credential_secret": ("Secret", "秘密情報（パスワード等）"),
    "credential_no_secret": ("Standard input holds no secret: give it there.", "標準入力に秘密情報がありません。"),
    "vault_not_lost": (
        "No file of the vault is missing: there is nothing to make anew.",
        "保管庫のファイルはそろっており、作り直すものはありません。",
    ),
    "vault_renewed": (
        "The vault is made anew. What it held does not open any more: ask the customers for it as new credentials.",
        "保管庫を作り直しました。以前の接続情報は開けません。お客様に新しい接続情報としてお預けいただいてください。",
    ),
    "credentials_erased": ("Credentials erased: {count}.", "接続情報を {count} 件消去しました。"),
    "credential_not_erased": ("{id} could not be erased: {reason}", "{id} を消去できませんでした: {reason}"),
    "step_id_hold": ("hold", "保全の識別子"),
    "step_no_pair": (
        "{option} is written as SYSTEM=WORDS, not {value!r}.",
        "{option} は「システム=内容」の形で指定してください（{value!r}）。",
    ),
    "refused_citing": ("{sentence} (decided on entries {positions})", "{sentence}（根拠: 記録 {positions}）"),
    "clock_ran": (
        "Facts that were due and are written now: {count}; the run stands at position {position}.",
        "期限の到来した {count} 件を記録しました（実行記録: 位置 {position}）。",
    ),
    "clock_evaluated": (
        "Facts that were due: {count}; nothing was written.",
        "期限の到来は {count} 件です（記録していません）。",
    ),
    "clock_failed": ("{subject} could not be looked at: {reason}", "{subject} を処理できませんでした: {reason}"),
    "subject": ("subject", "対象"),
    "what": ("what was due", "内容"),
    "step_no_number": (
        "{option} is a whole number, not {value!r}.",
        "{option} は整数で指定してください（{value!r}）。",
    ),
    "step_no_piece": (
        "{option} is written as RECORDING/NUMBER=FILE, not {value!r}.",
        "{option} は「録画の識別子/番号=ファイル」の形で指定してください（{value!r}）。",
    ),
    "step_no_package": (
        "The file {path} is no package of 'shoseki export'.",
        "ファイル {path} は shoseki export の出力ではありません。",
    ),
    "step_yes_or_no": ("Answer y or n.", "y または n でお答えください。"),
    "step_yes": ("yes", "はい"),
    "step_no": ("no", "いいえ"),
    "step_such_as": ("such as", "例"),
    "step_choices": ("One of: {values}.", "指定できる値: {values}。"),
    "step_conflict": (
        "This key did something else before, recorded at position {position}{differing}: take another key.",
        "このキーでは別の操作が実行済みです（記録 {position}{differing}）。別のキーを指定してください。",
    ),
    "step_conflict_in": (", differing in {options}", "、相違: {options}"),
    "step_required": ("Required.", "必須。"),
    "step_already": (
        "It was done before under this key; nothing was recorded again.",
        "このキーの操作は実行済みです。改めて記録してはいません。",
    ),
    "step_founding": (
        (
            "Nobody is bound to a system user yet, so this is recorded as done by the system user {user}. "
            "The first person is bound with 'shoseki person bind'; where several people work through {user} by sudo, "
            "'shoseki person share --os-user {user}' comes first."
        ),
        (
            "OS 利用者に結び付けられた者がまだいないため、OS 利用者 {user} の操作として記録します。"
            "最初の担当者は shoseki person bind で結び付けてください。"
            "複数の方が sudo で {user} を使う場合は、先に shoseki person share --os-user {user} を実行してください。"
        ),
    ),
    "step_id_login": ("login", "ログインの識別子"),
    "step_id_recording": ("recording", "録画の識別子"),
    "step_id_verification": ("verification", "検証の識別子"),
}
