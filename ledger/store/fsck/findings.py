"""What the full check can find, by name, and the report that it ends with.

Guarantees: a code is stable, so that tests, programs and people may refer to it; a finding is one sentence in English
and in Japanese, with the position and chain where there are such; a report holds at most ``KEPT`` findings of a code
and counts all. Leaves to others: finding them.
"""

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from ledger.log.refusal import Language, Status

KEPT = 100
"""How many findings of one code are kept; the rest is counted."""


class Code(Enum):
    """One named way in which the database can be wrong."""

    ENTRY_FORM = "The entry is not in its one spelling", "エントリが唯一の正しい表記でない"
    OTHER_ORIGIN = "The entry is another log's", "別のログのエントリである"
    COLUMN = "The columns say something else than the entry's bytes", "列の値がエントリのバイト列と異なる"
    LEAF = "The stored leaf hash is not the entry's", "保存された葉ハッシュがエントリと異なる"
    GAP = "Entries are missing", "エントリが欠けている"
    UNREADABLE = "The database cannot give what is stored there", "データベースから読み出せない"
    DUPLICATE = "A position is there twice", "同じ位置のエントリが重複している"
    SEQ = "The chain's numbers have a gap or a repetition", "チェーンの番号に欠番または重複がある"
    LINK = "The entry does not name the one before it in its chain", "チェーンの直前のエントリとつながっていない"
    TIME_FELL = "The time falls without a correction", "訂正エントリなしに時刻が戻っている"
    KEY_DAY = "The day of the key is not the day of the entry", "鍵の日付がエントリの日付と異なる"
    KEY_UNANNOUNCED = "A key or chain is used before it is announced", "告知前の鍵またはチェーンが使われている"
    KEY_REUSED = "A destroyed key or chain is used", "破棄済みの鍵またはチェーンが使われている"
    FACT_FORM = "A core entry does not say what it must", "制御エントリの内容が正しくない"
    SCHEMA = "The schema is not as the migrations made it", "スキーマがマイグレーションの結果と異なる"
    LOG_TABLE = "The row of the log says something else than the entries", "ログの行がエントリと異なる"
    CLOCK = "The clock is behind the newest entry", "時計が最新のエントリより遅れている"
    SIZE = "The log's size is not that of its entries", "ログの大きさがエントリの数と異なる"
    CHECKPOINT_ROOT = "The entries are not those that a checkpoint signed", "署名済みチェックポイントの木と一致しない"
    CHECKPOINT_SIGNATURE = "A kept checkpoint is not signed by the log", "チェックポイントの署名が正しくない"
    CHECKPOINT_AHEAD = "More entries were signed than there are", "署名されたエントリの一部が存在しない"
    HEADS_ROOT = "A sealed heads map is not that of the entries", "封緘された先頭表がエントリと異なる"
    CHAIN_TABLE = "The table of chains says something else than the entries", "チェーンの表がエントリと異なる"
    KEY_TABLE = "The table of keys says something else than the entries", "鍵の表がエントリと異なる"
    PAIR_TABLE = "The table of destroyed pairs says something else than the entries", "破棄組の表がエントリと異なる"
    TAG_TABLE = "The table of tags says something else than the entries", "タグの表がエントリと異なる"
    IDEMPOTENCY = "A row of idempotency keys is not of the entry it points to", "冪等キーの行が指すエントリのものでない"
    SEAL = "The sealed payload is not the one that the entry committed to", "封緘された内容がエントリの約定値と異なる"
    PAYLOAD_ABSENT = "A payload is missing and no entry says why", "理由のエントリなく内容が失われている"
    PAYLOAD_FOREIGN = "A sealed payload belongs to no entry", "どのエントリにも属さない内容がある"
    PAYLOAD_LEFT = "Sealed bytes are there whose deletion was confirmed", "削除済みのはずの内容が残っている"
    HALF_MISSING = "A key half is gone and no entry says why", "理由のエントリなく鍵片が失われている"
    HALF_LEFT = "A key half is there whose destruction was confirmed", "破棄済みのはずの鍵片が残っている"
    HALF_OTHER = "A key half is not the announced one", "鍵片が告知されたものと異なる"
    BLOB_FORM = "A payload names its recording wrongly", "録画の参照の形式が正しくない"
    BLOB = "A recording is not the one that its entry names", "録画が記録されたものと異なる"
    BLOB_ABSENT = "A recording is missing", "録画が失われている"

    def __init__(self, en: str, ja: str) -> None:
        self.sentence: dict[Language, str] = {"en": en, "ja": ja}


class Finding(NamedTuple):
    """One thing that is wrong: its code, where, and the values that show it."""

    code: Code
    position: int | None = None
    chain: str | None = None
    detail: str = ""

    def sentence(self, language: Language = "en") -> str:
        """Say it in one sentence."""
        what = self.code.sentence[language]
        if language == "ja":
            place = "" if self.position is None else f"位置{self.position}："
            chain = "" if self.chain is None else f"（チェーン {self.chain}）"
            return f"{place}{what}{chain}{f'（{self.detail}）' if self.detail else ''}。"
        place = "" if self.position is None else f"Position {self.position}: "
        chain = "" if self.chain is None else f" (chain {self.chain})"
        return f"{place}{what}{chain}{f': {self.detail}' if self.detail else ''}."


class Findings:
    """Findings as they are made: the first of each code, and how many there were."""

    def __init__(self) -> None:
        """Begin with none."""
        self.kept: list[Finding] = []
        self.counts: Counter[Code] = Counter()

    def add(self, code: Code, position: int | None = None, chain: str | None = None, detail: str = "") -> None:
        """Take one."""
        self.counts[code] += 1
        if self.counts[code] <= KEPT:
            self.kept.append(Finding(code, position, chain, detail))

    def merge(self, other: "Findings") -> None:
        """Take what another part of the check found."""
        for finding in other.kept:
            self.add(*finding)
        self.counts.update(other.counts)
        self.counts.subtract(Counter(finding.code for finding in other.kept))


@dataclass(frozen=True, slots=True)
class Report:
    """What the full check found. ``status`` is the exit status of a program that ran it."""

    entries: int
    opened: int
    """Payloads that opened and reproduce their commitment."""
    erased: int
    """Payloads that are gone, as the log itself says."""
    checkpoints: int
    blobs: int
    findings: tuple[Finding, ...] = ()
    counts: dict[Code, int] = field(default_factory=dict)
    unchecked: tuple[str, ...] = ()
    """What could not be checked, each in one sentence."""
    notes: tuple[str, ...] = ()
    """What is no finding and worth knowing."""

    @property
    def status(self) -> Status:
        """Tell how it ended: FINE, FINDING, or UNCHECKED where nothing was found but not all could be checked."""
        if self.findings or self.counts:
            return Status.FINDING
        return Status.UNCHECKED if self.unchecked else Status.FINE
