"""The steps of verification and the refusals of each, by name (docs/record-format.md, section 7).

Guarantees: every way in which a package or a receipt can fail has exactly one name here; the names and the step
numbers are stable, and tests, reports and programs refer to them. A refusal says which verdict it breaks and whether
it is a finding (somebody should look) or means that something could not be checked (nobody may conclude anything).
"""

from enum import Enum, IntEnum
from typing import Literal, TypeAlias

from ledger.log.errors import LogError

Language: TypeAlias = Literal["en", "ja"]


class Step(Enum):
    """One numbered step: what it shows when it passes."""

    CHECKPOINT = 1, "The checkpoint opens under the pinned policy.", "チェックポイントは固定した検証方針で開いた。"
    BYTES = 2, "Every entry is in its one spelling.", "全てのエントリが唯一の正しい表記である。"
    INCLUSION = (
        3,
        "Every entry is in the signed tree at its position.",
        "全てのエントリが署名済みハッシュ木の該当位置にある。",
    )
    CONTEXT = 4, "Log, times and key days fit together.", "ログ名、時刻、鍵の日付が矛盾しない。"
    LINKS = 5, "The chain has no gap and every link holds.", "チェーンに欠番がなく、全てのつながりが正しい。"
    HEAD = (
        6,
        "The last entry is the sealed head of the chain.",
        "最後のエントリは先頭表にあるチェーンの先頭と一致する。",
    )
    DISCLOSED = 7, "Every disclosed payload is the committed one.", "開示された内容は全て約定値と一致する。"
    UNDISCLOSED = 8, "Every other payload is accounted for.", "開示されない内容は全て理由が示されている。"
    TIME = 9, "Outside witnesses bound the times.", "外部の証人が時刻を裏付ける。"
    HELD = 10, "What was held from before agrees.", "以前から手元にあるものと一致する。"
    NOTHING_ELSE = 11, "Nothing trails and nothing is unlisted.", "余分なものも一覧にないものもない。"

    def __init__(self, number: int, en: str, ja: str) -> None:
        self.number = number
        self.sentence: dict[Language, str] = {"en": en, "ja": ja}


class Verdict(Enum):
    """The two questions that verification answers."""

    INTEGRITY = "integrity"
    COMPLETENESS = "completeness"


class Status(IntEnum):
    """What a verification ends with: the exit status of a program that runs it."""

    FINE = 0
    FINDING = 1
    UNCHECKED = 2


_C, _B, _I, _X, _L, _H = Step.CHECKPOINT, Step.BYTES, Step.INCLUSION, Step.CONTEXT, Step.LINKS, Step.HEAD
_D, _U, _T, _O, _N = Step.DISCLOSED, Step.UNDISCLOSED, Step.TIME, Step.HELD, Step.NOTHING_ELSE
_CHANGED, _LACKING = Verdict.INTEGRITY, Verdict.COMPLETENESS
_FINDING, _UNCHECKED = Status.FINDING, Status.UNCHECKED


class Refusal(Enum):
    """One named way to fail. UNKNOWN_FORMAT and NOT_COVERED may arise at other steps than the one named here."""

    UNKNOWN_KEY = _C, _UNCHECKED, _CHANGED, "No pinned key signed it.", "固定した鍵による署名がない。"
    CHECKPOINT_FORM = _C, _FINDING, _CHANGED, "The checkpoint is malformed.", "チェックポイントの形式が正しくない。"
    BAD_SIGNATURE = _C, _FINDING, _CHANGED, "A pinned key's signature is wrong.", "固定した鍵の署名が正しくない。"
    KEY_INTERVAL = _C, _FINDING, _CHANGED, "The key does not count at this size.", "鍵はこの大きさでは有効でない。"
    KEY_RETIRED = _C, _FINDING, _CHANGED, "The signing key was retired before.", "署名鍵は既に失効している。"
    ROTATION_UNPROVEN = (
        _C,
        _FINDING,
        _CHANGED,
        "A new key is not proven by an old one.",
        "新しい鍵の継承が証明されていない。",
    )
    OTHER_LOG = _C, _FINDING, _CHANGED, "The checkpoint is another log's.", "別のログのチェックポイントである。"

    UNKNOWN_FORMAT = (
        _B,
        _UNCHECKED,
        _CHANGED,
        "A newer format: use a newer program.",
        "未知の形式版である。新しい版で検証すること。",
    )
    LINE_FORM = _B, _FINDING, _CHANGED, "A line of the package is malformed.", "パッケージの行の形式が正しくない。"
    ENTRY_FORM = _B, _FINDING, _CHANGED, "An entry is not in its one spelling.", "エントリが唯一の正しい表記でない。"
    FACT_FORM = _B, _FINDING, _CHANGED, "A core entry does not say what it must.", "制御エントリの内容が正しくない。"
    PROOFS_FORM = _B, _FINDING, _CHANGED, "The proofs are malformed.", "証明の形式が正しくない。"

    NOT_INCLUDED = (
        _I,
        _FINDING,
        _CHANGED,
        "An entry is not in the signed tree.",
        "署名済みハッシュ木にないエントリがある。",
    )
    NOT_COVERED = _I, _UNCHECKED, _LACKING, "The checkpoint does not reach so far.", "チェックポイントの範囲外である。"

    OTHER_ORIGIN = _X, _FINDING, _CHANGED, "An entry is another log's.", "別のログのエントリがある。"
    TIME_FELL = _X, _FINDING, _CHANGED, "A time falls without a correction.", "訂正なしに時刻が戻っている。"
    TIME_AHEAD = _X, _FINDING, _CHANGED, "A time lies in the future.", "未来の時刻がある。"
    KEY_DAY = _X, _FINDING, _CHANGED, "A key's day is not the entry's day.", "鍵の日付がエントリの日付と異なる。"

    CHAIN_UNANNOUNCED = (
        _L,
        _FINDING,
        _CHANGED,
        "The chain does not begin with its announcement.",
        "チェーンが作成のエントリで始まっていない。",
    )
    SEQ_GAP = _L, _FINDING, _LACKING, "Entries of the chain are missing.", "チェーンに欠番がある。"
    SEQ_REPEATED = (
        _L,
        _FINDING,
        _CHANGED,
        "An entry number comes twice or out of order.",
        "チェーンの番号が重複または逆転している。",
    )
    LINK_BROKEN = (
        _L,
        _FINDING,
        _CHANGED,
        "An entry does not name the one before it.",
        "直前のエントリとつながっていない。",
    )
    POSITION_NOT_RISING = _L, _FINDING, _CHANGED, "Positions do not rise.", "位置が昇順でない。"
    OTHER_CHAIN = _L, _FINDING, _CHANGED, "An entry is another chain's.", "別のチェーンのエントリがある。"

    CHAIN_NOT_ASKED = (
        _H,
        _FINDING,
        _LACKING,
        "The package is not of the chain that was asked for.",
        "求めたチェーンのパッケージでない。",
    )
    HEADS_NOT_LAST = _H, _FINDING, _LACKING, "The heads map is not the last leaf.", "先頭表が最後の葉でない。"
    HEADS_STALE = _H, _FINDING, _LACKING, "The heads map is of an earlier log.", "先頭表が以前の時点のものである。"
    HEAD_DIFFERS = _H, _FINDING, _LACKING, "The last entry is not the chain's head.", "末尾がチェーンの先頭でない。"

    COMMITMENT_DIFFERS = _D, _FINDING, _CHANGED, "A payload is not the committed one.", "内容が約定値と一致しない。"
    BLOB_FORM = _D, _FINDING, _CHANGED, "A payload names its recording wrongly.", "録画の参照の形式が正しくない。"
    BLOB_DIFFERS = _D, _FINDING, _CHANGED, "A recording is not the one named.", "録画が記録されたものと異なる。"
    BLOB_UNNAMED = (
        _D,
        _FINDING,
        _CHANGED,
        "No disclosed payload names a recording.",
        "開示内容のどこにもない録画がある。",
    )

    STATE_CONTRADICTED = _U, _FINDING, _CHANGED, "A line says what it does not hold.", "行の状態表示が中身と矛盾する。"
    KEY_UNANNOUNCED = _U, _FINDING, _CHANGED, "A key is used before its announcement.", "作成前の鍵が使われている。"
    KEY_ANNOUNCED_TWICE = _U, _FINDING, _CHANGED, "A key is announced twice.", "鍵の作成が二重に示されている。"
    KEY_EPOCH = _U, _FINDING, _CHANGED, "A key that must name a day names none.", "日付であるべき鍵の区分が日付でない。"
    ERASURE_UNPROVEN = _U, _FINDING, _LACKING, "An erasure is not proven.", "消去が証明されていない。"
    ERASED_EARLY = _U, _FINDING, _LACKING, "A key was destroyed too early.", "保管期間の満了前に鍵が破棄された。"
    USED_AFTER_DESTRUCTION = _U, _FINDING, _CHANGED, "A destroyed key was used.", "破棄済みの鍵が使われている。"
    DESTRUCTION_HIDDEN = (
        _U,
        _FINDING,
        _CHANGED,
        "A destruction is not told where it must.",
        "破棄のエントリが示されるべき所にない。",
    )
    PAYLOAD_MISSING = _U, _FINDING, _LACKING, "A payload is missing without a reason.", "理由なく内容が失われている。"
    BLOB_ABSENT = _U, _FINDING, _LACKING, "A recording is missing, unsaid.", "断りなく録画が欠けている。"

    QUORUM_MISSED = _T, _FINDING, _CHANGED, "Too few witnesses cosigned.", "証人の連署が足りない。"
    TIME_UNBOUND = _T, _FINDING, _CHANGED, "A time contradicts an outside time.", "外部の時刻と矛盾する。"
    STAMPS_UNCHECKED = _T, _UNCHECKED, _CHANGED, "Time stamps were not checked.", "タイムスタンプは検証されていない。"

    HELD_INCONSISTENT = (
        _O,
        _FINDING,
        _CHANGED,
        "The log does not continue what is held.",
        "手元のものの続きになっていない。",
    )
    HELD_CONTRADICTED = (
        _O,
        _FINDING,
        _CHANGED,
        "A held entry has other bytes here.",
        "手元のエントリとバイト列が異なる。",
    )
    HELD_NEWER = _O, _UNCHECKED, _CHANGED, "What is held is newer than this.", "手元のもののほうが新しい。"
    CONSISTENCY_ABSENT = _O, _UNCHECKED, _CHANGED, "No consistency proof was given.", "整合性の証明が与えられていない。"
    HELD_UNREADABLE = _O, _UNCHECKED, _CHANGED, "What is held cannot be read.", "手元のものが読めない。"

    UNREADABLE = _N, _UNCHECKED, _CHANGED, "It is not a whole file of its kind.", "完全なファイルでない。"
    RECEIPT_FORM = _N, _FINDING, _CHANGED, "The receipt is malformed.", "受領証の形式が正しくない。"
    TRAILING_BYTES = _N, _FINDING, _CHANGED, "Bytes follow after the end.", "終わりの後に余分なバイトがある。"
    ARCHIVE_FORM = _N, _FINDING, _CHANGED, "The archive is not built as it must be.", "書庫の構造が規定どおりでない。"
    FILE_UNLISTED = _N, _FINDING, _CHANGED, "A file is not in the manifest.", "一覧にないファイルがある。"
    FILE_ABSENT = _N, _FINDING, _LACKING, "A file of the manifest is missing.", "一覧にあるファイルが欠けている。"
    DIGEST_DIFFERS = _N, _FINDING, _CHANGED, "A file is not the one in the manifest.", "ファイルが一覧の値と異なる。"
    CHECKPOINTS_DIFFER = (
        _N,
        _FINDING,
        _CHANGED,
        "Two checkpoints are in the package.",
        "二つの異なるチェックポイントがある。",
    )

    def __init__(self, step: Step, status: Status, breaks: Verdict, en: str, ja: str) -> None:
        self.step = step
        self.status = status
        self.breaks = breaks
        self.sentence: dict[Language, str] = {"en": en, "ja": ja}


class RefusedError(LogError):
    """A check failed. ``refusal`` names how; the text says where and with what values; ``step`` where it arose."""

    def __init__(self, refusal: Refusal, text: str, *, step: Step | None = None, position: int | None = None) -> None:
        super().__init__(text)
        self.refusal = refusal
        self.step = refusal.step if step is None else step
        self.position = position
