"""What commands say of their results."""

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # -- sentences -----------------------------------------------------------------------------------------------------
    "initialised": (
        "The log {origin} is in {directory}. Give auditors {policy}.",
        "ログ {origin} を {directory} に作成しました。監査人には {policy} を渡してください。",
    ),
    "customer_added": ("Registered {customer} as {id}.", "{customer} を {id} として登録しました。"),
    "no_customers": ("No customer is registered.", "登録されたお客様はありません。"),
    "imported": (
        (
            "Imported {lines} {lines:line|lines} as {id}: {facts} {facts:fact|facts}, "
            "{findings} {findings:finding|findings}, {rejected} rejected {rejected:line|lines}, {known} known before."
        ),
        (
            "{lines} 行を {id} として取り込みました: 事実 {facts} 件、指摘 {findings} 件、"
            "解釈できない行 {rejected} 行、既知 {known} 件。"
        ),
    ),
    "imported_before": (
        (
            "This file was imported before as {id}; nothing was added. It had {facts} {facts:fact|facts}, "
            "{findings} {findings:finding|findings} and {rejected} rejected {rejected:line|lines}."
        ),
        (
            "このファイルは {id} として取込み済みで、追加はありません。事実 {facts} 件、指摘 {findings} 件、"
            "解釈できない行 {rejected} 行でした。"
        ),
    ),
    "keystrokes_cut": (
        "{count} {count:keystroke or byte of a secret was|keystrokes and bytes of secrets were} cut out: not kept.",
        "キー入力と秘密情報のバイト計 {count} 件を取り除き、保存していません。",
    ),
    "line_rejected": (
        "For example, line {line} could not be read: {reason}.",
        "例えば {line} 行目は解釈できません: {reason}",
    ),
    "correlated": (
        (
            "{sessions} {sessions:session is|sessions are} put together; {uncertain} {uncertain:record|records} "
            "could not be placed with certainty."
        ),
        "{sessions} 件のセッションを対応付けました。確実に対応付けられない記録は {uncertain} 件です。",
    ),
    "credential_exposed": (
        "The secret of {id} stands in what was kept of the file: see the entry credential.exposure_detected.v1.",
        "{id} の秘密情報が、保存した内容に含まれています（記録 credential.exposure_detected.v1）。",
    ),
    "reconciled": (
        (
            "{logins} {logins:login was|logins were} compared with recorded sessions; "
            "{matched} {matched:belongs|belong} to one."
        ),
        "ログイン {logins} 件を記録済みセッションと照合し、{matched} 件が対応しました。",
    ),
    "reconciled_earlier": (
        (
            "{count} {count:login|logins} of earlier imports, unsettled until now, "
            "{count:belongs|belong} to a recorded session."
        ),
        "以前に取り込んだ未照合のログイン {count} 件が、記録済みセッションに対応しました。",
    ),
    "reconciled_elsewhere": (
        (
            "{count} {count:login is|logins are} of no technician's account and on hosts that no work order names: "
            "{count:it was|they were} not compared."
        ),
        "作業依頼の対象でないホストへの、技術員以外のログイン {count} 件は照合していません。",
    ),
    "reconciled_to_come": (
        "{count} {count:login tells|logins tell} of a time that is still to come: not compared.",
        "未来の時刻のログイン {count} 件は照合していません。",
    ),
    "reconciled_suspect": (
        "{rule}: {text} (entries {record}, {position})",
        "{rule}: {text}（記録 {record}, {position}）",
    ),
    "target_named": (
        "--target is written as HOST=NAME, not {value!r}.",
        "--target は「ホスト名=作業依頼での名前」の形で指定してください（{value!r}）。",
    ),
    "setting": ("setting", "設定"),
    "setting_value": ("value", "値"),
    "setting_default": ("default", "既定値"),
    "setting_range": ("range", "範囲"),
    "setting_rule": ("rule", "規則"),
    "fsck_recorded": (
        "That it was checked stands in entry {position}.",
        "検査したことを記録しました（記録 {position}）。",
    ),
    "fsck_not_recorded": (
        "That it was checked could not be recorded: {reason}",
        "検査したことを記録できませんでした: {reason}",
    ),
    "destroyed": (
        (
            "{count} {count:payload|payloads} under {key} {count:is|are} destroyed "
            "(ordered in entry {ordered}, confirmed in entry {confirmed})."
        ),
        "{key} の記録 {count} 件を破棄しました（指示: 記録 {ordered}、確認: 記録 {confirmed}）。",
    ),
    "not_signed": ("Not under a signed checkpoint yet: {reason}", "まだ署名されていません: {reason}"),
    "recorded_unsigned": (
        "What was done is recorded, but cannot be signed any more: {reason}",
        "実行した内容は記録されましたが、署名できなくなりました: {reason}",
    ),
    "not_finished": (
        "What was interrupted before could not be finished now: {reason}",
        "以前に中断した処理を完了できませんでした: {reason}",
    ),
    "adopted": (
        "The checkpoint of size {size} is adopted: what is recorded after it is signed on from there.",
        "件数 {size} のチェックポイントを引き継ぎました。以後の記録はここから続けて署名されます。",
    ),
    "receipt_written": ("Wrote the receipt to {path}.", "受領証を {path} に書き出しました。"),
    "exported": (
        (
            "Wrote {path}: entries {first} to {last}, {disclosed} of them disclosed, "
            "{blobs} {blobs:recording|recordings}, log size {size}."
        ),
        (
            "{path} を書き出しました: エントリ {first}〜{last}（うち開示 {disclosed} 件）、"
            "録画 {blobs} 件、ログ件数 {size}。"
        ),
    ),
    "exported_sealed": (
        "The package is sealed for {request} (entry {position}).",
        "申請 {request} に対して封緘しました（記録 {position}）。",
    ),
    "asked_of_receipt": (
        "The receipt {path} shows one entry: --customer and --until are asked of packages.",
        "受領証 {path} は一件のエントリだけを示します。--customer と --until は証跡パッケージにだけ指定できます",
    ),
    "recording_missing": ("The recording {id} is missing.", "録画 {id} が欠落しています。"),
    "exported_incomplete": (
        (
            "The package lacks {count} {count:recording that is|recordings that are} lost; whoever verifies it is told "
            "so. Run 'shoseki fsck'."
        ),
        (
            "失われた録画 {count} 件は証跡パッケージに含まれず、検証すると欠落と示されます。"
            "shoseki fsck で検査してください。"
        ),
    ),
    "policy_written": ("Wrote the policy to {path}.", "検証方針を {path} に書き出しました。"),
    "recording_written": (
        "Wrote the recording to {path} ({size} {size:byte|bytes}).",
        "録画を {path} に書き出しました（{size} バイト）。",
    ),
    "no_recording": (
        "The payload at position {position} names no whole recording.",
        "位置 {position} の内容は録画全体を指していません",
    ),
    "payload_unavailable": (
        "The payload at position {position} is {state}: it names nothing that could be opened.",
        "位置 {position} の内容は{state}のため、開封できません",
    ),
    "entry_unreadable": (
        "What is stored at position {position} is not an entry: run 'shoseki fsck'.",
        "位置 {position} に保存されているものはエントリではありません。shoseki fsck で検査してください。",
    ),
    "payload_absent": (
        "The payload is absent and no entry says why: run 'shoseki fsck'.",
        "理由のエントリなく内容が失われています。shoseki fsck で検査してください。",
    ),
    "fsck_clean": (
        (
            "Checked {entries} {entries:entry|entries}, {opened} {opened:payload|payloads}, "
            "{checkpoints} {checkpoints:checkpoint|checkpoints} and {blobs} {blobs:recording|recordings}: no finding."
        ),
        (
            "エントリ {entries} 件、内容 {opened} 件、チェックポイント {checkpoints} 件、"
            "録画 {blobs} 件を検査しました: "
            "指摘はありません。"
        ),
    ),
    "fsck_findings": (
        "Checked {entries} {entries:entry|entries}: {count} {count:finding|findings}.",
        "{entries} 件を検査しました: 指摘 {count} 件。",
    ),
    "fsck_more": ("and {count} more of this kind.", "ほか同種 {count} 件。"),
    "fsck_unchecked": (
        "Checked {entries} {entries:entry|entries} and found nothing, but not everything could be checked: see above.",
        "{entries} 件を検査し指摘はありませんが、検査できなかった部分があります。上記をご覧ください。",
    ),
    "backup_confirmed": (
        "The backup {path} holds every key of the keyring.",
        "控え {path} は鍵束のすべての鍵を含んでいます。",
    ),
    "keyring_begun": (
        (
            "The keyring {path} has a next key that nothing uses yet. Copy the keyring, confirm the copy with "
            "'shoseki keyring confirm COPY', then give 'shoseki keyring rotate' again."
        ),
        (
            "鍵束 {path} に次の鍵を加えました（まだ使われていません）。鍵束を写して shoseki keyring confirm で"
            "控えを確認し、もう一度 shoseki keyring rotate を実行してください。"
        ),
    ),
    "keyring_rotated": (
        "Everything is wrapped under the new key {key}. Destroy copies of the old keyring: until then nothing is won.",
        "すべてを新しい鍵 {key} で包み直しました。古い鍵束の写しを破棄してください。破棄するまで効果はありません。",
    ),
    "signer_rotated": (
        "A new signing key signs from size {from_size} on, the old one up to {to_size}. Give auditors {policy}.",
        "新しい署名鍵は件数 {from_size} から、古い鍵は {to_size} まで署名します。監査人に {policy} を渡してください。",
    ),
    "clock_confirmed": (
        "The present time {at} is confirmed: the heads of all chains were sealed with it at position {position}.",
        "現在時刻 {at} を確認済みとし、すべてのチェーンの先頭を位置 {position} に封緘しました。",
    ),
    "clock_behind": (
        (
            "The clock is {seconds} {seconds:second|seconds} behind the newest entry, whose time new entries get: "
            "set the clock right, or where it is right the log's time with 'shoseki status --correct-clock REASON'."
        ),
        (
            "時計が最新のエントリより {seconds} 秒遅れ、記録の時刻が進みません: "
            "時計を直すか、時計が正しければ理由のコードを付けて shoseki status --correct-clock "
            "でログの時刻を訂正してください。"
        ),
    ),
    "clock_corrected": (
        "The log's time was set back to {at}: the entry at position {position} says so.",
        "ログの時刻を {at} に戻し、位置 {position} に記録しました。",
    ),
    "interrupted": ("Stopped.", "中断しました。"),
    "unexpected": (
        "Something unexpected went wrong ({error}); run it again with SHOSEKI_DEBUG=1 and report what it prints.",
        "想定外の問題が起きました（{error}）。SHOSEKI_DEBUG=1 を付けて実行し、表示内容をお知らせください。",
    ),
    "process_ended": (
        "A process of this command was ended from outside or could not start: try again.",
        "このコマンドのプロセスが外部から終了させられたか、起動できませんでした。もう一度実行してください。",
    ),
    "usage": ("{problem} (try '{command} --help').", "{problem}（'{command} --help' をご覧ください）。"),
    "file_error": ("{path} cannot be used ({reason}).", "{path} は使えません（{reason}）。"),
    "output_error": ("Reading or writing failed ({reason}).", "読み書きに失敗しました（{reason}）。"),
    "file_exists": (
        "{path} is there already and is not overwritten: give another name.",
        "{path} は既にあり、上書きしません。別の名前を指定してください。",
    ),
    "not_regular": (
        "{path} is not a regular file: write its content to a file and give that.",
        "{path} は通常のファイルではありません。内容をファイルに書き出し、それを指定してください。",
    ),
    "not_evidence": (
        "{path} is neither a package nor a receipt: give what 'shoseki export' or 'shoseki receipt --out' wrote.",
        (
            "{path} は証跡パッケージの形式でも受領証の形式でもありません。shoseki export または "
            "shoseki receipt --out が書き出したファイルを指定してください。"
        ),
    ),
    "not_a_time": (
        "{value} is no time with its zone: give one such as 2026-11-22T18:30:00+09:00.",
        "{value} は時差付きの時刻ではありません。2026-11-22T18:30:00+09:00 のように指定してください。",
    ),
    "policy_unusable": (
        "The policy {path} cannot be used ({reason}).",
        "検証方針 {path} の形式を確認できません（{reason}）。",
    ),
    "bench_unknown": (
        "There is no measurement {member}; there are {members}.",
        "測定 {member} はありません。あるのは {members} です。",
    ),
    # -- names of values -----------------------------------------------------------------------------------------------
    "version": ("version", "版"),
    "origin": ("log", "ログ"),
    "directory": ("directory", "ディレクトリ"),
    "database": ("database", "データベース"),
    "database_own": ("embedded PostgreSQL {version}", "内蔵 PostgreSQL {version}"),
    "database_named": ("PostgreSQL {version} at the configured URL", "設定された URL の PostgreSQL {version}"),
    "entries": ("entries", "エントリ件数"),
    "customers": ("customers", "お客様"),
    "checkpoint": ("checkpoint", "チェックポイント"),
    "signed_none": ("nothing is signed yet", "まだ署名されていません"),
    "signed_all": ("size {size}, every entry signed", "件数 {size}（すべて署名済み）"),
    "signed_behind": ("size {size}, {behind} {behind:entry|entries} behind", "件数 {size}（未署名 {behind} 件）"),
    "signed_ahead": (
        (
            "size {size}, of which {entries} {entries:entry is|entries are} there: "
            "the database is an older or another state of this log"
        ),
        "件数 {size} のうち {entries} 件しかなく、データベースはこのログの古い状態か別の状態です",
    ),
    "keyring": ("keyring", "鍵束"),
    "keyring_safe": ("a backup is confirmed", "控え確認済み"),
    "keyring_unsafe": ("no backup is confirmed", "控え未確認"),
    "roles": ("roles", "権限"),
    "roles_apart": (
        "the application cannot change what it appended",
        "アプリケーションは追記したエントリを変更できません",
    ),
    "roles_same": (
        "the application connects as {role}, which owns the entries: only triggers keep them from being changed",
        "アプリケーションはエントリの所有者 {role} として接続しています。変更を防ぐのはトリガーだけです",
    ),
    "payload_as_recorded": ("As it is recorded, with times in UTC:", "記録された内容（時刻は UTC）:"),
    "position": ("position", "位置"),
    "at": ("recorded (JST)", "記録時刻 (JST)"),
    "type": ("type", "種別"),
    "chain": ("chain", "チェーン"),
    "seq": ("number in it", "チェーン内番号"),
    "prev": ("entry before", "直前のエントリ"),
    "leaf_hash": ("leaf hash", "葉ハッシュ"),
    "commitment": ("commitment", "約定値"),
    "key": ("key", "鍵"),
    "tags": ("tags", "タグ"),
    "public": ("public", "公開事項"),
    "state": ("payload", "内容"),
    "column_position": ("entry", "位置"),
    "column_state": ("state", "状態"),
    "id": ("id", "識別子"),
    "name": ("name", "名称"),
    "code": ("finding", "指摘"),
    "count": ("count", "件数"),
    "erased": ("(erased)", "（消去済み）"),
    "state_open": ("open", "開封"),
    "state_none": ("none", "なし"),
    "state_erased": ("erased", "消去"),
    "state_absent": ("absent", "欠落"),
    "bench_member": ("measurement", "測定"),
    "bench_ratio": ("ratio", "比"),
    "bench_raw": ("raw figures", "実測値"),
    # -- stages of long work -------------------------------------------------------------------------------------------
    "stage_hash": ("reading", "読取り"),
    "stage_store": ("sealing", "封緘"),
    "stage_parse": ("recording", "記録"),
    "stage_correlate": ("correlating", "突合せ"),
    "stage_export": ("writing", "書出し"),
    "stage_verify": ("verifying", "検証"),
    "stage_fsck": ("checking", "検査"),
}
