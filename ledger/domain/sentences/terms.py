"""Sentences about the terms and their versions."""

SENTENCES = {
    "terms_published_already": (
        "第{version}版として既に公開された版、番号または文面です。",
        "This version, its label or its text was published as {version} already.",
    ),
    "terms_text_differs": (
        "文面が版のものと一致しません（版 {expected}、提示 {found}）。",
        "The text is not that of the version: SHA-256 {expected} was expected, {found} was found.",
    ),
    "terms_not_classified": (
        "変更の影響が二名により判定されるまで公開できません。",
        "A change is published only once two persons have judged whether it is material.",
    ),
    "legal_signs_first": (
        "最初の判定は法務の者が行います（{name} は法務ではありません）。",
        "Legal judges a change first, and {name} is not of legal.",
    ),
    "terms_classified_already": (
        "この変更の影響は既に判定されています。",
        "This change has been judged already.",
    ),
    "terms_backdated": (
        "公開より前の {at:time} から適用することはできません。",
        "Terms take no effect before they are published, so not at {at:time}.",
    ),
    "terms_order": (
        "適用開始は第{version}版の適用開始（{at:time}）より後とします。",
        "The effect comes after that of version {version}, which is at {at:time}.",
    ),
    "terms_unknown": (
        "この版の条件書は公開されていません。",
        "No such version of the terms has been published.",
    ),
    "terms_outdated": (
        "第{version}版は、より新しい版に置き換えられています。",
        "Version {version} of the terms has been replaced by a newer one.",
    ),
}
