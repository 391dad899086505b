"""Sentences about work orders."""

SENTENCES = {
    "work_order_unknown": ("この作業依頼は登録されていません。", "There is no such work order."),
    "work_order_over": (
        "この作業依頼は既に終わっています（{status}）。新しい作業依頼を登録してください。",
        "This work order is over ({status}): open a new one.",
    ),
}
