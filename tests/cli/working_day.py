"""One work order lived at the command line alone, from the terms to the trail that the customer asks for."""

from datetime import timedelta

from office import TERMS, Office

AHEAD = timedelta(days=14)
"""How long before the work it is agreed on and announced: a business day lies between, whatever holidays there are."""
TARGET = "kokyaku-ap01"
ROLES = (
    "consent_signatory",
    "work_contact",
    "operation_checker",
    "evidence_applicant",
    "billing_contact",
    "credential_owner",
)


def agree(office: Office) -> None:
    """Publish the terms, present them, and take the customer's consent; sign a contract."""
    text = office.file("terms.txt", TERMS)
    office.does("manager", "terms publish", "--version", "1.0", "--dated", "2021-05-10", "--file", text)
    added = office.answers("manager", "customer", "add", "見本株式会社", "--json").json
    office.ids["customer"] = added["id"]
    options = [each for role in ROLES for each in ("--roles", role)]
    office.of("manager", "contact register", "--name", "見本 太郎", "--email", "taro@example.jp", *options)
    office.of(
        *("manager", "contract register", "--reference", "C-2026", "--clause", "第 3 条", "--remote", "possible"),
        *("--starts-at", office.ago(days=200), "--document-file", text),
    )
    office.does("manager", "settings set", "--setting", "quote_days", "--value", "31")
    office.of("manager", "contract nda", "--reference", "N-2026", "--starts-at", office.ago(days=200))
    office.of(
        *("manager", "consent present", *office.gives("terms"), "--cause", "initial", "--channel", "mail"),
        *("--text-file", text),
    )
    consent = office.gives("consent")
    office.of(
        *("manager", "consent delivered", *consent, "--delivered-at", office.now(), "--proof", "mail_receipt"),
        *reference(),
    )
    office.of("manager", "consent question", *consent, "--asked-at", office.now(), "--words", "録画の保管場所は？")
    office.of(
        "manager", "consent answer", *consent, *office.gives("suspension"), "--answered-at", office.now(), *words()
    )
    office.of(
        *("manager", "consent express", *consent, "--signatory", office.ids["contact"], "--form", "portal"),
        *("--received-at", office.now()),
    )


def plan(office: Office) -> None:
    """Request, accept and permit the work, take a credential in, agree on a time, give notice."""
    contact = office.ids["contact"]
    office.of(
        *(
            "manager",
            "work request",
            "--basis",
            "contract",
            "--title",
            "応答遅延の調査",
            "--purpose",
            "原因の調査",
        ),
        *("--targets", TARGET, "--requested-by", contact, "--requested-at", office.now()),
    )
    office.on("manager", "work accept")
    office.on("manager", "work assign", *office.gives("technician"))
    office.on("manager", "permission request", "--targets", TARGET, "--protocols", "ssh")
    office.on(
        *("manager", "permission grant", *office.gives("permission"), "--approver", contact, "--form", "portal"),
        *("--targets", TARGET, "--protocols", "ssh", "--received-at", office.now()),
        *("--begins", that_day(office, hours=-1), "--ends", that_day(office, hours=3)),
    )
    office.on(
        *("manager", "permission vpn", *office.gives("permission"), "--contact", contact, "--device", "fw01"),
        *("--kind", "firewall"),
    )
    office.on(
        *("manager", "work propose", "--by", "vendor", "--starts-at", that_day(office, minutes=-30)),
        *("--planned-end", that_day(office, hours=2)),
    )
    office.on("manager", "work agree", *office.gives("proposal"), "--by", "customer", "--contact", contact)
    office.on(
        *("manager", "credential request", "--asked", contact, "--targets", TARGET, "--purpose", "SSH ログイン"),
        *("--channel", "portal", "--needed-by", that_day(office)),
    )
    office.on(
        *("manager", "credential provide", *office.gives("credential"), "--origin", "federated", "--targets", TARGET),
        *("--account", "t.sato", "--channel", "portal", "--received-at", office.now(), "--provider", contact),
    )
    office.on(
        *("manager", "work notice", "--content", "設定を直します。", "--technicians", office.ids["technician"]),
        *("--targets", TARGET, "--method", "SSH", "--channel", "mail", "--sent-at", office.now()),
    )
    office.on(
        *("manager", "work notice-received", *office.gives("notice"), "--contact", contact),
        *("--acknowledged-at", office.now()),
    )


def wait(office: Office) -> None:
    """Let the days until the work pass, in which nothing falls due."""
    office.clock.let_pass()
    ran = office.answers("custodian", "clock", "run", "--json")
    assert (ran.status, ran.json["due"]) == (0, [])


def work(office: Office) -> None:
    """Come in, begin, connect under a recording, move a file, end; report, and let the customer check."""
    technician, contact = "technician", office.ids["contact"]
    office.of(
        *(technician, "gateway login", "--technician", office.ids["technician"], "--account", "t.sato"),
        *("--gateway", "gw01", "--source-address", "127.0.10.15", "--second-factor", "webauthn"),
        *("--logged-in-at", office.now()),
    )
    office.on(technician, "work start", "--started-at", office.now())
    office.on(technician, "credential check-out", *office.gives("credential"), "--used-for", office.ids["work_order"])
    began = office.now()
    office.on(
        *(technician, "session open", *office.gives("permission", "login"), "--gateway", "gw01", "--targets", TARGET),
        *("--recorder", "tlog"),
    )
    session = office.gives("session")
    office.on(
        *(technician, "session connect", *session, *office.gives("permission"), "--target", TARGET),
        *("--protocol", "ssh", "--version", "SSH-2.0", "--cipher", "chacha20-poly1305@openssh.com"),
    )
    patch = str(office.file("app.conf", "upstream_timeout = 15\n"))
    office.of(
        *(technician, "session file", *session, "--direction", "to_customer", "--name", "app.conf", "--file", patch),
        *("--transferred-at", office.now()),
    )
    office.of(
        technician,
        "session clipboard",
        *session,
        "--direction",
        "to_customer",
        "--size",
        "12",
        "--used-at",
        office.now(),
    )
    office.on(technician, "session let-in", *session, "--participant", contact)
    office.of(technician, "session let-out", *session, "--participant", contact, "--left-at", office.now())
    office.on(
        *(technician, "data acquire", *session, "--item-class", "log", "--purpose", "requested_work"),
        *("--reason", "応答時間の確認", "--volume-bytes", "4096"),
    )
    office.on(technician, "work suspend", "--suspended-at", office.now(), "--reason", "お客様の確認待ち")
    office.on(technician, "work resume", "--resumed-at", office.now())
    ended = office.now()
    piece = str(office.file("piece.cast", "記録\n"))
    recording = [*session, *office.gives("recording")]
    office.of(
        *(technician, "recording segment", *recording, "--number", "1", "--file", piece),
        *("--begins", began, "--ends", ended),
    )
    office.of(technician, "session disconnected", *session, *office.gives("connection"), "--closed-at", ended)
    office.of(technician, "session end", *session, "--why", "signed_out", "--ended-at", ended)
    office.of(technician, "recording finalize", *recording, "--segments", "1", "--finalized-at", office.now())
    office.of(
        technician, "gateway logout", *office.gives("login"), "--why", "signed_out", "--logged-out-at", office.now()
    )
    office.on(technician, "credential check-in", *office.gives("credential", "checkout"))
    office.on(technician, "work complete", "--completed-at", office.now())
    office.on(
        technician, "work report", "--report", "設定を直しました。", "--channel", "mail", "--sent-at", office.now()
    )
    office.on(
        *(technician, "work request-check", "--systems", TARGET, "--channel", "mail", "--requested-at", office.now())
    )
    office.on("manager", "work confirm-check", "--contact", contact, "--answered-at", office.now())
    office.does("custodian", "credential erase")


def keep(office: Office) -> None:
    """Check and seal the evidence, hold it and let it go, use it, and keep it for longer."""
    session = office.gives("session")
    piece = office.place / "piece.cast"
    office.of("custodian", "recording check", *session, "--pieces", f"{office.ids['recording']}/1={piece}")
    package = office.place / "session.zip"
    purpose = ("--purpose", "contract_performance")
    exported = office.answers("custodian", "export", package, "--customer", office.ids["customer"], *purpose, "--json")
    assert exported.status == 0, exported
    entries = str(exported.json["last"] - exported.json["first"] + 1)
    office.of("custodian", "session seal", *session, "--package", package, "--entries", entries)
    office.of("manager", "hold order", "--why", "dispute", *words(), "--work-orders", office.ids["work_order"])
    office.of("manager", "hold propose-release", *office.gives("hold"), *words())
    office.of("custodian", "hold release", *office.gives("hold"), *words())
    office.of(
        *("manager", "data use", "--purpose", "proper_use_check", "--data-kind", "metadata", "--reason", "点検"),
        *("--subjects", f"session:{office.ids['session']}"),
    )
    office.of("manager", "data opt", "--contact", office.ids["contact"], "--opting", "out")
    office.on(
        *(
            "manager",
            "work extend-retention",
            "--contact",
            office.ids["contact"],
            "--keep-until",
            office.ahead(days=800),
        ),
        *("--document-file", office.place / "terms.txt"),
    )


def provide(office: Office) -> None:
    """Receive a written request, quote and report, seal the package by a second person, deliver it."""
    contact = office.ids["contact"]
    office.of(
        *("manager", "request receive", "--applicant", contact, "--work-orders", office.ids["work_order"]),
        *("--provision", "report", "--form", "signed_pdf", "--document-file", office.place / "terms.txt"),
        *(*words(), "--received-at", office.now()),
    )
    request = office.gives("request")
    office.of("manager", "request accept", *request)
    office.of("manager", "request quote", *request, "--amount", "30000")
    office.of("manager", "request approve", *request, *office.gives("quote"), "--contact", contact, "--form", "mail")
    report = office.file("report.txt", "作業報告書\n")
    office.of("custodian", "request report", *request, "--report-file", report)
    package = str(office.place / "request.zip")
    exported = office.answers(
        *("custodian", "export", package, "--customer", office.ids["customer"], *request),
        *("--purpose", "contract_performance", "--json"),
    )
    assert exported.status == 0, exported
    office.of(
        *("custodian", "request deliver", *request, "--recipient", contact, "--channel", "post"),
        *("--package", package, "--delivered-at", office.now()),
    )
    office.of("manager", "request acknowledge", *request, "--contact", contact, "--acknowledged-at", office.now())
    office.of("manager", "request invoice", *request, "--reference", "請求 1", "--amount", "30000")


def exclude(office: Office) -> None:
    """Register a centre to which the terms do not apply, a connection from there, and take it off the list."""
    office.does(
        *("manager", "origin register", "--centre", "SMAC", "--gateway", "smac-gw", "--network", "203.0.113.0/24"),
    )
    office.of(
        *("manager", "origin exclude", *office.gives("origin", "contract"), "--gateway", "smac-gw"),
        *("--address", "203.0.113.7", "--started-at", office.now()),
    )
    office.does("manager", "origin end", *office.gives("origin"))


def change(office: Office) -> None:
    """Judge a change of the terms by two persons, and publish it for later."""
    text = office.file("terms-1.1.txt", TERMS + "追記\n")
    office.ids.pop("terms")
    office.does("manager", "terms classify", "--file", text, "--change", "minor", "--reason", "追記のみ")
    office.does("custodian", "terms classify", *office.gives("terms"), "--file", text, "--change", "minor", *reason())
    office.does(
        *("manager", "terms publish", *office.gives("terms"), "--version", "1.1", "--dated", "2026-11-20"),
        *("--file", text, "--effective-at", office.ahead(days=30)),
    )


def that_day(office: Office, **time: float) -> str:
    return office.ahead(days=AHEAD.days, **time)


def reference() -> tuple[str, str]:
    return ("--reference", "開封確認 12")


def reason() -> tuple[str, str]:
    return ("--reason", "追記のみ")


def words() -> tuple[str, str]:
    return ("--words", "承りました")


STORY = (agree, plan, wait, work, keep, provide, exclude, change)
