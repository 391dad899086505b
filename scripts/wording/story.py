"""What the demonstration tells."""

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "story_customer_name": ("Mihon Trading Co., Ltd. (demo)", "見本商事株式会社（実演）"),
    "story_not_empty": (
        "{directory} is not empty: the demonstration makes its own log, give it an empty directory.",
        "{directory} は空ではありません。実演は自分のログを作るため、空のディレクトリを指定してください。",
    ),
    "story_begun": (
        "A new log {origin}, with a PostgreSQL of its own, in {directory}.",
        "新しいログ {origin} を専用の PostgreSQL とともに {directory} に作成しました。",
    ),
    "story_terms": (
        "{at}: the terms {version} are published (SHA-256 {sha256}…).",
        "{at}: サービス提供条件 {version} を公示しました（SHA-256 {sha256}…）。",
    ),
    "story_presented": (
        "{at}: they are presented to {customer} and arrive, with proof; its chain is {id}.",
        "{at}: {customer} に提示し、到達の証拠とともに記録しました。チェーンは {id} です。",
    ),
    "story_deemed": (
        "{at}: ten business days from delivery have passed without an objection: the timer writes the deemed consent.",
        "{at}: 到達から 10 営業日、不同意の表示がなかったため、期限処理がみなし同意の成立を記録しました。",
    ),
    "story_planned": (
        (
            "{at}: work is requested, scheduled and permitted, the credential is in custody, the notice is sent; "
            "{order}."
        ),
        "{at}: 作業依頼、日程、接続の許可、接続情報のお預かり、作業前連絡まで済みました。{order}",
    ),
    "story_working": (
        "{at}: the technician is let in under a recording: {session}.",
        "{at}: 技術員が録画のもとで接続しました。{session}",
    ),
    "story_overrun": (
        "{at}: the planned end has passed: the timer finds it, and the customer is told the new one.",
        "{at}: 完了予定を過ぎたことを期限処理が検知し、新しい完了予定をお客様に報告しました。",
    ),
    "story_completed": (
        "{at}: completed, reported, the operation check asked for; {erased} credential erased, with a certificate.",
        "{at}: 作業を完了して報告し、稼働確認を依頼しました。接続情報 {erased} 件を消去し、消去証明を記録しました。",
    ),
    "story_lapsed": (
        "{at}: five business days without an answer: the operation check lapses, which is not an OK.",
        "{at}: 5 営業日お返事がなく、稼働確認は期限経過となりました（「正常」とはみなしません）。",
    ),
    "story_follow_up": (
        "{at}: the customer reports a defect: a new inquiry, linked to the old order: {order}.",
        "{at}: 不具合について改めてのお問い合わせがあり、元の作業依頼の続きとして記録しました。{order}",
    ),
    "story_imported": (
        (
            "The maintenance of 2026-11-22: {files} {files:file|files}, {lines} {lines:line|lines}, "
            "{sessions} {sessions:login or connection|logins and connections} (JST)."
        ),
        "2026-11-22 の保守作業: {files} ファイル、{lines} 行、ログインと接続 {sessions} 件（時刻は日本時間）。",
    ),
    "story_findings": ("Findings in the sources: {findings}.", "取込み元についての指摘: {findings}。"),
    "story_packed": (
        "{entries} {entries:entry|entries} under a signed checkpoint; the customer's package is {package}.",
        "エントリ {entries} 件に署名し、お客様の証跡パッケージ {package} を書き出しました。",
    ),
    "story_verified": (
        "Another process verifies the package with the pinned policy alone:",
        "別のプロセスが、固定した検証方針だけでパッケージを検証します:",
    ),
    "story_checked": ("The full check of the database:", "データベースの全検査:"),
    "story_tampered": (
        (
            "Behind the log's back, the database's owner changes a byte of entry {position}: '{before}' becomes "
            "'{after}' in the time of a login."
        ),
        (
            "データベースの所有者が、ログを通さずにエントリ {position} の 1 バイトを変えます: ログインの時刻の "
            "'{before}' が '{after}' になりました。"
        ),
    ),
    "story_caught": ("The full check again:", "もう一度、全検査:"),
    "story_end": (
        "Everything held, and the manipulation was named where it was made.",
        "すべて正しく検証され、改ざんはその位置とともに指摘されました。",
    ),
    "story_failed": (
        "Something did not go as it must: see above.",
        "本来の結果になりませんでした。上記をご覧ください。",
    ),
    "story_counts": (
        (
            "{entries} {entries:entry tells|entries tell} of {ssh} SSH {ssh:session|sessions}, "
            "{failed} failed SSH {failed:login|logins}, {desktop} desktop {desktop:session|sessions} and "
            "{desktop_failed} failed desktop {desktop_failed:login|logins}."
        ),
        (
            "エントリ {entries} 件: SSH セッション {ssh} 件、SSH ログイン失敗 {failed} 件、デスクトップ {desktop} 件、"
            "デスクトップログイン失敗 {desktop_failed} 件。"
        ),
    ),
    "story_ahead": (
        "The story runs past today: it is told as of 2026-12-02.",
        "この実演の時刻は今日より先です。2026-12-02 の時点として実演しました。",
    ),
    "story_explore": (
        "PostgreSQL is stopped; {directory} stays. Look around in it:",
        "PostgreSQL は停止しました。{directory} は残してありますので、続けてご覧いただけます:",
    ),
    "story_stays": (
        "The changed byte stays: 'fsck' names entry {position} there too, and the package from before verifies.",
        "変えた 1 バイトはそのままですので、fsck はエントリ {position} を指摘し、先のパッケージは検証に合格します。",
    ),
    "session_kind": ("session", "種類"),
    "session_user": ("user", "利用者"),
    "session_source": ("from", "接続元"),
    "session_began": ("began", "開始"),
    "session_ended": ("ended", "終了"),
    "session_commands": ("sudo", "sudo"),
    "session_recordings": ("rec.", "録画"),
    "ssh_session": ("SSH session", "SSH セッション"),
    "ssh_failed_login": ("SSH login failed", "SSH ログイン失敗"),
    "desktop_session": ("desktop session", "デスクトップ"),
    "desktop_failed_login": ("desktop login failed", "デスクトップ失敗"),
    "step_passed": ("passed", "合格"),
    "step_failed": ("FAILED", "不合格"),
    "step_unchecked": ("NOT CHECKED", "未検証"),
    "step_not_applicable": ("not applicable", "該当なし"),
}
