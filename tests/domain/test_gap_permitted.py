"""A gap in a recording that the customer permitted in time, told after its session was cut (R-19)."""

from dataclasses import replace

from connecting import ENDED, NOW, RECORDED, RECORDING, SESSION, SESSION_STARTED
from orders import CONTACT, SIGNED, WORK_CONTACT
from story import CUSTOMER, Story, at, given

from ledger.domain.boundary import tag
from ledger.domain.contacts import ContactEnded
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.gap_permitted import PermitRecordingGap
from ledger.domain.recording import ResumeRecording, SealSegment
from ledger.domain.recording_facts import RecordingGapPermitted, RecordingInterrupted
from ledger.domain.session_ending import EndSession
from ledger.domain.session_facts import Ending, SessionEnded, SessionTerminated, session_of
from ledger.domain.session_lasting import subjects_of
from ledger.domain.violation import ViolationRecorded

CUT, LATER = "2026-11-18 10:20:30", "2026-11-18 12:00"
INTERRUPTED = RecordingInterrupted(
    session=SESSION, recording=RECORDING, reason="disk", interrupted_at=at("2026-11-18 10:20")
)
IN_TIME = at("2026-11-18 10:20:10")
PERMITS = PermitRecordingGap(
    customer=CUSTOMER, session=SESSION, contact=WORK_CONTACT, words="続けてください", permitted_at=IN_TIME
)
PERMITTED = RecordingGapPermitted(session=SESSION, contact=WORK_CONTACT, words=PERMITS.words, permitted_at=IN_TIME)
ENDS = EndSession(customer=CUSTOMER, session=SESSION, why=Ending.SIGNED_OUT, ended_at=at("2026-11-18 11:00"))
SEALS = SealSegment(
    customer=CUSTOMER,
    session=SESSION,
    recording=RECORDING,
    number=1,
    sha256="1" * 64,
    size=1000,
    begins=at("2026-11-18 10:10"),
    ends=at("2026-11-18 10:20"),
)
FOUND = FindingRecorded(
    rule="R-19",
    sentence="gap_was_permitted",
    values={"at": "2026-11-18T10:20:10+09:00"},
    subjects=(tag("session", SESSION),),
)


def cut(*more: Fact) -> Story:
    """Give a session that the timer has cut for want of a recording, the violation of it, and more: from 3 on."""
    story = given(SESSION_STARTED, RECORDED, INTERRUPTED, at_=NOW)
    due = story.when(ENDS, at_=CUT).due
    assert [type(each) for each in due] == [SessionTerminated, ViolationRecorded]
    return story.at(CUT, *due, *more)


def kinds(story: Story, command: object) -> list[type]:
    """Give what a command comes to."""
    outcome = story.when(command, at_=LATER)
    assert outcome.refusal is None, outcome.refusal
    return [type(each) for each in outcome.facts]


def test_r_19_a_permission_given_before_the_cut_is_recorded_after_it_with_a_finding_and_opens_nothing() -> None:
    story = cut(CONTACT)
    told = story.when(PERMITS, at_=LATER).then(PERMITTED, FOUND).citing(0, 5)
    assert told.facts[1].cites == (3, 4)
    after = story.at(LATER, *told.facts)
    known = session_of(after.recorded, SESSION)
    assert known is not None
    assert not known.running
    after.when(PERMITS, at_=LATER).then().citing(6)
    after.when(replace(PERMITS, permitted_at=None), at_=LATER).then()
    earlier = replace(PERMITS, permitted_at=at("2026-11-18 10:20:05"))
    assert kinds(after, earlier) == [RecordingGapPermitted, FindingRecorded]


def test_r_19_what_went_on_with_the_permission_is_no_violation_told_before_its_end_and_answered_told_after() -> None:
    went_on = cut(SIGNED).when(ENDS, at_=LATER).facts
    assert [type(each) for each in went_on] == [SessionEnded, ViolationRecorded]
    assert kinds(cut(SIGNED, PERMITTED, FOUND), ENDS) == [SessionEnded]
    ended = cut(*went_on, CONTACT)
    assert ended.when(PERMITS, at_=LATER).then(PERMITTED, FOUND).facts[1].cites == (3, 4, 6)


def test_r_19_a_permission_given_after_the_cut_is_recorded_for_what_it_is_and_one_after_the_end_is_none() -> None:
    late = replace(PERMITS, permitted_at=at("2026-11-18 10:20:31"))
    said = replace(PERMITTED, permitted_at=at("2026-11-18 10:20:31"))
    cut(CONTACT).when(late, at_=LATER).then(said)
    went_on = cut(SIGNED, said).when(ENDS, at_=LATER).facts
    assert [type(each) for each in went_on] == [SessionEnded, ViolationRecorded]
    assert kinds(cut(CONTACT, said), PERMITS) == [RecordingGapPermitted, FindingRecorded]
    ended = cut(*went_on, CONTACT)
    ended.when(late, at_=LATER).then(said)
    ended.when(replace(PERMITS, permitted_at=ENDS.ended_at), at_=LATER).refused("R-04")
    ended.when(replace(PERMITS, permitted_at=None), at_=LATER).refused("R-04")


def test_r_19_only_a_permission_in_time_keeps_a_session_from_being_cut_whichever_is_told_first() -> None:
    """A recorder tells of its interruption after the customer has permitted to go on without it."""
    told = given(SESSION_STARTED, RECORDED, PERMITTED, INTERRUPTED, at_=NOW)
    assert told.when(SEALS, at_=CUT).due == ()
    late = replace(PERMITTED, permitted_at=at("2026-11-18 10:20:31"))
    told = given(SESSION_STARTED, RECORDED, late, INTERRUPTED, at_=NOW)
    assert [type(each) for each in told.when(SEALS, at_=CUT).due] == [SessionTerminated, ViolationRecorded]


def test_r_19_a_session_told_as_over_is_answered_too_and_one_the_ledger_took_to_be_over_may_have_gone_on() -> None:
    over = replace(ENDED, ended_at=at("2026-11-18 10:40"))
    broken = ViolationRecorded(
        rule="R-19", sentence="session_without_recording", values={}, subjects=subjects_of(SESSION_STARTED)
    )
    told = given(SESSION_STARTED, over, broken, CONTACT, at_=NOW)
    for moment, answered in (("10:10:05", True), ("10:10:06", False)):
        permits = replace(PERMITS, permitted_at=at(f"2026-11-18 {moment}"))
        found = [each for each in told.when(permits, at_=LATER).facts if isinstance(each, FindingRecorded)]
        assert [each.cites for each in found] == ([(2,)] if answered else [])
    silent = replace(over, why=Ending.SILENT)
    permits = replace(PERMITS, permitted_at=at("2026-11-18 10:50"))
    assert kinds(given(SESSION_STARTED, silent, CONTACT, at_=NOW), permits) == [RecordingGapPermitted]
    given(SESSION_STARTED, over, CONTACT, at_=NOW).when(permits, at_=LATER).refused("R-04")


def test_r_19_who_permitted_then_may_have_left_since_and_nothing_is_permitted_in_time_to_come() -> None:
    left = cut(CONTACT).at("2026-11-18 11:00", ContactEnded(customer=CUSTOMER, contact=WORK_CONTACT))
    left.when(PERMITS, at_=LATER).then(PERMITTED, FOUND)
    cut(CONTACT).when(replace(PERMITS, permitted_at=at("2026-11-18 12:01")), at_=LATER).refused("R-19")
    given(CONTACT).when(PERMITS, at_=LATER).refused("R-04")


def test_r_20_a_gap_is_said_to_be_permitted_only_where_it_was_before_the_grace_time_was_over() -> None:
    resumes = ResumeRecording(
        customer=CUSTOMER, session=SESSION, recording=RECORDING, resumed_at=at("2026-11-18 10:35")
    )
    for moment, sentence in (("10:20:30", "recording_gap_permitted"), ("10:20:31", "recording_gap")):
        permitted = replace(PERMITTED, permitted_at=at(f"2026-11-18 {moment}"))
        story = given(SESSION_STARTED, RECORDED, INTERRUPTED, permitted, at_=NOW)
        note = story.when(resumes, at_="2026-11-18 10:35").facts[-1]
        assert isinstance(note, FindingRecorded)
        assert note.sentence == sentence
