"""Sentences about consent to the terms."""

SENTENCES = {
    "no_consent": (
        "条件書への有効な同意がないため、接続できません。",
        "There is no effective consent to the terms, so no connection is made.",
    ),
    "session_without_consent": (
        "有効な同意のないままセッションが開始されました。",
        "A session was started without effective consent.",
    ),
    "session_after_objection": (
        "不同意が到着した {at:time} より後にセッションが開始されました。",
        "A session was started after the customer's no had arrived at {at:time}.",
    ),
    "session_after_annulment": (
        "質問または不達により成立していなかったみなし同意を根拠に、セッションが開始されていました。",
        "A session had been started on deemed consent that a question or a bounce, told late, shows was never there.",
    ),
    "connection_after_annulment": (
        "質問または不達により成立していなかったみなし同意を根拠に、対象への接続が開始されていました。",
        "A connection had been opened on deemed consent that a question or a bounce, told late, shows was never there.",
    ),
    "session_past_objection": (
        "不同意が {at:time} に到着した後、終了すべき {until:time} を過ぎてもセッションが続いていました。",
        "The session went on past {until:time}, by when it had to end after the customer's no arrived at {at:time}.",
    ),
    "connection_after_objection": (
        "不同意が到着した {at:time} より後に、対象への接続が開始されました。",
        "A connection was opened after the customer's no had arrived at {at:time}.",
    ),
    "session_after_contract": (
        "条件書を含む契約が終了した {at:time} より後にセッションが開始されていました。",
        "A session had been started after {at:time}, when the contract that has the terms was over.",
    ),
    "session_past_contract": (
        "条件書を含む契約が終了した後もセッションが続き、その間は有効な同意がありませんでした。",
        "The session went on after the contract that has the terms was over, and no other consent covered it.",
    ),
    "consent_unknown": ("この提示の記録はありません。", "Nothing was presented under this id."),
    "consent_id_taken": ("この識別子は既に使われています。", "This id is taken."),
    "suspension_id_taken": ("この停止の識別子は既に使われています。", "This id of a stop is taken."),
    "consent_not_open": (
        "この提示は既に決着しています（{status:consent.Status}）。",
        "This presentation has been answered already: {status:consent.Status}.",
    ),
    "consent_over": (
        "有効な同意ではないため、撤回するものがありません（{status:consent.Status}）。",
        "There is no effective consent to take back: {status:consent.Status}.",
    ),
    "terms_presented_already": (
        "この版は既に提示済みで、回答待ちまたは同意済みです。",
        "This version was presented already, and is open or agreed.",
    ),
    "nothing_to_change": (
        "同意済みの版がないため、変更の提示ではなく初回の提示とします。",
        "The customer has agreed to no version, so this is no change but a first presentation.",
    ),
    "terms_not_presented": (
        "適用中の版がお客様に提示されていません。",
        "The version in force was not presented to the customer.",
    ),
    "no_terms_in_force": ("適用中の条件書がありません。", "No terms are in force."),
    "arrival_to_come": (
        "到着時刻 {at:time} はまだ来ていません。",
        "The time of arrival {at:time} is still to come.",
    ),
    "arrival_before_presentation": (
        "到着時刻 {at:time} は提示より前です。",
        "The time of arrival {at:time} is before the presentation.",
    ),
    "no_open_question": ("回答待ちの質問はありません。", "There is no open question."),
    "answer_out_of_time": (
        "回答時刻 {at:time} は質問より前か、まだ来ていません。",
        "The time of the answer {at:time} is before the question, or still to come.",
    ),
}
