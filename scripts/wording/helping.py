"""What ``--help`` says of commands, arguments and options."""

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "help_shoseki": (
        (
            "An evidence trail that nobody, its operator included, can change unseen. "
            "Exit status: 0 fine, 1 a finding, 2 could not be done."
        ),
        "運用者を含む誰にも気付かれずに変えることのできない作業証跡。終了コード: 0 正常、1 指摘あり、2 実行できず。",
    ),
    "help_init": ("Make a new log in the data directory.", "データディレクトリに新しいログを作成します。"),
    "help_customer": ("Register customers and list them.", "お客様の登録と一覧。"),
    "help_customer_add": ("Register a customer.", "お客様を登録します。"),
    "help_customer_list": ("List the customers.", "お客様を一覧表示します。"),
    "help_import": (
        "Import a log or recording into a customer's trail.",
        "ログや録画をお客様の証跡に取り込みます。",
    ),
    "help_formats": ("Formats: {formats}.", "形式: {formats}。"),
    "help_log": ("Page through the entries.", "エントリを順に表示します。"),
    "help_show": (
        "Show one entry with its payload, for those who may read it.",
        "記録一件とその内容を表示します（閲覧権限のある方のみ）。",
    ),
    "help_checkpoint": ("Sign what is recorded now.", "現時点の記録に署名します。"),
    "help_checkpoint_adopt": (
        (
            "Sign on from the newest checkpoint that somebody else kept, where this log's own file of signed "
            "checkpoints is lost. The database must hold exactly what was signed."
        ),
        (
            "他者が持つ最新のチェックポイントから署名を再開します。"
            "署名済みチェックポイントのファイルが失われた時に使います。データベースが署名された内容と一致する場合に限ります。"
        ),
    ),
    "help_receipt": ("Give the receipt of one entry.", "エントリ一件の受領証を発行します。"),
    "help_export": ("Write a customer's evidence package.", "お客様の証跡パッケージを書き出します。"),
    "help_verify": (
        "Verify a package or a receipt, offline, with nothing but a pinned policy.",
        "証跡パッケージまたは受領証を、固定した検証方針だけでオフライン検証します。",
    ),
    "help_fsck": (
        "Check everything: database, seals, checkpoints, recordings.",
        "データベース、封緘、チェックポイント、録画をすべて検査します。",
    ),
    "help_bench": ("Measure.", "性能を測定します。"),
    "help_demo": (
        "Tell the whole story in an empty directory, from real logs to a caught manipulation.",
        "空のディレクトリで、実際のログの取込みから改ざんの発見までを一通り実演します。",
    ),
    "help_status": ("Tell how the log is doing.", "ログの状態を表示します。"),
    "help_keyring": ("Keep the keyring safe.", "鍵束の保全。"),
    "help_keyring_confirm": (
        "Confirm that a copy of the keyring is kept elsewhere.",
        "鍵束の控えが別の場所にあることを確認します。",
    ),
    "help_keyring_rotate": (
        "Give the keyring a new key: once to begin, and again when a copy of it is confirmed.",
        "鍵束の鍵を替えます。一度目で始め、控えを確認した後の二度目で完了します。",
    ),
    "help_keyring_rotate_signer": (
        "Begin a new signing key, announce it in the log and write the policy anew.",
        "新しい署名鍵を使い始め、ログで告知し、検証方針を書き直します。",
    ),
    "help_policy": ("Print what verifiers pin.", "検証者が固定する検証方針を出力します。"),
    # -- arguments and options -----------------------------------------------------------------------------------------
    "opt_json": ("Print JSON.", "JSON で出力します。"),
    "opt_dir": (
        "The data directory (default: SHOSEKI_DIR, else the user's data directory).",
        "データディレクトリ（既定: SHOSEKI_DIR、なければ利用者のデータディレクトリ）。",
    ),
    "opt_lang": ("The language (default: that of the locale).", "言語（既定: ロケールの言語）。"),
    "opt_origin": ("The log's name, which never changes.", "ログの名前。後から変えられません。"),
    "opt_customer": ("The customer's id.", "お客様の識別子。"),
    "opt_customer_only": ("Only this customer's entries.", "このお客様のエントリだけ。"),
    "arg_name": ("The customer's name.", "お客様の名称。"),
    "arg_format": ("The format of the file.", "ファイルの形式。"),
    "arg_path": ("The file.", "ファイル。"),
    "opt_zone": (
        "The zone of local times, such as +09:00 or Asia/Tokyo.",
        "時差の書かれていない時刻の時差。例: +09:00、Asia/Tokyo。",
    ),
    "opt_year": ("The year of the first line of a log without years.", "年の書かれていないログの最初の行の年。"),
    "opt_began": ("When a recording with relative times began.", "相対時刻の録画の開始時刻。"),
    "opt_file_name": (
        "The name under which the gateway wrote the recording.",
        "ゲートウェイが録画を書いた時のファイル名。",
    ),
    "opt_purpose": (
        "What the evidence is looked at for, e.g. proper_use_check; who is registered names it.",
        "証跡を見る目的。例: proper_use_check。登録済みの方は必ず指定します。",
    ),
    "opt_reason": (
        "Why, in words: recorded with the access.",
        "閲覧・出力の理由。記録に残ります。",
    ),
    "opt_request": (
        "The written evidence request that the package is for: it is sealed for that request.",
        "このパッケージで応じる証跡提供申請。申請に対して封緘されます。",
    ),
    "help_retention": ("What becomes of the trail when its term is over.", "保管期間が満了した証跡の扱い。"),
    "help_retention_destroy": (
        "Destroy a customer's entries of a day that nothing keeps any more.",
        "保管の必要がなくなったお客様の一日分の記録を破棄します。",
    ),
    "opt_destroyed_key": ("The key of the day: trail:2026-11-30.", "破棄する日の鍵。例: trail:2026-11-30。"),
    "help_settings": ("The numbers that are decided by.", "判断に用いる数値の設定。"),
    "help_settings_set": (
        "Decide by another number from now on: an entry of the log, by a person of the legal duty.",
        "以後の判断に用いる数値を変更します。法務の担当者が行い、記録に残ります。",
    ),
    "help_settings_show": (
        "Show the numbers that are decided by now, and what each may be.",
        "現在の数値と、設定できる範囲を表示します。",
    ),
    "step_opt_setting": ("Which number.", "設定の名前。"),
    "step_opt_value": ("Its value: 10, 15min, 24h, 30s, or a name.", "値（10、15min、24h、30s、または名前）。"),
    "opt_target": (
        "A host that work orders call by another name; may be repeated.",
        "作業依頼で別の名前で呼ばれるホスト。複数指定できます。",
    ),
    "opt_follow": ("Wait for new entries.", "新しいエントリを待ちます。"),
    "opt_start": (
        "The first position; with --customer the first number in the chain.",
        "最初の位置。--customer とともに使う時はチェーン内番号。",
    ),
    "opt_limit": ("Show at most so many.", "表示する最大件数。"),
    "arg_position": ("The entry's position.", "エントリの位置。"),
    "opt_recording": (
        "Write the recording that the payload names to this file.",
        "内容が指す録画をこのファイルに書き出します。",
    ),
    "opt_out": ("Write to this file.", "このファイルに書き出します。"),
    "opt_withhold": ("Disclose no payload.", "内容を開示しません。"),
    "arg_package": ("The package to write.", "書き出す証跡パッケージ。"),
    "opt_first": ("The first entry, by its number in the chain.", "最初のエントリ（チェーン内番号）。"),
    "opt_last": ("The last entry (default: the newest).", "最後のエントリ（既定: 最新）。"),
    "opt_no_recordings": ("Leave the recordings out, and say so.", "録画を含めません（その旨が記載されます）。"),
    "opt_held_size": (
        "A log size that the receiver holds already; may be repeated.",
        "受け手が既に持つログ件数。繰り返し指定できます。",
    ),
    "arg_adopted": (
        "The newest checkpoint, receipt or package that others hold.",
        "他者が持つ最新のチェックポイント、受領証または証跡パッケージ。",
    ),
    "arg_evidence": ("The package or receipt.", "証跡パッケージまたは受領証。"),
    "opt_policy": ("The policy that you pinned.", "あらかじめ固定した検証方針。"),
    "opt_held": (
        "A checkpoint, receipt or package from before; may be repeated.",
        "以前から手元にあるチェックポイント、受領証、パッケージ。繰り返し指定できます。",
    ),
    "opt_asked_customer": (
        "The customer whose package was asked for: a finding if it is another's.",
        "請求した証跡パッケージのお客様の識別子。別のお客様のものであれば指摘します。",
    ),
    "opt_until": (
        "The time up to which everything must be there, such as 2026-11-22T18:00:00+09:00.",
        "この時刻までのすべてがそろっていることを求めます。例: 2026-11-22T18:00:00+09:00",
    ),
    "opt_now": (
        "The time of verification (default: now): no entry may be ahead of it.",
        "検証時刻（既定: 現在）。これより先の時刻のエントリは認められません。",
    ),
    "opt_confirm_clock": (
        "Take the present time for right, after a jump of the clock.",
        "時計が飛んだ後、現在時刻が正しいことを確認済みにします。",
    ),
    "opt_correct_clock": (
        "Let the log's time fall to the present time, after a wrong clock dated entries ahead; give a reason code.",
        "誤って進んだ時計で記録された後、ログの時刻を現在時刻に戻します。理由のコードを指定します。",
    ),
    "opt_overlap": (
        "For so many more entries the old key signs too.",
        "古い鍵も併せて署名し続ける記録の件数。",
    ),
    "arg_copy": ("The copy of the keyring.", "鍵束の写し。"),
    "help_usage": ("Usage:", "使い方:"),
    "help_usage_options": ("[OPTIONS]", "[オプション]"),
    "help_usage_command": ("COMMAND ...", "コマンド ..."),
    "help_usage_perhaps_command": ("[COMMAND ...]", "[コマンド ...]"),
    "help_default": ("default: {value}", "既定: {value}"),
    "help_least": ("{value} or more", "{value} 以上"),
    "help_bounds": ("{shown} ({bounds}).", "{shown}（{bounds}）。"),
    "help_choice": ("{code} ({words})", "{code}（{words}）"),
    "help_and": (", ", "、"),
    "metavar_TEXT": ("TEXT", "文字列"),
    "metavar_CODE": ("CODE", "コード"),
    "metavar_NUMBER": ("NUMBER", "数"),
    "metavar_TIME": ("TIME", "日時"),
    "metavar_DATE": ("DATE", "日付"),
    "metavar_FILE": ("FILE", "ファイル"),
    "metavar_DIRECTORY": ("DIRECTORY", "ディレクトリ"),
    "metavar_KEY": ("KEY", "キー"),
    "metavar_REASON": ("REASON", "理由"),
    "metavar_HOST=NAME": ("HOST=NAME", "ホスト名=名前"),
    "help_arguments": ("Arguments:", "引数:"),
    "help_options": ("Options:", "オプション:"),
    "help_commands": ("Commands:", "コマンド:"),
    "help_help": ("Show this page.", "この説明を表示します。"),
    "arg_members": ("What to measure (default: all).", "測定する項目（既定: すべて）。"),
}
