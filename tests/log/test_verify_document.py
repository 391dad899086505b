"""What docs/verify.md tells auditors is what the code does."""

import doctest
import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from small_log import two_customers

from ledger.log import policy, retention
from ledger.log.policy import Policy
from ledger.log.refusal import Refusal, Status, Step

TEXT = (Path(__file__).parents[2] / "docs" / "verify.md").read_text(encoding="utf-8")
ROWS = {int(number): row for number, row in re.findall(r"^\| (\d+) \|(.*)\|$", TEXT, re.MULTILINE)}


@pytest.mark.parametrize("step", list(Step), ids=lambda step: step.name)
def test_every_refusal_stands_at_its_step_with_its_status(step):
    told = dict(re.findall(r"`([A-Z_]+)`(²?)", ROWS[step.number]))
    assert set(told) - {"NOT_COVERED"} == {each.name for each in Refusal if each.step is step} - {"NOT_COVERED"}
    for name, mark in told.items():
        assert bool(mark) is (Refusal[name].status is Status.UNCHECKED), name


def test_the_policy_shown_has_the_members_of_a_policy():
    shown = re.search(r'^    (\{"format": "shoseki-policy-1".*?\})$\n\n', TEXT, re.MULTILINE | re.DOTALL)
    assert shown is not None
    document = json.loads(shown[1])
    assert document.keys() == {field.name for field in fields(Policy)} | {"format"}
    assert document["format"] == policy.FORMAT


def test_the_members_of_the_proofs_are_told():
    members = json.loads(two_customers().draft().proofs.format())
    assert set(re.findall(r"^\| `([a-z_]+)` \|", TEXT, re.MULTILINE)) >= set(members)


def test_the_examples_in_the_code_are_right():
    assert doctest.testmod(retention, extraglobs={"date": retention.date}).attempted == 1
    assert doctest.testmod(retention).failed == 0
