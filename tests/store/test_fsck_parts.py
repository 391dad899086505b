"""Parts of the full check by themselves: what is compared by spelling, and heads maps that grow."""

import random
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.heads import Head, HeadsMap
from ledger.store.fsck.fields import array_value, names_value, place_values
from ledger.store.fsck.growing_heads import GrowingHeads
from ledger.store.fsck.kinds import Kinds, Tags
from ledger.store.tag_rows import tag_number

ORIGIN = "shoseki.example/tested"


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=120))
def test_a_growing_map_has_the_root_of_one_built_anew(moves: list[tuple[int, bool]]) -> None:
    growing, heads = GrowingHeads(), dict[str, Head]()
    for number, asked in moves:
        chain = f"cus_{number:032x}"
        heads[chain] = Head(heads[chain].seq + 1 if chain in heads else 1, sha256(chain.encode()).digest())
        growing.move(chain, heads[chain])
        if asked:
            assert growing.root() == HeadsMap(heads).root()
    assert growing.root() == HeadsMap(heads).root()
    assert len(growing) == len(heads)


def test_many_chains_have_the_root_of_one_built_anew() -> None:
    numbers = random.Random(1)  # a fixed seed: the same chains in every run
    heads = {f"cus_{numbers.getrandbits(128):032x}": Head(n + 1, bytes([n % 256]) * 32) for n in range(3_000)}
    growing = GrowingHeads()
    for chain, head in heads.items():
        growing.move(chain, head)
    assert growing.root() == HeadsMap(heads).root()


@given(st.lists(st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S")), min_size=1), max_size=5))
def test_tags_are_spelled_and_numbered_as_they_are_written(tags: list[str]) -> None:
    tags = sorted(set(tags))
    found = Kinds(ORIGIN).tags([array_value(tags)])
    usual = all(len(tag) <= 128 and not {'"', "\\"} & set(tag) for tag in tags)
    assert (found is not None) is usual
    if found is not None:
        assert found.of_each() == [",".join(f'"{tag}"' for tag in tags).encode()]
        assert found.numbers == [tag_number(tag).to_bytes(8, "big", signed=True) for tag in tags]


def rows_of(tags: Tags, first: int) -> list[bytes]:
    """Give what the fingerprint is made of."""
    rows = tags.rows(place_values(range(first, first + len(tags.counts))))
    return [rows[at : at + 16] for at in range(0, len(rows), 16)]


@given(
    st.lists(st.lists(st.sampled_from(["a", "b", "c", "a b", "", "x" * 129]), max_size=3), min_size=1, max_size=6)
    | st.lists(st.lists(st.sampled_from("abcd"), unique=True, min_size=2, max_size=2).map(sorted), min_size=1)
)
def test_tags_of_many_entries_are_those_of_each(all_tags: list[list[str]]) -> None:
    arrays = [array_value(tags) for tags in all_tags]
    each_alone = [Kinds(ORIGIN).tags([array]) for array in arrays]
    usual = [tags for tags in each_alone if tags is not None]
    together = Kinds(ORIGIN).tags(arrays)
    assert (together is not None) is (len(usual) == len(arrays))
    if together is not None:
        assert together.of_each() == [text for tags in usual for text in tags.of_each()]
        assert [b"".join(parts) for parts in zip(*together.columns(), strict=True)] in (together.of_each(), [])
        assert together.numbers == [number for tags in usual for number in tags.numbers]
        assert rows_of(together, 7) == [row for at, tags in enumerate(usual, 7) for row in rows_of(tags, at)]


@pytest.mark.parametrize("tags", [["b", "a"], ["a", "a"], [""], ["a b"], ["é"], ["x" * 129], ["x" * 261, "y"]])
@pytest.mark.parametrize("others", [[], [[]], [["a", "b"]], [["a"], ["b"]]])
def test_tags_that_no_entry_has_are_left_to_the_parser(tags: list[str], others: list[list[str]]) -> None:
    assert Kinds(ORIGIN).tags([array_value(each) for each in (*others, tags)]) is None
    assert Kinds(ORIGIN).tags([array_value(each) for each in (tags, *others)]) is None


@pytest.mark.parametrize(
    "fields",
    [
        ("log", "key.created.v1", None),
        ("cus_1", "work.noted.v1", None),
        ("log", "no type", None),
        ("log", "work.noted.v1", "no key"),
        ("log", "work.noted.v1" + "x" * 300, None),
    ],
)
def test_what_is_no_kind_is_left_to_the_parser(fields: tuple[str, str, str | None]) -> None:
    assert Kinds(ORIGIN).find(names_value(*fields)) is None


@pytest.mark.parametrize(
    "names", [None, b"", b"log\n\xff\n", b"log\nwork.noted.v1", b"log\nwork.noted.v1\n\n", b"log\nwork.noted.v1\n="]
)
def test_names_that_are_not_three_are_left_to_the_parser(names: bytes | None) -> None:
    assert Kinds(ORIGIN).find(names) is None
