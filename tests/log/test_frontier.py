"""The growing tree: one by one, many at once, joined from parts, or taken up again, it is the same tree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_tree import split
from tree_samples import HASHES, LEAVES, NAIVE, ROOTS, SIZES

from ledger.log.errors import FormatError
from ledger.log.tree import EMPTY_ROOT, Frontier, hashes_of, node_hash, root_of


def grown(size: int) -> Frontier:
    tree = Frontier()
    for leaf in LEAVES[:size]:
        tree.append(leaf)
    return tree


def same(one: Frontier, other: Frontier) -> bool:
    return (one.size, one.to_bytes(), one.root()) == (other.size, other.to_bytes(), other.root())


def test_leaf_by_leaf_it_has_the_roots_of_the_definition():
    tree = Frontier()
    assert tree.root() == EMPTY_ROOT
    for size, leaf in enumerate(LEAVES, start=1):
        tree.append(leaf)
        assert tree.size == size
        assert tree.root() == NAIVE.root(0, size)


def test_root_of_and_hashes_of_read_leaves_in_memory():
    source = hashes_of(LEAVES)
    for size in SIZES:
        assert root_of(iter(LEAVES[:size])) == ROOTS[size]
        for start in range(0, size, 8):
            assert source(start, size) == HASHES(start, size)


def test_a_node_is_hashed_as_rfc_9162_says():
    assert node_hash(LEAVES[0], LEAVES[1]) == NAIVE.root(0, 2)
    assert node_hash(LEAVES[1], LEAVES[0]) != NAIVE.root(0, 2)


@settings(deadline=None)
@given(parts=st.lists(st.integers(0, 100), max_size=10))
def test_many_at_once_are_as_one_by_one(parts):
    tree, size = Frontier(), 0
    for count in parts:
        tree.extend(iter(LEAVES[size : size + count]))
        size += count
        assert same(tree, grown(size))


@pytest.mark.parametrize("behind", range(9))
@pytest.mark.parametrize("count", range(9))
def test_a_few_at_once_behind_a_few_are_as_one_by_one(behind, count):
    tree = grown(behind)
    tree.extend(LEAVES[behind : behind + count])
    assert same(tree, grown(behind + count))


def test_its_state_is_kept_and_taken_up():
    for size in (*SIZES, len(LEAVES)):
        tree = grown(size)
        state = tree.to_bytes()
        assert len(state) == 32 * size.bit_count()
        again = Frontier.from_bytes(size, state)
        assert same(again, tree)
        again.append(LEAVES[0])
        tree.append(LEAVES[0])
        assert same(again, tree)


@pytest.mark.parametrize(
    ("size", "length"), [(0, 32), (1, 0), (1, 31), (1, 33), (1, 64), (3, 32), (4, 64), (-1, 0), (-1, 32)]
)
def test_a_state_that_cannot_be_is_not_taken_up(size, length):
    with pytest.raises(FormatError, match="not the state"):
        Frontier.from_bytes(size, bytes(length))


def test_a_copy_grows_by_itself():
    tree = grown(7)
    other = tree.copy()
    other.append(LEAVES[7])
    assert same(tree, grown(7))
    assert same(other, grown(8))


@pytest.mark.exhaustive
@settings(deadline=None)
@given(size=st.integers(0, 150), step=st.integers(0, 8), data=st.data())
def test_ranges_hashed_elsewhere_are_joined(size, step, data):
    """Leaves, chunks of 2^step and ever other full subtrees that fit make one tree, as several processes would."""
    tree = Frontier()
    while tree.size < size:
        fitting = [
            1 << rank for rank in range(step + 1) if tree.size % (1 << rank) == 0 and tree.size + (1 << rank) <= size
        ]
        count = data.draw(st.sampled_from(fitting))
        tree.append_subtree(HASHES(tree.size, tree.size + count), count)
    assert same(tree, grown(size))


@pytest.mark.parametrize(
    ("behind", "size", "length"),
    [
        (0, 0, 32),
        (0, -1, 32),
        (0, 3, 32),
        (0, 6, 32),
        (1, 2, 32),
        (2, 4, 32),
        (6, 4, 32),
        (3, 2, 32),
        (4, 4, 31),
        (4, 4, 33),
    ],
)
def test_a_subtree_that_does_not_fit_is_refused_and_changes_nothing(behind, size, length):
    tree = grown(behind)
    with pytest.raises(FormatError, match="does not fit"):
        tree.append_subtree(bytes(length), size)
    assert same(tree, grown(behind))


def test_a_root_can_be_asked_for_with_the_rest_given_as_one_hash():
    for size in SIZES[1:]:
        start = 0
        while start < size:
            assert grown(start).root(HASHES(start, size)) == ROOTS[size]
            start += split(size - start)
        assert grown(start).root() == ROOTS[size]
