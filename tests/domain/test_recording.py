"""Recordings: all that is told is kept, what is wrong with it stands beside it, and a gap is never hidden."""

from dataclasses import replace

import pytest
from connecting import NOW, RECORDED, RECORDING, SESSION, SESSION_STARTED, STARTED_AT, opened
from orders import CONTACT, ORDER, WORK_CONTACT
from story import CUSTOMER, an_id, at, given

from ledger.domain.boundary import tag
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.gap_permitted import PermitRecordingGap
from ledger.domain.recording import (
    FinalizeRecording,
    InterruptRecording,
    ResumeRecording,
    SealSegment,
    StartRecording,
)
from ledger.domain.recording_check import RECORDING_TIMER, CheckRecording, Piece
from ledger.domain.recording_facts import (
    RecordingGapPermitted,
    RecordingIntegrityFailed,
    RecordingInterrupted,
    RecordingMissing,
    RecordingResumed,
    RecordingSegmentSealed,
    SessionRecordingFinalized,
    SessionRecordingStarted,
    recordings_of,
)
from ledger.domain.recording_gaps import Gap, gaps, missing_numbers
from ledger.domain.session_facts import Ending, SessionEnded
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded

SUBJECTS = (tag("session", SESSION), tag("recording", RECORDING))
LATER = "2026-11-18 10:40"


def seal(number: int, begins: str, ends: str, **changes: object) -> SealSegment:
    members: dict[str, object] = {
        "customer": CUSTOMER,
        "session": SESSION,
        "recording": RECORDING,
        "number": number,
        "sha256": f"{number:x}" * 64,
        "size": 1000 + number,
        "begins": at(f"2026-11-18 {begins}"),
        "ends": at(f"2026-11-18 {ends}"),
        **changes,
    }
    return SealSegment(**members)  # type: ignore[arg-type]


def sealed(number: int, begins: str, ends: str) -> RecordingSegmentSealed:
    command = seal(number, begins, ends)
    return RecordingSegmentSealed(
        session=SESSION,
        recording=RECORDING,
        number=number,
        sha256=command.sha256,
        size=command.size,
        begins=command.begins,
        ends=command.ends,
    )


def finding(sentence: str, **values: str) -> FindingRecorded:
    return FindingRecorded(rule="R-20", sentence=sentence, values=values, subjects=SUBJECTS)


ONE, TWO, THREE = sealed(1, "10:10", "10:15"), sealed(2, "10:15", "10:20"), sealed(3, "10:20", "10:25")
STARTS = StartRecording(customer=CUSTOMER, session=SESSION, recording=RECORDING, recorder="gw01", started_at=STARTED_AT)
INTERRUPTS = InterruptRecording(
    customer=CUSTOMER, session=SESSION, recording=RECORDING, reason="disk", interrupted_at=at("2026-11-18 10:20")
)
INTERRUPTED = RecordingInterrupted(
    session=SESSION, recording=RECORDING, reason="disk", interrupted_at=at("2026-11-18 10:20")
)
RESUMES = ResumeRecording(customer=CUSTOMER, session=SESSION, recording=RECORDING, resumed_at=at("2026-11-18 10:20:29"))
RESUMED = RecordingResumed(session=SESSION, recording=RECORDING, resumed_at=RESUMES.resumed_at)
PERMITS = PermitRecordingGap(customer=CUSTOMER, session=SESSION, contact=WORK_CONTACT, words="続けてください")
PERMITTED = RecordingGapPermitted(
    session=SESSION, contact=WORK_CONTACT, words="続けてください", permitted_at=at("2026-11-18 10:20:10")
)
FINALIZES = FinalizeRecording(
    customer=CUSTOMER, session=SESSION, recording=RECORDING, segments=3, finalized_at=at("2026-11-18 10:25")
)
FINALIZED = SessionRecordingFinalized(
    session=SESSION, recording=RECORDING, segments=3, finalized_at=at("2026-11-18 10:25")
)
ENDED = SessionEnded(
    session=SESSION,
    work_order=ORDER,
    permission=SESSION_STARTED.permission,
    why=Ending.SIGNED_OUT,
    ended_at=at("2026-11-18 10:25"),
    days=SESSION_STARTED.days,
)


def test_a_recording_that_starts_is_recorded() -> None:
    given(SESSION_STARTED, at_=NOW).when(STARTS, at_="2026-11-18 10:10:03").then(RECORDED)
    given().when(STARTS, at_="2026-11-18 10:10:03").then(RECORDED)


def test_a_start_told_twice_is_recorded_once() -> None:
    opened().when(STARTS, at_=LATER).then()
    opened().when(replace(STARTS, recorder="gw02"), at_=LATER).refused("R-20", cites=[1])


def test_r_19_a_start_that_comes_too_late_finds_the_session_ended() -> None:
    outcome = given(SESSION_STARTED, at_=NOW).when(
        replace(STARTS, started_at=at("2026-11-18 10:11")), at_="2026-11-18 10:11"
    )
    assert [type(each).__name__ for each in outcome.due] == [
        "SessionTerminated",
        "RecordingMissing",
        "ViolationRecorded",
    ]
    outcome.then(replace(RECORDED, started_at=at("2026-11-18 10:11")))


def test_segments_that_follow_one_another_are_recorded() -> None:
    opened().when(seal(1, "10:10", "10:15"), at_=LATER).then(ONE).citing(1)
    given(SESSION_STARTED, RECORDED, ONE, at_=NOW).when(seal(2, "10:15", "10:20"), at_=LATER).then(TWO)


def test_r_20_a_segment_that_does_not_follow_is_recorded_with_a_finding() -> None:
    story = given(SESSION_STARTED, RECORDED, ONE, at_=NOW)
    story.when(seal(2, "10:16", "10:20"), at_=LATER).then(
        sealed(2, "10:16", "10:20"), finding("segment_gap", number="2")
    )
    story.when(seal(3, "10:20", "10:25"), at_=LATER).then(THREE, finding("segment_out_of_order", number="3"))


def test_r_20_a_segment_of_a_recording_that_nobody_told_of_is_recorded_with_a_finding() -> None:
    given().when(seal(1, "10:10", "10:15"), at_=LATER).then(ONE, finding("segment_without_recording", number="1"))


def test_r_20_a_segment_sealed_again_changes_nothing_and_with_other_bytes_is_a_violation() -> None:
    story = given(SESSION_STARTED, RECORDED, ONE, at_=NOW)
    story.when(seal(1, "10:10", "10:15"), at_=LATER).then().citing(2)
    failed = RecordingIntegrityFailed(
        session=SESSION, recording=RECORDING, number=1, found_sha256="f" * 64, found_size=1001
    )
    violation = ViolationRecorded(
        rule="R-20", sentence="segment_sealed_twice", values={"number": "1"}, subjects=SUBJECTS
    )
    story.when(seal(1, "10:10", "10:15", sha256="f" * 64), at_=LATER).then(failed, violation).citing(2)


@pytest.mark.parametrize("changes", [{"number": 0}, {"size": -1}, {"ends": at("2026-11-18 10:09")}])
def test_r_20_what_is_no_segment_is_refused(changes: dict[str, object]) -> None:
    opened().when(replace(seal(1, "10:10", "10:15"), **changes), at_=LATER).refused("R-20")  # type: ignore[arg-type]


def test_an_interruption_is_recorded_once() -> None:
    opened().when(INTERRUPTS, at_="2026-11-18 10:20:05").then(INTERRUPTED)
    story = given(SESSION_STARTED, RECORDED, INTERRUPTED, at_=NOW)
    story.when(INTERRUPTS, at_="2026-11-18 10:20:20").then().citing(2)


def test_r_20_a_recording_that_goes_on_leaves_a_gap_that_is_told() -> None:
    missing = RecordingMissing(
        session=SESSION, recording=RECORDING, begins=INTERRUPTED.interrupted_at, ends=RESUMED.resumed_at
    )
    told = finding("recording_gap", begins="2026-11-18T10:20:00+09:00", ends="2026-11-18T10:20:29+09:00")
    story = given(SESSION_STARTED, RECORDED, INTERRUPTED, at_=NOW)
    story.when(RESUMES, at_="2026-11-18 10:20:29").after().then(RESUMED, missing, told)


def test_r_19_an_interruption_beyond_the_grace_time_has_ended_the_session() -> None:
    story = given(SESSION_STARTED, RECORDED, INTERRUPTED, at_=NOW)
    late = replace(RESUMES, resumed_at=at("2026-11-18 10:21"))
    outcome = story.when(late, at_="2026-11-18 10:21")
    assert [type(each).__name__ for each in outcome.due] == ["SessionTerminated", "ViolationRecorded"]


def test_r_19_r_20_a_longer_gap_that_the_customer_permitted_is_told_as_that() -> None:
    story = given(SESSION_STARTED, RECORDED, INTERRUPTED, PERMITTED, at_=NOW)
    late = replace(RESUMES, resumed_at=at("2026-11-18 10:35"))
    outcome = story.when(late, at_="2026-11-18 10:35").after()
    note = outcome.facts[2]
    assert isinstance(note, FindingRecorded)
    assert note.sentence == "recording_gap_permitted"


def test_r_20_a_recording_that_resumed_before_its_interruption_was_told_leaves_the_same_gap() -> None:
    alone = finding("recording_resumed_alone", at="2026-11-18T10:20:29+09:00")
    opened().when(RESUMES, at_="2026-11-18 10:20:30").then(RESUMED, alone).citing(1)
    given().when(RESUMES, at_="2026-11-18 10:20:30").then(RESUMED, alone)
    story = given(SESSION_STARTED, RECORDED, RESUMED, at_=NOW)
    story.when(RESUMES, at_="2026-11-18 10:20:31").then().citing(2)
    missing = RecordingMissing(
        session=SESSION, recording=RECORDING, begins=INTERRUPTED.interrupted_at, ends=RESUMED.resumed_at
    )
    told = finding("recording_gap", begins="2026-11-18T10:20:00+09:00", ends="2026-11-18T10:20:29+09:00")
    story.when(INTERRUPTS, at_="2026-11-18 10:20:31").then(INTERRUPTED, missing, told)
    both = given(SESSION_STARTED, RECORDED, RESUMED, INTERRUPTED, at_=NOW)
    recording = recordings_of(both.recorded, SESSION)[RECORDING]
    assert [(each.since, each.until) for each in recording.interruptions] == [(missing.begins, missing.ends)]
    assert recording.resumed_alone == ()
    both.when(seal(1, "10:10", "10:20"), at_="2026-11-18 10:21").after()  # the grace time ran out for nobody


def test_r_20_a_recording_that_resumed_before_what_interrupts_it_now_is_still_interrupted() -> None:
    story = given(SESSION_STARTED, RECORDED, INTERRUPTED, at_=NOW)
    before = replace(RESUMES, resumed_at=at("2026-11-18 10:19"))
    resumed = replace(RESUMED, resumed_at=before.resumed_at)
    alone = finding("recording_resumed_alone", at="2026-11-18T10:19:00+09:00")
    story.when(before, at_="2026-11-18 10:20:10").then(resumed, alone)
    recording = recordings_of(given(SESSION_STARTED, RECORDED, INTERRUPTED, resumed).recorded, SESSION)[RECORDING]
    assert [each.until for each in recording.interruptions] == [None]


def test_r_19_the_customers_contact_permits_a_gap_of_a_session_that_runs() -> None:
    story = given(SESSION_STARTED, RECORDED, INTERRUPTED, CONTACT, at_=NOW)
    story.when(PERMITS, at_="2026-11-18 10:20:10").then(PERMITTED).citing(0, 3)
    given(SESSION_STARTED, RECORDED, CONTACT, PERMITTED, at_=NOW).when(PERMITS, at_="2026-11-18 10:21").then()


def test_r_19_nobody_else_permits_a_gap_and_none_of_a_session_that_is_over() -> None:
    given(SESSION_STARTED, RECORDED, INTERRUPTED, at_=NOW).when(PERMITS, at_="2026-11-18 10:20:10").refused("R-19")
    story = given(SESSION_STARTED, RECORDED, INTERRUPTED, CONTACT, at_=NOW)
    story.when(PERMITS, at_="2026-11-18 10:20:30").refused("R-04")


def test_a_recording_that_is_whole_is_finalized() -> None:
    story = given(SESSION_STARTED, RECORDED, ONE, TWO, THREE, at_=NOW)
    story.when(FINALIZES, at_=LATER).then(FINALIZED)
    given(SESSION_STARTED, RECORDED, ONE, TWO, THREE, FINALIZED, at_=NOW).when(FINALIZES, at_=LATER).then()


def test_nothing_is_told_of_a_recording_that_is_still_to_come_and_its_end_only_once() -> None:
    story = given(SESSION_STARTED, RECORDED, at_=NOW)
    story.when(INTERRUPTS, at_="2026-11-18 10:19").refused("R-19")
    story.when(FINALIZES, at_="2026-11-18 10:24").refused("R-20")
    again = replace(FINALIZES, segments=4)
    given(SESSION_STARTED, RECORDED, FINALIZED, at_=NOW).when(again, at_=LATER).refused("R-20", cites=[2])


def test_r_20_segments_that_were_never_sealed_are_told_when_it_is_finalized() -> None:
    story = given(SESSION_STARTED, RECORDED, ONE, at_=NOW)
    lost: list[Fact] = [RecordingMissing(session=SESSION, recording=RECORDING, number=number) for number in (2, 3)]
    story.when(FINALIZES, at_=LATER).then(FINALIZED, *lost, finding("segments_missing", numbers="2, 3"))
    story.at("2026-11-18 10:26", THREE)
    second = RecordingMissing(session=SESSION, recording=RECORDING, number=2)
    story.when(FINALIZES, at_=LATER).then(FINALIZED, second, finding("segments_missing", numbers="2"))


def checks(*pieces: Piece) -> CheckRecording:
    return CheckRecording(customer=CUSTOMER, session=SESSION, pieces=pieces)


WHOLE = tuple(Piece(RECORDING, each.number, each.sha256, each.size) for each in (ONE, TWO, THREE))
STORY = given(SESSION_STARTED, RECORDED, ONE, TWO, THREE, ENDED, at_=NOW)


def incomplete(count: int) -> FindingRecorded:
    return FindingRecorded(
        rule="R-20", sentence="recording_incomplete", values={"count": str(count)}, subjects=(tag("session", SESSION),)
    )


def test_a_recording_that_is_as_it_was_sealed_and_covers_its_session_is_without_fault() -> None:
    STORY.when(checks(*WHOLE), at_=LATER).then().citing(0, 5)


def test_r_20_a_piece_that_is_another_or_gone_is_told() -> None:
    other, gone = replace(WHOLE[0], sha256="e" * 64), replace(WHOLE[1], sha256=None)
    failed = RecordingIntegrityFailed(
        session=SESSION, recording=RECORDING, number=1, found_sha256="e" * 64, found_size=1001
    )
    missing = RecordingMissing(session=SESSION, recording=RECORDING, number=2)
    STORY.when(checks(other, gone, WHOLE[2]), at_=LATER).then(failed, missing, incomplete(2))
    STORY.when(checks(WHOLE[0], WHOLE[2]), at_=LATER).then(missing, incomplete(1))
    longer = replace(WHOLE[2], size=9)
    [found, _] = STORY.when(checks(*WHOLE[:2], longer), at_=LATER).facts
    assert isinstance(found, RecordingIntegrityFailed)
    assert (found.number, found.found_size) == (3, 9)


def test_r_20_a_time_that_no_segment_shows_is_told_once() -> None:
    gap = RecordingMissing(
        session=SESSION, recording=RECORDING, begins=at("2026-11-18 10:15"), ends=at("2026-11-18 10:20")
    )
    story = given(SESSION_STARTED, RECORDED, ONE, THREE, ENDED, at_=NOW)
    story.when(checks(WHOLE[0], WHOLE[2]), at_=LATER).then(gap, incomplete(1))
    again = given(SESSION_STARTED, RECORDED, ONE, THREE, ENDED, gap, at_=NOW)
    again.when(checks(WHOLE[0], WHOLE[2]), at_=LATER).then()


def test_r_20_a_session_without_any_recording_is_a_gap_as_a_whole() -> None:
    story = given(SESSION_STARTED, ENDED, at_=NOW)
    gap = RecordingMissing(session=SESSION, recording=None, begins=STARTED_AT, ends=ENDED.ended_at)
    story.when(checks(), at_=LATER).then(gap, incomplete(1))


def test_r_20_what_still_runs_is_not_checked() -> None:
    opened().when(checks(), at_=LATER).refused("R-20")
    given().when(checks(), at_=LATER).refused("R-04")


def test_r_20_gaps_lie_before_between_and_after_the_segments_of_all_recordings() -> None:
    second = an_id("recording", 2)
    over = replace(sealed(1, "10:14", "10:17"), recording=second)
    story = given(RECORDED, ONE, sealed(2, "10:18", "10:20"), replace(RECORDED, recording=second), over)
    recordings = recordings_of(story.recorded, SESSION)
    found = gaps(recordings.values(), at("2026-11-18 10:05"), at("2026-11-18 10:30"))
    assert found == (
        Gap(at("2026-11-18 10:05"), at("2026-11-18 10:10")),
        Gap(at("2026-11-18 10:17"), at("2026-11-18 10:18")),
        Gap(at("2026-11-18 10:20"), at("2026-11-18 10:30")),
    )
    assert gaps(recordings.values(), at("2026-11-18 10:10"), at("2026-11-18 10:17")) == ()
    assert missing_numbers(recordings[RECORDING]) == ()


def test_a_recording_of_another_session_says_nothing_of_this_one() -> None:
    other = replace(RECORDED, session=an_id("session", 2))
    assert recordings_of(given(other).recorded, SESSION) == {}


def test_r_20_pieces_of_another_recording_are_not_compared_with_nothing() -> None:
    another = an_id("recording", 77)
    STORY.when(checks(*WHOLE, Piece(another, 1, "1" * 64, 1001)), at_=LATER).refused("R-20")
    elsewhere = SessionRecordingStarted(
        session=an_id("session", 77), recording=another, recorder="gw01", started_at=STARTED_AT
    )
    story = given(SESSION_STARTED, RECORDED, ONE, TWO, THREE, ENDED, elsewhere, at_=NOW)
    story.when(checks(*WHOLE, Piece(another, 1, "1" * 64, 1001)), at_=LATER).refused("R-20", cites=[0, 5])
    given(SESSION_STARTED, ENDED, at_=NOW).when(checks(WHOLE[0]), at_=LATER).refused("R-20")


def test_r_20_a_recording_is_of_one_session() -> None:
    elsewhere = replace(RECORDED, session=an_id("session", 77))
    given(SESSION_STARTED, elsewhere, at_=NOW).when(STARTS, at_=LATER).refused("R-20", cites=[1])


LOOKED = CheckRecording(customer=CUSTOMER, session=SESSION, pieces=WHOLE)
AFTER = "2026-11-18 11:25"


def test_r_20_an_hour_after_its_session_the_clock_looks_for_what_was_never_shown() -> None:
    hole = RecordingMissing(
        session=SESSION, recording=RECORDING, begins=at("2026-11-18 10:15"), ends=at("2026-11-18 10:20")
    )
    second = RecordingMissing(session=SESSION, recording=RECORDING, number=2)
    story = given(SESSION_STARTED, RECORDED, ONE, THREE, ENDED, at_=NOW)
    due = RECORDING_TIMER.at(SESSION, CUSTOMER)
    assert due.facts(story.recorded, at("2026-11-18 11:24:59"), Defaults()) == ()
    found = due.facts(story.recorded, at(AFTER), Defaults())
    assert [replace(each, cites=()) for each in found] == [second, hole, incomplete(2)]
    assert {each.cites for each in found} == {(0, 4)}
    assert due.facts(story.recorded, at("2027-01-01 00:00"), Defaults()) == found
    story.when(replace(LOOKED, pieces=(WHOLE[0], WHOLE[2])), at_=AFTER).after(second, hole, incomplete(2)).then()


def test_r_20_a_whole_recording_is_nothing_to_tell_of() -> None:
    STORY.when(LOOKED, at_=AFTER).after().then()
    still_runs = given(SESSION_STARTED, RECORDED, ONE, at_=NOW)
    assert RECORDING_TIMER.at(SESSION, CUSTOMER).facts(still_runs.recorded, at(AFTER), Defaults()) == ()


def test_r_20_a_piece_that_was_sealed_too_late_was_missing_whoever_looks_and_when() -> None:
    late = given(SESSION_STARTED, RECORDED, ONE, TWO, ENDED, at_=NOW).at("2026-11-18 11:26", THREE)
    gap = RecordingMissing(
        session=SESSION, recording=RECORDING, begins=at("2026-11-18 10:20"), ends=at("2026-11-18 10:25")
    )
    late.when(LOOKED, at_="2026-11-18 12:00").after(gap, incomplete(1)).then()


def test_r_20_what_ended_without_a_recording_is_told_once() -> None:
    outcome = given(SESSION_STARTED, at_=NOW).when(replace(LOOKED, pieces=()), at_=AFTER)
    assert [type(each).__name__ for each in outcome.due] == [
        "SessionTerminated",
        "RecordingMissing",
        "ViolationRecorded",
    ]
    outcome.then()


def test_r_19_a_recording_does_not_resume_at_a_time_to_come() -> None:
    given(SESSION_STARTED, RECORDED, INTERRUPTED).when(RESUMES, at_="2026-11-18 10:20:28").refused("R-19")
