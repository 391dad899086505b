"""Writing an entry: the writer is held to the format, and a filled template is the encoded entry."""

import json

import entry_strategies as draw
import pytest
from entry_samples import BARE, BARE_BYTES, SEALED
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.log.entry import NO_PREV, encode, parse
from ledger.log.errors import FormatError
from ledger.log.template import fill, spell_names, spell_public, spell_tags

thorough = settings(max_examples=150, deadline=None)


class TestEncode:
    """A writer is held to the same format, before anything is stored."""

    @pytest.mark.parametrize(
        "changes",
        [
            {"origin": "A"},
            {"chain": "c"},
            {"type": ""},
            {"key": "x"},
            {"key": None},
            {"commitment": None},
            {"commitment": bytes(31)},
            {"commitment": b"", "key": None},
            {"prev": bytes(31)},
            {"prev": bytes(33)},
            {"prev": NO_PREV},
            {"seq": 1},
            {"seq": 0},
            {"seq": True, "prev": NO_PREV},
            {"position": -1},
            {"position": True},
            {"position": 2**53},
            {"position": 1.0},
            {"at": "2026-02-29T00:00:00.000000Z"},
            {"at": "2026-11-22"},
            {"tags": ("b", "a")},
            {"tags": ("a", "a")},
            {"tags": ('a","b', "a")},
            {"tags": ("a b",)},
            {"tags": ("",)},
            {"tags": ("a", "")},
            {"tags": ("é",)},
            {"tags": ("x" * 129,)},
            {"public": []},
            {"public": None},
            {"public": {"a": 1.5}},
            {"public": {"A": 1}},
        ],
        ids=repr,
    )
    def test_a_member_outside_the_format_is_refused(self, changes):
        with pytest.raises(FormatError):
            encode(SEALED._replace(**changes))

    @pytest.mark.exhaustive
    @thorough
    @given(entry=draw.entries(), place=draw.entries())
    def test_what_was_spelled_before_and_filled_in_is_the_encoded_entry(self, entry, place):
        names = spell_names(entry.origin, entry.chain, entry.key, entry.type)
        commitment = "" if entry.commitment is None else entry.commitment.hex()
        public, (tags,) = spell_public(entry.public), spell_tags([entry.tags])
        for at, position, prev, seq in ((e.at, e.position, e.prev, e.seq) for e in (entry, place, entry)):
            moved = entry._replace(position=position, at=at, prev=prev, seq=seq)
            data = fill(names, commitment, public, tags, position, at, prev, seq)
            assert data == encode(moved)
            assert parse(data) == moved

    @thorough
    @given(entries=st.lists(draw.entries(), max_size=4))
    def test_tags_of_several_are_spelled_as_those_of_each(self, entries):
        tags = [entry.tags for entry in entries]
        assert spell_tags(tags) == [json.dumps(each, separators=(",", ":"))[1:-1] for each in tags]

    @pytest.mark.parametrize(("key", "commitment"), [(None, "0" * 64), ("person:x", ""), ("person:x", "0" * 62)])
    def test_a_commitment_is_there_exactly_with_a_key(self, key, commitment):
        names = spell_names(SEALED.origin, SEALED.chain, key, SEALED.type)
        with pytest.raises(FormatError):
            fill(names, commitment, "{}", "", SEALED.position, SEALED.at, SEALED.prev, SEALED.seq)

    @pytest.mark.parametrize("tags", [('a","b',), ('a","b', 'a","c'), ('"',), ('","',), ("a", 'a","b', "b\\")])
    def test_a_tag_that_looks_like_two_is_one(self, tags):
        data = encode(SEALED._replace(tags=tags))
        assert json.loads(data)["tags"] == list(tags)
        assert parse(data).tags == tags

    @pytest.mark.parametrize(
        "tags",
        [("a" * 129,), ("a" * 128, "b" * 129), ("", "a"), ("a\nb",), ("a", "b c"), ("a\x7f",), ("é",), ("\ud800",)],
    )
    def test_what_is_no_tag_is_refused_also_among_others(self, tags):
        for many in ([tags], [("a", "b"), tags], [tags, ("a",)], [(), tags, ()]):
            with pytest.raises(FormatError):
                spell_tags(many)

    def test_a_tag_of_128_characters_is_one(self):
        tags = ("a" * 128, "b" * 128)
        assert parse(encode(SEALED._replace(tags=tags))).tags == tags

    def test_names_are_checked_each_time_not_only_when_they_are_new(self):
        for _ in range(2):
            assert encode(BARE) == BARE_BYTES
            with pytest.raises(FormatError):
                encode(BARE._replace(origin="O"))
            with pytest.raises(FormatError):
                encode(SEALED._replace(key="O"))
