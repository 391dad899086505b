"""What the errors say in Japanese: whole sentences with the values that an error carries, by its class.

An error of a class that stands in neither table is told by its base's. ``BEGINNINGS`` are of errors whose own sentence,
which is English, says more than their values: it follows in brackets.
"""

import errno
from typing import Final

SENTENCES: Final = {
    # -- which log, which customer -------------------------------------------------------------------------------------
    "NotInitialisedError": (
        "{directory} にログがありません。shoseki init で作成するか、正しいディレクトリを指定してください。"
    ),
    "CustomerUnknownError": (
        "このログにそのお客様はいません（{customer}）。shoseki customer list で確認してください。"
    ),
    "CustomerUnnamedError": "お客様の名称が空です。名称を指定してください。",
    "StillToComeError": (
        "{at} は現在（{now}）より後のため、その時点のことはまだ分かりません。現在までの時点を指定してください。"
    ),
    "PositionUnknownError": "位置 {position} に記録はありません。ログの記録は {size} 件です（0 から数えます）。",
    "ReadingInterruptedError": "ファイルを読むプロセスが途中で終了しました。もう一度取り込んでください。",
    "ContendedError": "他の記録が {attempts} 回続けて先に行われました。もう一度実行してください。",
    "CommandConflictError": "同じ冪等キーで別の操作が既に実行されています（位置 {position}）。",
    # -- database and disk ---------------------------------------------------------------------------------------------
    "DatabaseUnreachableError": (
        "データベースに接続できません。起動しているかと URL を確認し、もう一度実行してください（{reason}）。"
    ),
    "DatabaseFullError": (
        "データベースに空き容量がなく、最後の記録は何も書き込まれていません。空きを作って、もう一度実行してください。"
    ),
    "BlobStoreFullError": "ファイルを保存する空き容量がありません。空きを作って、もう一度取り込んでください。",
    "BlobMissingError": "録画 {blob_id} のファイルが {path} にありません。バックアップから戻してください。",
    # -- what was signed -----------------------------------------------------------------------------------------------
    "CheckpointStateLostError": (
        "このログが何に署名したかを示す {path} が失われたか壊れているため、署名しません。他者が持つ最新のものを "
        "shoseki checkpoint adopt で引き継いでください。このファイルの古い写しを戻してはなりません。"
    ),
    "LogRestoredError": (
        "署名済みの {signed} 件と食い違うため、データベースはこのログの古い状態か別の状態です（{size} 件）。"
        "最新のものに戻してください。失われた場合、このログは終わり、後継のログがこれを前身として示します。"
    ),
    "StoredEntryError": ("位置 {position} に保存された記録が失われたか壊れています。shoseki fsck で検査してください。"),
    # -- key halves, signing keys, customers' secrets ------------------------------------------------------------------
    "HalfIdError": "{half_id!r} はチェーンでも鍵でもありません。",
    "HalfUnknownError": (
        "鍵片 {half_id} がここにありません。ログがその作成を告げていれば、"
        "鍵片のファイルをバックアップから戻してください。"
    ),
    "HalfDestroyedError": "鍵片 {half_id} は {destroyed_at} に破棄されました。封緘されていた内容は消去済みです。",
    "DestructionUnfinishedError": (
        "鍵片 {half_id} は破棄されましたが、別のプロセスが {path} を読んでいるため、古い内容が残っています。"
        "そのプロセスの終了後に、もう一度破棄してください。"
    ),
    "SecretDamagedError": "保存された {name} が改変されています。ファイルをバックアップから戻してください。",
    "NoSignerError": (
        "{path} には、件数 {size} のチェックポイントに署名できる鍵がありません。署名鍵を交代させてください。"
    ),
    "CredentialIdError": "{credential!r:.80} は接続情報の識別子ではありません。",
    "CustodyUnknownError": "{credential} の秘密情報はここにありません。お客様にもう一度お求めください。",
    "CustodyTakenError": (
        "{credential} には別の秘密情報を保管しています。新しいものは新しい接続情報として登録してください。"
    ),
    "CustodyErasedError": (
        "{credential} の秘密情報は {destroyed_at} に消去しました。新しい接続情報としてお客様にお求めください。"
    ),
    # -- keyring -------------------------------------------------------------------------------------------------------
    "KeyringMissingError": "鍵束 {path} がなく、何も開封・署名できません。控えを戻してください。",
    "KeyringWrongError": ("鍵束 {path} には必要な鍵 {wanted} がありません。その鍵を含む鍵束をここに置いてください。"),
    "KeyringDamagedError": "鍵束 {path} が壊れています。控えを戻してください。",
    "BackupUnconfirmedError": (
        "現在の鍵束 {path} の控えが確認されていません。先に写しを取り、shoseki keyring confirm で確認してください。"
    ),
    # -- files of keys -------------------------------------------------------------------------------------------------
    "KeysMissingError": "{path} がありません。バックアップから戻してください。",
    "CustodyLostError": (
        "{path} がないため、お預かりした秘密情報を開けません。移した場合は戻し、失われた場合は "
        "shoseki credential renew-vault で続けてください。"
    ),
    "KeysExposedError": (
        "{path} が他の利用者にも開かれています（モード {mode:04o}）。誰が読めたかを調べ、chmod 600 で閉じてください。"
    ),
    "KeysDamagedError": "{path} が壊れています。バックアップから戻してください。",
    "KeysForeignError": (
        "{path} は {wanted} ではなく別のログ {found} のものです。このログのファイルを置いてください。"
    ),
    "KeysFormatError": "{path} はこの版の知らない形式 {found} です。新しい版で実行してください。",
    "KeysBusyError": "{path} を別のプロセスが使い続けています。終了させるか、もう一度実行してください。",
}

BEGINNINGS: Final = {
    "AlreadyInitialisedError": "データディレクトリには別のログがあります。別の場所を指定してください",
    "SourceUnusableError": "取り込むファイルを読み取れません。何も取り込まれたことになりません",
    "PayloadUnavailableError": "必要な内容が消去済みか、開封できません",
    "ExportError": "ご指定のとおりには書き出せません",
    "DatabaseUnavailableError": "データベースを使えません。しばらくして、もう一度実行してください",
    "ForeignRowError": "アプリケーションが書いていない行が表にあり、記録できません。shoseki fsck で特定してください",
    "LogDamagedError": "ログの表が記録と食い違うため、何も書き込まれていません。shoseki fsck で特定してください",
    "LogMissingError": "データベースにログがありません",
    "WrongLogError": "データベースにあるのは別のログです",
    "ClockJumpError": "時計が進みすぎています。正しければ shoseki status --confirm-clock で確認済みにしてください",
    "KeyGoneError": "鍵が破棄済みのため、記録できません",
    "CheckpointRefusedError": "このチェックポイントでは署名も引継ぎもできません",
    "HeadsRefusedError": "保存された最新記録が記録と異なります。shoseki fsck で検査してください",
    "BlobStoreError": "録画の保存場所を使えません",
    "PostgresUnavailable": "内蔵 PostgreSQL を使えません",
    "RotationRefusedError": "署名鍵を交代させられません",
    "BackupRefusedError": "その写しは鍵束の控えとして認められません",
    "KeysUnavailableError": "鍵のファイルを使えません",
    "ImportOptionError": "形式または取込みオプションが正しくありません",
    "LedgerError": "ご指定のとおりには実行できません",
    "StoreError": "保存先で問題が起きました",
    "KeysError": "鍵を使えません",
    "UnknownFormatError": "この版の知らない形式です。新しい版で確認してください",
    "LogError": "形式が正しくありません",
}

OF_FILES: Final = {
    errno.ENOENT: "ファイルまたはディレクトリがありません",
    errno.EACCES: "権限がありません",
    errno.EPERM: "許可されていません",
    errno.EISDIR: "ディレクトリです",
    errno.ENOTDIR: "ディレクトリではありません",
    errno.EEXIST: "既にあります",
    errno.ENOSPC: "空き容量がありません",
    errno.EDQUOT: "割当て容量を使い切っています",
    errno.EROFS: "読取り専用です",
    errno.EIO: "入出力エラーです",
    errno.EMFILE: "開いているファイルが多すぎます",
    errno.ENAMETOOLONG: "名前が長すぎます",
    errno.ELOOP: "シンボリックリンクが多すぎます",
}
"""What the system says of a file, by its number."""
