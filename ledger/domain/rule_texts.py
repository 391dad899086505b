"""The rules R-01 to R-36, one sentence each: what the coverage table and refusals call them by.

``append`` rules are decided before something is recorded and can refuse it; ``check`` rules look at what has happened
and record a violation or a finding; ``both`` do the first where we decide and the second where the world has decided.
"""

from typing import Literal, NamedTuple

Enforced = Literal["append", "check", "both"]


class RuleText(NamedTuple):
    """A rule: where it is enforced, and its sentence."""

    enforced: Enforced
    clause: str
    ja: str
    en: str


RULES: dict[str, RuleText] = {
    "R-01": RuleText(
        "both",
        "P",
        "その時点で有効な版への同意があるか、適用除外の接続でなければ、セッションは開始できない。",
        "A session starts only under effective consent to the terms in force, or as an excluded connection.",
    ),
    "R-02": RuleText(
        "append",
        "P",
        "到達が証明され、期間内に不同意がないときに限り、みなし同意が成立する。",
        "Consent is deemed only after the period from proven delivery has passed without an objection.",
    ),
    "R-03": RuleText(
        "append",
        "P",
        "不同意の効果は、記録した時ではなく到着した時で決まる。",
        "An objection counts from when it arrived, not from when it was recorded.",
    ),
    "R-04": RuleText(
        "both",
        "1",
        "セッションの対象は、作業依頼と許可の両方の対象に含まれ、許可の対象は作業依頼の対象を超えない。",
        "A session reaches what its order and its permission both name, and a permission nothing beyond the order.",
    ),
    "R-05": RuleText(
        "append",
        "2",
        "適用除外は、登録済みセンターからの接続で、かつ契約の内容である場合に限る。",
        "A connection is excluded only from a registered centre and as content of a live contract.",
    ),
    "R-06": RuleText(
        "both",
        "3",
        "作業依頼の根拠は、契約・お客様の要望・条件書のみ、のいずれか一つである。",
        "Every work order has exactly one basis: contract, the customer's request, or these terms alone.",
    ),
    "R-07": RuleText(
        "both",
        "4-1①",
        "接続は HTTPS、SSH または暗号化された VPN に限る。",
        "A connection is encrypted: HTTPS, SSH or VPN.",
    ),
    "R-08": RuleText(
        "both",
        "4-1①",
        "接続は許可された時間内に限り、VPN は機器の確認を要する。",
        "A connection falls into a granted window, and VPN needs confirmed equipment.",
    ),
    "R-09": RuleText(
        "append",
        "4-1②",
        "秘密情報そのものはログに入れない。",
        "No secret enters the ledger, only its keyed digest.",
    ),
    "R-10": RuleText(
        "append",
        "4-1②",
        "接続情報は、担当技術員が作業時間内に作業依頼を示して払い出す。",
        "Credentials are checked out by the assigned technician, inside the work window, for a work order.",
    ),
    "R-11": RuleText(
        "both",
        "4-1③",
        "接続情報は、契約または作業の終了後 24 時間以内に消去する。",
        "Credentials are erased within 24 hours of the end of the contract or the work.",
    ),
    "R-12": RuleText(
        "append",
        "4-1③",
        "継続保持には、所有者の書面による 12 か月以内の指示を要する。",
        "Longer custody needs a written instruction of the owner, for at most 12 months.",
    ),
    "R-13": RuleText(
        "append",
        "4-1④",
        "情報の取得は、契約の履行または依頼された作業のためだけにする。",
        "Data is acquired only to perform the contract or the requested work.",
    ),
    "R-14": RuleText(
        "both",
        "4-1⑤",
        "証跡の保管は作業の終わりから数える。",
        "The trail is kept from the end of the work it belongs to.",
    ),
    "R-15": RuleText(
        "append",
        "4-1⑤",
        "保管期間は暦月で数え、初日を算入しない。",
        "Retention is counted in calendar months, the first day not counted.",
    ),
    "R-16": RuleText(
        "both",
        "4-1⑤",
        "満了後 24 時間以内に、保全がなければ破棄する。",
        "What has expired is destroyed within 24 hours unless it is held.",
    ),
    "R-17": RuleText(
        "both",
        "4-1⑤",
        "申請、紛争、事故、法的保全は破棄を止める。",
        "A request, dispute, incident or legal hold suspends destruction.",
    ),
    "R-18": RuleText(
        "check",
        "4-2",
        "お客様側のログインは、いずれも一つの記録済みセッションに対応する。",
        "Every login at the customer's side matches one recorded session.",
    ),
    "R-19": RuleText(
        "both",
        "4-2",
        "録画のないセッションは続けられない。",
        "A session without a running recording is ended.",
    ),
    "R-20": RuleText(
        "check",
        "4-2",
        "録画の欠落は必ず指摘として残す。",
        "A gap in a recording is a finding, never hidden.",
    ),
    "R-21": RuleText(
        "both",
        "5②",
        "日程は双方の合意を記録し、変更は改めて連絡する。",
        "A schedule is agreed by both sides, and a change needs a new notice.",
    ),
    "R-22": RuleText(
        "both",
        "5③",
        "作業開始前に、内容・完了予定・技術員・対象・方法を連絡する。",
        "Before work starts, its content, planned end, technician, targets and method are told.",
    ),
    "R-23": RuleText(
        "check",
        "5③",
        "予定超過は判明後 15 分以内に報告する。",
        "An overrun is reported within 15 minutes of its detection.",
    ),
    "R-24": RuleText(
        "check",
        "5④",
        "完了後 1 営業日以内に実施報告と稼働確認依頼を送る。",
        "Within one business day of completion the report is sent and the operation check asked for.",
    ),
    "R-25": RuleText(
        "append",
        "5⑤",
        "稼働確認は完了を妨げず、回答がなければ期限経過とする。",
        "The operation check never blocks completion; without an answer it lapses and is not confirmed.",
    ),
    "R-26": RuleText(
        "append",
        "6-1",
        "出力には、機密保持契約の有無に応じた表示を付ける。",
        "Every export is marked, by whether there is an agreement on confidentiality.",
    ),
    "R-27": RuleText(
        "append",
        "6-2",
        "免責の記録には、依頼・督促・期限の経緯を要する。",
        "An exemption is noted only with its chain of request, reminder and deadline.",
    ),
    "R-28": RuleText(
        "append",
        "6-3",
        "証跡の提供は、権限ある者の書面による申請を要する。",
        "The trail is provided only on a written request of somebody entitled.",
    ),
    "R-29": RuleText(
        "append",
        "6-3",
        "指定書式や報告書は、費用の承諾または免除の後に準備する。",
        "A custom format or report is prepared only once its fee is approved or waived.",
    ),
    "R-30": RuleText(
        "append",
        "6-4",
        "利用は定められた目的と役割に限る。",
        "Data is used only for a listed purpose that the role may pursue.",
    ),
    "R-31": RuleText(
        "append",
        "6-4",
        "非特定化データは許された項目のみ、5 社以上から、別人の審査を経て作る。",
        "A de-identified set has allowed fields, at least five customers and a reviewer who is not its author.",
    ),
    "R-32": RuleText(
        "append",
        "6-5",
        "条件書の文面は変えられず、ある時点で有効な版はログだけで決まる。",
        "Published terms never change, and the ledger alone tells which version is in force when.",
    ),
    "R-33": RuleText(
        "append",
        "6-5",
        "変更の影響は二名が判定し、重大な変更は提示してから適用する。",
        "Two persons judge a change, and a material one governs a customer only after it was presented.",
    ),
    "R-34": RuleText(
        "append",
        "audit",
        "操作者は OS 利用者に結び付けた登録済みの者であり、二つの署名は二名による。",
        "Operators are registered persons bound to system users, and two sign-offs take two persons.",
    ),
    "R-35": RuleText(
        "append",
        "audit",
        "技術員は自らの許可の承認者にも証跡管理者にもなれない。",
        "A technician neither approves the own permission nor keeps the evidence.",
    ),
    "R-36": RuleText(
        "check",
        "audit",
        "お客様は自社の記録だけを見て、それだけで検証できる。",
        "A customer sees its own records only, and can verify these alone.",
    ),
}
