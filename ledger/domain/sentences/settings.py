"""Sentences about the settings of a deployment."""

SENTENCES = {
    "setting_unknown": (
        "{setting} という設定はありません（設定できるもの: {settings}）。",
        "There is no setting {setting}; there are {settings}.",
    ),
    "setting_outside": (
        "{setting} に {value} は設定できません（{lowest} から {highest} まで）。",
        "The setting {setting} is from {lowest} to {highest}, not {value}.",
    ),
    "setting_reminds_late": (
        "催促はみなし同意の成立（{days} 営業日）より前でなければなりません。",
        "A reminder comes before silence is consent, after {days} {days:business day|business days}.",
    ),
}
