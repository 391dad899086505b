"""Sentences about the vendor's people and the customers' contacts."""

SENTENCES = {
    "os_user_unbound": (
        "OS 利用者 {os_user} は登録済みの者に結び付けられていません。",
        "The system user {os_user} is bound to no registered person.",
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
        "一人が {one} と {other} を兼ねることはできません。",
        "One person cannot be {one} and {other}.",
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
        "この方は {role} の役割を持つお客様担当者として登録されていません。",
        "This is no registered contact of the customer with the role {role}.",
    ),
    "contact_unknown": (
        "この方はお客様担当者として登録されていません。",
        "This is no registered contact of the customer.",
    ),
}
