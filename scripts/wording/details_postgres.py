"""What keeps the embedded PostgreSQL from being used, by the English templates."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "PostgreSQL's {} failed on {}: see the detail.": "PostgreSQL の {0} が {1} で失敗しました",
    "The disk that holds {} is full: make room and try again.": (
        "{0} のあるディスクに空きがありません。空きを作って、もう一度実行してください"
    ),
    "The disk quota for {} is used up: make room and try again.": (
        "{0} に割り当てられたディスク容量を使い切りました。空きを作って、もう一度実行してください"
    ),
    "The system gave PostgreSQL in {} no shared memory: end other programs and try again.": (
        "{0} の PostgreSQL が共有メモリを得られません。他のプログラムを終了して、もう一度実行してください"
    ),
    "{} lies on a read-only file system: choose another data directory.": (
        "{0} は読取り専用のファイルシステムにあります。別のデータディレクトリを指定してください"
    ),
    "PostgreSQL may not use its own files in {}: put owner and modes right.": (
        "{0} のファイルを PostgreSQL が使えません。所有者と権限を正してください"
    ),
    "PostgreSQL in {} ended itself: look at its disk, try again.": (
        "{0} の PostgreSQL が自ら終了しました。ディスクを確認して、もう一度実行してください"
    ),
    "PostgreSQL in {} is {} but takes no connection: wait, and try again.": (
        "{0} の PostgreSQL（状態 {1}）に接続できません。しばらく待って、もう一度実行してください"
    ),
    "PostgreSQL in {} does not end (process {}): look whether the disk answers.": (
        "{0} の PostgreSQL が終了しません（プロセス {1}）。ディスクが応答するか確認してください"
    ),
    "PostgreSQL's {} did not end within {} seconds on {}: look whether the disk answers, and try again.": (
        "PostgreSQL の {0} が {1} 秒以内に {2} で終わりません。ディスクが応答するか確認して、もう一度実行してください"
    ),
    "PostgreSQL did not start on {}; if its files are damaged, bring them back from a backup: what it said is in {} and"
    " {}.": (
        "{0} の PostgreSQL が起動しません（記録は {1} と {2}）。"
        "ファイルが壊れている場合は、バックアップから戻してください"
    ),
    "The passwords in {} are not those of its PostgreSQL: end the programs that use it, delete {} and {}, and start "
    "again.": (
        "{0} のパスワードが PostgreSQL のものと違います。"
        "使用中のプログラムを終了し、{1} と {2} を削除して、もう一度実行してください"
    ),
    "PostgreSQL in {} runs, but its socket directory was removed or cannot be seen from here (a service with its own "
    "/tmp?): end the other programs that use it, and try again.": (
        "{0} の PostgreSQL は動作中ですが、ソケットのディレクトリがここから見えません。"
        "使用中の他のプログラムを終了して、もう一度実行してください"
    ),
    "Processes of PostgreSQL that cannot be seen from here (in another container?) work on {}: end them there, and try "
    "again.": (
        "ここから見えない PostgreSQL のプロセス（別のコンテナなど）が {0} を使っています。"
        "そこで終了して、もう一度実行してください"
    ),
    "A PostgreSQL that Shoseki did not start (process {}) runs on {}: stop it first.": (
        "Shoseki が起動したものでない PostgreSQL（プロセス {0}）が {1} で動いています。先に停止してください"
    ),
    "There is no directory for PostgreSQL's socket: make /tmp writable, or set TMPDIR to a short path.": (
        "PostgreSQL のソケットを置く場所がありません。/tmp に書けるようにするか、TMPDIR に短いパスを指定してください"
    ),
    "Another program holds {} for itself: end it, and try again.": (
        "他のプログラムが {0} を占有しています。終了して、もう一度実行してください"
    ),
    "Another program has long been starting or stopping PostgreSQL in {}: look at it.": (
        "他のプログラムが {0} の PostgreSQL の起動か停止を続けています。確認してください"
    ),
    "The embedded PostgreSQL has not been started here: call start first.": (
        "ここでは内蔵 PostgreSQL が起動されていません。先に起動してください"
    ),
    "{} belongs to {}, and this is {}: run as {}, or choose another data directory.": (
        "{0} は {1} のもので、実行しているのは {2} です。{3} で実行するか、別のデータディレクトリを指定してください"
    ),
    "{} belongs to root, in whose account PostgreSQL does not run: give it back to the account that it was copied from "
    "(chown -R).": (
        "{0} は root のもので、PostgreSQL は root では動きません。元のアカウントに戻してください（chown -R）"
    ),
    "PostgreSQL does not run as root, and there is no account {} to run it in: make one (useradd --system {}), or run "
    "as another account than root.": (
        "PostgreSQL は root では動かず、アカウント {0} もありません。"
        "作成する（useradd --system {1}）か、root 以外で実行してください"
    ),
    "The account {} has no name on this system, and PostgreSQL needs one: add it to /etc/passwd, or name a PostgreSQL "
    "15 or newer in SHOSEKI_DATABASE_URL.": (
        "アカウント {0} に名前がなく、PostgreSQL には必要です。"
        "/etc/passwd に加えるか、SHOSEKI_DATABASE_URL に PostgreSQL 15 以降を指定してください"
    ),
    "Other accounts may enter {}: take that away with chmod 700.": (
        "{0} に他のアカウントが入れます。chmod 700 としてください"
    ),
    "Other accounts may change {}: take that away with chmod go-w.": (
        "{0} を他のアカウントが変更できます。chmod go-w としてください"
    ),
    "Other accounts may read the password in {}: take that away with chmod 600.": (
        "{0} のパスワードを他のアカウントが読めます。chmod 600 としてください"
    ),
    "{} is not a whole PostgreSQL cluster (PG_VERSION is missing or empty): bring it back from a backup, or choose "
    "another data directory.": (
        "{0} は PostgreSQL のデータとして不完全です（PG_VERSION がないか空）。"
        "バックアップから戻すか、別のデータディレクトリを指定してください"
    ),
    "The database was made by PostgreSQL {}, and this installation has only {}: use the Shoseki release that wrote it, "
    "or move the data with pg_dump and pg_restore.": (
        "データベースは PostgreSQL {0} のもので、ここには {1} しかありません。"
        "作成した版の Shoseki を使うか、pg_dump と pg_restore で移してください"
    ),
}
