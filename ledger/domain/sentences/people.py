"""Sentences about the vendor's people and the customers' contacts."""

SENTENCES = {
    "os_user_unbound": (
        "OS 利用者 {os_user} は登録済みの者に結び付けられていません。",
        "The system user {os_user} is bound to no registered person.",
    ),
    "os_user_nobody": (
        (
            "OS 利用者 {os_user} は登録済みの者に結び付けられていません。"
            "結び付けられている方が shoseki person bind で行えます。"
        ),
        "The system user {os_user} is bound to no registered person: who is bound can do so by 'shoseki person bind'.",
    ),
    "account_is_shared": (
        "OS 利用者 {os_user} は共用アカウントのため、一人に結び付けられません。",
        "The system user {os_user} is shared, so it cannot be one person's.",
    ),
    "account_not_shared": (
        "OS 利用者 {os_user} は共用アカウントではありません。",
        "The system user {os_user} is not shared.",
    ),
    "shared_account_alone": (
        "{os_user} は共用アカウントです。ご自身のアカウントから sudo で実行してください。",
        "{os_user} is a shared account: run the command from your own account with sudo.",
    ),
    "actor_changed": (
        "OS 利用者 {os_user} の結び付けがその間に変わりました。もう一度実行してください。",
        "The system user {os_user} was bound to somebody else meanwhile: run the command again.",
    ),
    "same_user_twice": (
        "二つの署名は別々の OS 利用者によるもので、一つ目の署名者は {os_user} でした。",
        "Two sign-offs take two system users, and who signed first was {os_user}.",
    ),
    "os_user_taken": (
        "OS 利用者 {os_user} は既に {name} に結び付けられています。",
        "The system user {os_user} is bound to {name} already.",
    ),
    "same_person_twice": (
        "二つの署名は二名によるもので、{name} は既に署名しています。",
        "Two sign-offs take two persons, and {name} has signed already.",
    ),
    "roles_not_together": (
        "一人が「{one:people.Role}」と「{other:people.Role}」を兼ねることはできません。",
        "One person cannot be {one:people.Role} and {other:people.Role}.",
    ),
    "person_unknown": (
        "{person} という現任の者は登録されていません。",
        "There is no active person {person}.",
    ),
    "person_known": (
        "{person} は既に登録されています。",
        "The person {person} is registered already.",
    ),
    "contact_not_entitled": (
        "この方は「{role:contacts.ContactRole}」の役割を持つお客様担当者として登録されていません。",
        "This is no registered contact of the customer with the role {role:contacts.ContactRole}.",
    ),
    "contact_unknown": (
        "この方はお客様担当者として登録されていません。",
        "This is no registered contact of the customer.",
    ),
}
