"""What the full check and the clock's run say exactly, by their English templates."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # -- the full check ------------------------------------------------------------------------------------------------
    "{} to {}": "{0}〜{1}",
    "{} to {}, {}": "{0}〜{1}、{2}",
    "{} after {}": "{1} の次が {0}",
    "{} on {}": "{1} に {0}",
    "{} of {}": "{1} の {0} 件",
    "size {}": "件数 {0}",
    "size {}, {}": "件数 {0}、{1}",
    "{} signed, {} there": "署名済み {0} 件に対し {1} 件",
    "{} said, {} by the last position": "表では {0} 件、最後の位置では {1} 件",
    "{} chains, {} by the entries": "表では {0} 本、エントリでは {1} 本",
    "{} rows instead of one": "一行のはずが {0} 行",
    "{}, destroyed at position {}": "{0}、位置 {1} で破棄",
    "{} behind what is counted since {}": "{1} から数えた時刻より {0} 遅れ",
    "stored {}, computed {}": "保存値 {0}、計算値 {1}",
    "a column is empty, of another kind or wider than an entry": "空、別の種類、またはエントリより大きい列",
    "an entry has no position": "位置のないエントリ",
    "no position is below 0": "0 より前の位置はない",
    "no entry is there": "そこにエントリがない",
    "no entry is of it": "そのエントリがない",
    "it is there twice": "二重にある",
    "its body is not of this content": "内容のものでない",
    "its mark or body is no HMAC": "HMAC でない",
    "two keys point to it": "二つのキーが指している",
    "its note says something else": "署名付きの本文が異なる",
    "its mark of the clock was never reached": "時計の印に達したことがない",
    "its time is not that of the newest entry": "時刻が最新のエントリと異なる",
    "it has no mark of the clock": "時計の印がない",
    "it names another log": "別のログを指している",
    "it has no sealed bytes, or more than a payload has": "封緘された内容がないか、大きすぎる",
    "in the part {}": "区画 {0} の中",
    "in the partition {}": "パーティション {0} の中",
    "added: {}": "余分: {0}",
    "missing: {}": "不足: {0}",
    "the table {}, {}": "表 {0}、{1}",
    "the table {} is not there, lacks a column or may not be read: nothing of it was checked": (
        "表 {0} がないか、列が足りないか、読取りの権限がないため、検査していない"
    ),
    "there is no such table, or none of entries": "その表またはエントリの表がない",
    "no append made it: the log has {} entries": "追記によるものでない（ログは {0} 件）",
    "no append made the partition {}": "追記によらないパーティション {0}",
    "the migration {} is not written down as applied": "マイグレーション {0} の適用が記録されていない",
    "the migration {} that was applied is not this program's": "適用されたマイグレーション {0} がこの版のものでない",
    "a row without a chain, or with a name wider than any": "チェーン名がないか、長すぎる行",
    "a row without a key": "鍵のない行",
    "{}, of which no entry tells": "{0}、それを告げるエントリがない",
    "{}, which is there twice": "{0}、二重にある",
    "{}, which is not there": "{0}、その行がない",
    "{}, and no entry announces another": "{0}。別の版を告げるエントリもない",
    "It announces another chain, or one that is there already": "別のチェーン、または既にあるチェーンを告げている",
    "It confirms a destruction that no entry ordered": "指示のない破棄を確認している",
    "The key {} is announced already": "鍵 {0} は既に告げられている",
    # -- what was not checked ------------------------------------------------------------------------------------------
    "The checkpoints were not checked: no file of signed checkpoints was given.": (
        "署名済みチェックポイントのファイルがないため、チェックポイントは検査していない"
    ),
    "The checkpoints' signatures were not checked: the log names no signing key.": (
        "ログに署名鍵が示されていないため、チェックポイントの署名は検査していない"
    ),
    "The guards of the schema were not checked: a newer version of this program made them.": (
        "より新しい版で作成されたため、スキーマの防護は検査していない"
    ),
    "The recordings were not checked: no folder of recordings was given.": (
        "録画の保存場所が指定されていないため、録画は検査していない"
    ),
    "Recordings that no readable payload names: {}.": "読める内容のどれも指していない録画: {0} 件",
    "The seals could not be checked: {}": "封緘を検査できなかった（{0}）",
    "The newest entry's time is of an injected clock, as throw-away logs have: it was not judged.": (
        "最新のエントリの時刻は使い捨てのログ用の時計によるため、判定していない"
    ),
    # -- the clock's run -----------------------------------------------------------------------------------------------
    "The entry at position {} cannot be opened, so nothing is decided: run 'shoseki fsck'.": (
        "位置 {0} の記録を開封できないため、判断していません。shoseki fsck で検査してください"
    ),
    "The entry at position {} is not in the form of its type: {}": "位置 {0} の記録が種別の形式でありません（{1}）",
    "{}: the member {} {}.": "{0} の項目 {1} が{2}",
    "is missing": "ない",
    "cannot be read: {}": "読めない（{0}）",
    "cannot be written: {}": "書けない（{0}）",
    "names {}, which is no opaque id": "、識別子でない {0} を指している",
}
