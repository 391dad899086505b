"""What verification refuses exactly, by its English templates: of packages, receipts and what was held before."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # -- checkpoint and trust ------------------------------------------------------------------------------------------
    "No key that signed the checkpoint counts for a log of size {}.": (
        "チェックポイントに署名した鍵は、いずれも件数 {0} のログには有効でない"
    ),
    "Only witnesses signed the checkpoint, none of the log's pinned keys.": (
        "チェックポイントには証人の署名だけがあり、固定したログの鍵の署名がない"
    ),
    "Every key that signed was retired before size {}.": "署名した鍵はいずれも件数 {0} より前に失効している",
    "The checkpoint is of {}, not of {}.": "チェックポイントは {1} でなく {0} のものである",
    "The checkpoint has size {}.": "チェックポイントの件数は {0} である",
    "The checkpoint has more than {} bytes.": "チェックポイントが {0} バイトを超えている",
    "The checkpoint among the proofs is another one.": "証明に含まれるチェックポイントが別のものである",
    "The key {} does not count at {}, where it was handed over.": "鍵 {0} は引き継がれた件数 {1} では有効でない",
    "The entry at {} adds no key to the log {}.": "位置 {0} のエントリはログ {1} に鍵を加えていない",
    # -- entries and the chain -----------------------------------------------------------------------------------------
    "The entry is of the log {}, not {}.": "エントリは {1} でなく {0} のものである",
    "The entry is of the chain {}, not {}.": "エントリはチェーン {1} でなく {0} のものである",
    "The entry tells {}, later than {}.": "エントリの時刻 {0} は {1} より後である",
    "The entry tells {}, after one that tells {}.": "時刻 {1} のエントリの後に時刻 {0} のエントリがある",
    "The entry tells {}, but at {} a log of size {} was cosigned.": (
        "エントリの時刻は {0} だが、{1} には件数 {2} のログが連署されている"
    ),
    "The entry tells {}, but at {} the log had only {} entries.": (
        "エントリの時刻は {0} だが、{1} の時点でログは {2} 件しかなかった"
    ),
    "Entry {} of the chain {} is a {}: the chain's announcement is its first entry.": (
        "チェーン {1} のエントリ {0} は {2} だが、最初のエントリはチェーンの作成でなければならない"
    ),
    "Entry {} of the chain comes after entry {}.": "チェーンのエントリ {1} の次にエントリ {0} がある",
    "Entry {} names another entry before it than the one at {}.": (
        "エントリ {0} が指す直前のエントリは、位置 {1} のものと異なる"
    ),
    "Position {} comes after {}.": "位置 {1} の次に位置 {0} がある",
    "The entries {} to {} of the chain are missing.": "チェーンのエントリ {0}〜{1} が欠けている",
    "Two different entries are shown for position {}.": "位置 {0} に二つの異なるエントリが示されている",
    "The package claims entries to {}; the chain's head is {}.": (
        "パッケージはエントリ {0} までとするが、チェーンの先頭は {1} である"
    ),
    "The last entry shown, {}, is not the one where the package ends.": (
        "最後に示されたエントリ {0} は、パッケージの終わりのものでない"
    ),
    "The package is of the chain {}, not of {}.": "パッケージはチェーン {1} でなく {0} のものである",
    "The heads were sealed at {}, before {}.": "先頭表は {0} に封緘されており、{1} より前である",
    # -- what is beside the chain --------------------------------------------------------------------------------------
    "A core entry is of the chain {}.": "制御エントリがチェーン {0} のものである",
    "A core entry is of the log {}, not {}.": "制御エントリが {1} でなく {0} のものである",
    "A core entry stands behind the heads map.": "先頭表より後に制御エントリがある",
    "A core entry: {}": "制御エントリについて: {0}",
    "The core entries do not rise: {} comes after {}.": "制御エントリの位置が昇順でない（{1} の次に {0}）",
    "The entry destroys a key and is not among the core entries.": (
        "鍵を破棄するエントリが制御エントリに含まれていない"
    ),
    "The heads map at {} tells the heads that {} entries had.": "位置 {0} の先頭表は件数 {1} の時点の先頭を示している",
    "The last of {} entries is not the heads map: a {} at {} is shown.": (
        "{0} 件の最後が先頭表でなく、位置 {2} に {1} が示されている"
    ),
    "The heads proof": "先頭表の証明",
    "The batch proof": "一括証明",
    "A consistency proof": "整合性の証明",
    "A key rotation": "鍵の交代",
    "The file of proofs": "証明のファイル",
    "What the package covers": "パッケージの対象範囲",
    # -- payloads and their keys ---------------------------------------------------------------------------------------
    "Salt and payload do not reproduce the entry's commitment.": "ソルトと内容から約定値を再現できない",
    "The receipt shows a payload; the entry has none.": "受領証は内容を示しているが、エントリには内容がない",
    "The payload under the key {} is said to be missing.": "鍵 {0} の内容が欠落とされている",
    "The line of the entry {}.": "エントリの行は{0}",
    "does not show its payload, and does not say why": "内容を示さず、理由もない",
    "holds back a payload where there is none": "内容がないのに非開示としている",
    "shows a payload that it should not have": "ないはずの内容を示している",
    "The key {} is announced after it is used.": "鍵 {0} は使われた後に作成が告げられている",
    "The key {} was announced at {} already.": "鍵 {0} の作成は位置 {1} で既に告げられている",
    "The key {} is not of the day of {} in Japan.": "鍵 {0} は {1} の日本時間の日付のものでない",
    "The key {} of the chain was destroyed at {}.": "チェーンの鍵 {0} は位置 {1} で破棄されている",
    "The key {} was destroyed at {}, before its {} were over.": (
        "鍵 {0} は保管期間 {2} の満了前に、位置 {1} で破棄されている"
    ),
    "No entry shown announces the key {}, so nothing says how long it had to be kept.": (
        "鍵 {0} の作成を告げるエントリがなく、保管期間が分からない"
    ),
    "No entry shown destroys the key {} of the payload at {}, or removes it.": (
        "位置 {1} の内容の鍵 {0} を破棄する、または内容を除去するエントリがない"
    ),
    "{} is a class of days, and not all its keys name one: {}.": "{0} は日ごとの鍵種別だが、日付でない鍵がある（{1}）",
    "The key {} names a day that is not in the calendar.": "鍵 {0} は暦にない日付である",
    "No payload shown says what the blob {} is.": "開示された内容のどこにもブロブ {0} がない",
    "The blob {} has another length than it should.": "ブロブ {0} の長さが異なる",
    "The blob {} is named in two ways.": "ブロブ {0} が二通りに示されている",
    "The blob {} is neither here nor said to be withheld.": "ブロブ {0} がなく、非開示との断りもない",
    # -- witnesses and what was held -----------------------------------------------------------------------------------
    "The policy names time stamping certificates; no token was given with it.": (
        "検証方針はタイムスタンプの証明書を指定しているが、タイムスタンプがない"
    ),
    "{} witnesses cosigned the checkpoint; the policy asks for {}.": (
        "証人の連署は {0} 名で、検証方針が求める {1} 名に足りない"
    ),
    "{} cosigned at {}, past the calendar.": "{0} の連署の時刻 {1} は暦の範囲にない",
    "A checkpoint of size {} is held; this one has size {}. Ask for a newer package.": (
        "手元のチェックポイントは件数 {0}、これは件数 {1} である。より新しいパッケージを請求すること"
    ),
    "A held checkpoint does not open: {}": "手元のチェックポイントを開けない（{0}）",
    "A held package cannot be read: {}": "手元のパッケージを読めない（{0}）",
    "A held receipt does not hold: {}": "手元の受領証が成り立たない（{0}）",
    "Some of its lines are not entries.": "エントリでない行がある",
    "Entry {} of the chain is held with other bytes.": "手元にあるチェーンのエントリ {0} とバイト列が異なる",
    "Nothing proves that size {} continues the held size {}. Ask for a proof from there.": (
        "件数 {0} が手元の件数 {1} の続きであることの証明がない。そこからの証明を請求すること"
    ),
    # -- the file ------------------------------------------------------------------------------------------------------
    "A line is not of the form of a package: {}.": "パッケージの行の形式でない（{0}）",
    "A line is longer than {} bytes.": "{0} バイトを超える行がある",
    "A line of the manifest is not in its spelling: {}.": "一覧の行の表記が正しくない（{0}）",
    "A package has no place for the file {}.": "パッケージにファイル {0} の場所はない",
    "Bytes follow after the end of the archive.": "書庫の終わりの後に余分なバイトがある",
    "The archive ends before its members do.": "書庫がメンバーの途中で終わっている",
    "The batch proof does not end as it must.": "一括証明の終わりが正しくない",
    "The file bagit.txt is not that of a BagIt 1.0 bag.": "bagit.txt が BagIt 1.0 のものでない",
    "The file is not a zip archive, or its end is cut off.": "zip 書庫でないか、末尾が欠けている",
    "The file {} is not the one that the manifest lists.": "ファイル {0} が一覧のものと異なる",
    "The last line does not end.": "最後の行が終わっていない",
    "The manifest does not list the file {}.": "一覧にファイル {0} がない",
    "The manifest's last line does not end.": "一覧の最後の行が終わっていない",
    "The member {} has other bytes than the directory says.": "メンバー {0} のバイト列が書庫の目録と異なる",
    "The package has no {}.": "パッケージに {0} がない",
    "The package lacks the file {}.": "パッケージにファイル {0} がない",
    "The proof is for position {}.": "位置 {0} の証明である",
    "The proofs hold more than {} values.": "証明の値が {0} 個を超えている",
    "The proofs hold no batch proof where one belongs.": "あるべき所に一括証明がない",
    "The archive lacks the zip64 end record that its end record points to.": "終端が指す zip64 の終端がない",
    "The archive names a member as it must not: {}.": "認められないメンバー名がある（{0}）",
    "The deflated member {} does not end where the directory says.": (
        "圧縮されたメンバー {0} の終わりが書庫の目録と異なる"
    ),
    "The directory describes the member {} in another spelling.": "書庫の目録のメンバー {0} の表記が異なる",
    "The directory does not follow the last member.": "書庫の目録が最後のメンバーに続いていない",
    "The directory of the archive is longer than its members.": "書庫の目録がメンバーより多い",
    "The directory of the archive is shorter than it says.": "書庫の目録が示された長さより短い",
    "The end of the archive is not built as it must be.": "書庫の終端の構造が正しくない",
    "The member {} is longer than the {} bytes that are read of it.": "メンバー {0} が上限の {1} バイトを超えている",
    "The member {} is not deflated as it should be.": "メンバー {0} の圧縮が正しくない",
    "The member {} is not where the order of names puts it.": "メンバー {0} が名前の順に並んでいない",
    "The two headers of the member {} differ.": "メンバー {0} の二つの見出しが異なる",
}
