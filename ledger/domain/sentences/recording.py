"""Sentences about recordings."""

SENTENCES = {
    "session_without_recording": (
        "録画のないままセッションが続きました。",
        "The session went on without a recording.",
    ),
    "recording_known": (
        "この録画の識別子では別の内容が記録されています。",
        "Something else is recorded of a recording of this id.",
    ),
    "recording_gap": (
        "{begins:time} から {ends:time} まで録画がありません。",
        "There is no recording from {begins:time} to {ends:time}.",
    ),
    "recording_gap_permitted": (
        "お客様の緊急許可により、{begins:time} から {ends:time} まで録画がありません。",
        "By the customer's emergency permission there is no recording from {begins:time} to {ends:time}.",
    ),
    "gap_was_permitted": (
        "録画なしの続行は {at:time} にお客様が許可していました。違反とした記録は、これを知らずになされたものです。",
        "Going on unrecorded was permitted at {at:time}: the violation on record was found without knowing of that.",
    ),
    "recording_was_in_time": (
        "後の記録では、{at:time} から録画されていました。違反とした記録は、これを知らずになされたものです。",
        "As was told later, it was recorded from {at:time} on: the violation was found without knowing of that.",
    ),
    "recording_incomplete": (
        "録画の点検で {count} 件の欠落または相違が見つかりました。",
        "A check of the recording found {count} {count:piece|pieces} missing or changed.",
    ),
    "segment_number": (
        "区間番号 {number} または大きさが正しくありません。",
        "The segment number {number} or the size is none.",
    ),
    "segment_sealed_twice": (
        "区間 {number} は別の内容で既に封緘されています。",
        "Segment {number} was sealed before with other contents.",
    ),
    "segment_without_recording": (
        "開始の記録がない録画の区間 {number} です。",
        "Segment {number} is of a recording that nobody told the start of.",
    ),
    "segment_out_of_order": (
        "区間 {number} の前の区間が封緘されていません。",
        "The segment before {number} was not sealed.",
    ),
    "segment_gap": (
        "区間 {number} は前の区間の終わりに続いていません。",
        "Segment {number} does not begin where the one before it ends.",
    ),
    "piece_of_another_recording": (
        "このセッションの録画ではないものの断片が含まれています。セッションごとに照合してください。",
        "A piece is of no recording of this session: compare each session's pieces alone.",
    ),
    "segments_missing": (
        "封緘されていない区間があります（{numbers}）。",
        "These segments were never sealed: {numbers}.",
    ),
}
