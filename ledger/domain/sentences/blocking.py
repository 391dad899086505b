"""Sentences about work that cannot be done, and about liability for it."""

SENTENCES = {
    "nothing_lacks": (
        "お客様からいただくべきものは既に揃っています。",
        "What the customer has to give for this work is there.",
    ),
    "nothing_asked": (
        "お客様への依頼の記録がないため、作業不能とはできません。",
        "Nobody asked the customer for this, so the work is not blocked by it.",
    ),
    "answer_is_awaited": (
        "お客様の回答期限はまだ来ていません。",
        "The customer still has time to answer.",
    ),
    "answer_has_time": (
        "お客様の回答期限 {deadline:time} はまだ来ていません。",
        "The customer has time to answer until {deadline:time}.",
    ),
    "work_not_blocked": (
        "作業不能の記録がありません（{status:work.Status}）。",
        "The work was not blocked; the order is {status:work.Status}.",
    ),
    "exclusion_noted_already": (
        "この作業不能の免責事由は既に記録されています。",
        "The exclusion of liability for this block is noted already.",
    ),
    "prerequisite_excludes_nothing": (
        "前提条件の不足は、免責の対象に含まれません。",
        "A missing prerequisite excludes no liability.",
    ),
    "exclusion_without_chain": (
        "免責の記録に必要な経緯が欠けています（{missing:blocking.Link}）。",
        "The exclusion lacks what it must rest on: {missing:blocking.Link}.",
    ),
}
