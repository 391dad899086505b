"""What the command line shows of the evidence is on record before it is shown, and exports are marked (R-26, R-34)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from command_line import Answer, recorded
from trail import Trail

Shoseki = Callable[..., Answer]
ACCESSED = "ledger.evidence_accessed.v1"


def chain(shoseki: Shoseki, trail: Trail) -> list[dict[str, Any]]:
    return shoseki("log", "--json", "--customer", trail.customer).json_lines


def accesses(shoseki: Shoseki, trail: Trail) -> list[dict[str, Any]]:
    return [each for each in chain(shoseki, trail) if each["type"] == ACCESSED]


def position_of(shoseki: Shoseki, trail: Trail, type_: str) -> dict[str, Any]:
    return next(each for each in chain(shoseki, trail) if each["type"] == type_)


def test_r_34_to_show_a_payload_is_one_entry_and_to_list_envelopes_is_none(shoseki: Shoseki, trail: Trail) -> None:
    login = position_of(shoseki, trail, "login.accepted.v1")
    before = accesses(shoseki, trail)
    shown = shoseki("show", str(login["position"]), "--reason", "点検のため", "--json")
    assert shown.status == 0
    after = accesses(shoseki, trail)
    (entry,) = [each for each in after if each not in before]
    assert entry["public"] == {
        "act": "view",
        "data_kind": "content",
        "first": login["seq"],
        "last": login["seq"],
        "purpose": None,
    }
    assert accesses(shoseki, trail) == after
    told = shoseki("show", str(entry["position"]), "--json").json["payload"]
    assert told["data"]["reason"] == "点検のため"
    assert told["actor"]["kind"] == "operator"


def test_r_34_an_entry_without_a_payload_is_shown_without_an_entry(shoseki: Shoseki, trail: Trail) -> None:
    before = recorded(shoseki)
    assert shoseki("show", "0", "--json").json["type"] == "log.created.v1"
    assert shoseki("receipt", "0", "--json").status == 0
    assert shoseki("receipt", "7", "--withhold", "--json").status == 0
    assert recorded(shoseki) == before


def test_r_34_it_is_on_record_before_anything_is_written(shoseki: Shoseki, trail: Trail, tmp_path: Path) -> None:
    opened = position_of(shoseki, trail, "ledger.import_batch_opened.v1")
    taken = tmp_path / "taken"
    taken.write_text("there already", encoding="utf-8")
    before = len(accesses(shoseki, trail))
    refused = shoseki("show", str(opened["position"]), "--recording", taken).check_refused()
    assert str(taken) in refused
    assert shoseki("export", taken, "--customer", trail.customer).status == 2
    kinds = [(each["public"]["act"], each["public"]["data_kind"]) for each in accesses(shoseki, trail)[before:]]
    assert kinds == [("playback", "recording"), ("export", "recording")]


def test_r_34_a_receipt_with_a_payload_is_taken_along(shoseki: Shoseki, trail: Trail) -> None:
    login = position_of(shoseki, trail, "login.accepted.v1")
    before = len(accesses(shoseki, trail))
    assert "payload" in shoseki("receipt", str(login["position"]), "--json").json
    (entry,) = accesses(shoseki, trail)[before:]
    assert (entry["public"]["act"], entry["public"]["first"]) == ("export", login["seq"])


def test_r_26_a_package_bears_the_marking_that_is_due(shoseki: Shoseki, trail: Trail, tmp_path: Path) -> None:
    package = tmp_path / "package.zip"
    answer = shoseki("export", package, "--customer", trail.customer, "--json", "--lang", "en").json
    assert answer["marking"] == {
        "code": "customers_responsibility",
        "text": "The confidentiality of the information about the work herein is the customer's responsibility.",
    }
    marks = [each for each in chain(shoseki, trail) if each["type"] == "confidentiality.marked.v1"]
    assert marks[-1]["seq"] <= answer["last"]
    assert marks[-1]["public"] == {"marking": "customers_responsibility"}
    words = shoseki("export", tmp_path / "again.zip", "--customer", trail.customer, "--lang", "ja").out
    assert "お客様の責任で保持いただきます" in words


def test_r_30_a_purpose_is_one_of_the_terms(shoseki: Shoseki, trail: Trail) -> None:
    login = position_of(shoseki, trail, "login.accepted.v1")
    before = recorded(shoseki)
    refused = shoseki("show", str(login["position"]), "--purpose", "curiosity", "--lang", "en").check_refused()
    assert "proper_use_check" in refused
    assert recorded(shoseki) == before


def test_r_28_nothing_is_made_for_a_request_that_was_not_received(
    shoseki: Shoseki, trail: Trail, tmp_path: Path
) -> None:
    package = tmp_path / "package.zip"
    request = f"request_{'0' * 32}"
    before = len(accesses(shoseki, trail))
    shoseki("export", package, "--customer", trail.customer, "--request", request).check_refused()
    assert not package.exists()
    assert len(accesses(shoseki, trail)) == before
