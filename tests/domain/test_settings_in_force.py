"""The settings of a deployment: in force by what the log says, within the range of their rule."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest
from evidence_requests import LEGAL, MS_LEGAL, MS_SALES, SALES
from story import as_recorded, at, given

from ledger.domain.people import Role
from ledger.domain.settings import ChangeMode, Defaults
from ledger.domain.settings_in_force import RANGES, ChangeSetting, SettingChanged, in_force, spelled

NOW = "2026-12-01 10:00"


def changed(setting: str, value: str) -> SettingChanged:
    return SettingChanged(setting=setting, value=value, decided_by=Role.LEGAL)


def change(setting: str, value: str) -> ChangeSetting:
    return ChangeSetting(setting=setting, value=value, person=LEGAL)


def test_every_number_but_that_of_the_terms_themselves_has_a_range_that_holds_its_default() -> None:
    assert set(RANGES) == {each.name for each in fields(Defaults)} - {"trail_months"}
    for name, known in RANGES.items():
        for value in (getattr(Defaults(), name), known.lowest, known.highest):
            assert known.read(spelled(value)) == value


def test_what_is_in_force_is_what_was_said_last() -> None:
    facts = [changed("check_business_days", "10"), changed("safe_stop", "0s"), changed("check_business_days", "7")]
    recorded = [as_recorded(each, place, at(NOW)) for place, each in enumerate(facts)]
    assert in_force(recorded, Defaults()) == replace(Defaults(), check_business_days=7, safe_stop=timedelta(0))
    assert in_force(recorded[:1], Defaults()).check_business_days == 10
    assert in_force([], Defaults()) == Defaults()


def test_what_a_later_version_sets_is_passed_over() -> None:
    recorded = [
        as_recorded(changed("not_known_here", "1"), 0, at(NOW)),
        as_recorded(changed("erasure", "9d"), 1, at(NOW)),
    ]
    assert in_force(recorded, Defaults()) == Defaults()


@pytest.mark.parametrize(
    ("setting", "value", "spelling"),
    [
        ("deemed_business_days", "20", "20"),
        ("safe_stop", "600s", "10min"),
        ("safe_stop", "0min", "0s"),
        ("erasure", "12h", "12h"),
        ("erasure", "90min", "90min"),
        ("change_mode", "immediate", "immediate"),
    ],
)
def test_a_setting_is_changed_within_its_range(setting: str, value: str, spelling: str) -> None:
    given(MS_LEGAL).when(change(setting, value), at_=NOW).then(changed(setting, spelling)).citing(0)


def test_the_value_that_is_in_force_changes_nothing() -> None:
    given(MS_LEGAL).when(change("check_business_days", "5"), at_=NOW).then()
    given(MS_LEGAL, changed("change_mode", "immediate")).when(change("change_mode", "immediate"), at_=NOW).then()
    back = change("change_mode", ChangeMode.AFTER_PERIOD)
    given(MS_LEGAL, changed("change_mode", "immediate")).when(back, at_=NOW).then(
        changed("change_mode", "after_period")
    )


@pytest.mark.parametrize(
    ("setting", "value", "rule"),
    [
        ("custody_months", "13", "R-12"),
        ("custody_months", "0", "R-12"),
        ("erasure", "25h", "R-11"),
        ("recording_start", "6s", "R-19"),
        ("recording_gap", "31s", "R-19"),
        ("least_customers", "4", "R-31"),
        ("safe_stop", "16min", "R-01"),
        ("destruction", "1441min", "R-16"),
        ("notice_urgent", "14min", "R-22"),
        ("change_mode", "never", "R-33"),
        ("deemed_business_days", "ten", "R-02"),
        ("deemed_business_days", "-10", "R-02"),
        ("deemed_business_days", "１０", "R-02"),
        ("trail_months", "24", "R-32"),
        ("__class__", "1", "R-32"),
    ],
)
def test_what_is_no_setting_or_outside_its_range_is_refused_by_its_rule(setting: str, value: str, rule: str) -> None:
    given(MS_LEGAL).when(change(setting, value), at_=NOW).refused(rule)


def test_a_reminder_comes_before_silence_is_consent() -> None:
    given(MS_LEGAL).when(change("reminder_business_days", "10"), at_=NOW).refused("R-02")
    given(MS_LEGAL).when(change("deemed_business_days", "5"), at_=NOW).refused("R-02")
    sooner = changed("reminder_business_days", "2")
    given(MS_LEGAL, sooner).when(change("deemed_business_days", "5"), at_=NOW).then(
        changed("deemed_business_days", "5")
    )


def test_r_35_settings_are_changed_by_legal() -> None:
    story = given(MS_LEGAL, MS_SALES)
    story.when(replace(change("quote_days", "60"), person=SALES), at_=NOW).refused("R-35", cites=[1])
    story.when(change("quote_days", "60"), at_=NOW).then(changed("quote_days", "60"))
