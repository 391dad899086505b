"""Batch proofs: many leaves, one list of hashes, and the positions alone decide where each hash belongs."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tree_samples import FOREIGN, HASHES, LEAVES, NAIVE, ROOTS, SIZES, accepts, spoiled

from ledger.log.errors import ProofError
from ledger.log.tree import EMPTY_ROOT, BatchVerifier, prove_inclusion_batch, verify_inclusion_batch


def leaves_at(indexes) -> dict[int, bytes]:
    return {index: LEAVES[index] for index in indexes}


def prove(indexes, size) -> list[bytes]:
    return list(prove_inclusion_batch(indexes, size, HASHES))


def subsets(size: int):
    """Give every set of positions in a tree of ``size`` leaves, each as a rising list."""
    return (list(chosen) for count in range(size + 1) for chosen in itertools.combinations(range(size), count))


class TestProofs:
    @pytest.mark.parametrize("size", range(11))
    def test_every_set_of_leaves_of_a_small_tree(self, size):
        for indexes in subsets(size):
            proof = prove(indexes, size)
            assert proof == NAIVE.batch(set(indexes), 0, size)
            verify_inclusion_batch(leaves_at(indexes), size, proof, ROOTS[size])

    @pytest.mark.parametrize("size", SIZES)
    def test_single_leaves_ranges_and_random_sets(self, size):
        chance = random.Random(size)
        ranges = [range(start, end) for start, end in itertools.combinations_with_replacement(range(size + 1), 2)]
        chosen = [chance.sample(range(size), chance.randint(0, size)) for _ in range(30)]
        for indexes in [[], *([index] for index in range(size)), *chance.sample(ranges, min(40, len(ranges))), *chosen]:
            rising = sorted(indexes)
            proof = prove(rising, size)
            assert proof == NAIVE.batch(set(rising), 0, size)
            verify_inclusion_batch(leaves_at(indexes), size, tuple(proof), ROOTS[size])

    def test_a_batch_of_one_holds_the_hashes_of_its_inclusion_proof(self):
        for size in SIZES:
            for index in range(size):
                proof = prove([index], size)
                assert sorted(proof) == sorted(NAIVE.path(index, 0, size))

    def test_the_extremes(self):
        for size in SIZES[1:]:
            assert prove([], size) == [ROOTS[size]]
            assert prove(range(size), size) == []
        assert prove([], 0) == []
        verify_inclusion_batch({}, 0, [], EMPTY_ROOT)

    @pytest.mark.parametrize(
        ("indexes", "size", "wrong"),
        [
            ([1, 0], 3, 0),
            ([1, 1], 3, 1),
            ([0, 2, 2], 3, 2),
            ([2, 1], 3, 1),
            ([-1], 3, -1),
            ([-1, 1], 3, -1),
            ([3], 3, 3),
            ([0, 3], 3, 3),
            ([2, 3], 3, 3),
            ([0, 4], 3, 4),
            ([0], 0, 0),
        ],
    )
    def test_positions_that_do_not_exist_or_do_not_rise(self, indexes, size, wrong):
        with pytest.raises(ProofError, match=f"Position {wrong} is not a next position in a tree of size {size}"):
            prove(indexes, size)

    def test_positions_and_hashes_may_be_streams(self):
        asked: list[tuple[int, int]] = []

        def hashes(start: int, end: int) -> bytes:
            asked.append((start, end))
            return HASHES(start, end)

        proof = prove_inclusion_batch(iter([5, 40, 41]), 70, hashes)
        first = next(proof)
        assert (asked, first) == ([(0, 4)], HASHES(0, 4))
        verify_inclusion_batch(leaves_at([5, 40, 41]), 70, [first, *proof], ROOTS[70])
        assert asked == sorted(asked)
        batch = BatchVerifier(70, (digest for digest in prove([3], 70)))
        batch.add(3, LEAVES[3])
        batch.finish(ROOTS[70])

    @settings(deadline=None)
    @given(size=st.integers(1, len(LEAVES)), data=st.data())
    def test_larger_trees(self, size, data):
        indexes = sorted(data.draw(st.sets(st.integers(0, size - 1), max_size=40)))
        root = NAIVE.root(0, size)
        proof = prove(indexes, size)
        assert proof == NAIVE.batch(set(indexes), 0, size)
        verify_inclusion_batch(leaves_at(indexes), size, proof, root)
        place = data.draw(st.integers(0, len(proof)))
        assert not accepts(
            verify_inclusion_batch, leaves_at(indexes), size, [*proof[:place], FOREIGN, *proof[place:]], root
        )
        assert not accepts(
            verify_inclusion_batch, leaves_at(indexes), size, proof[:place] + proof[place + 1 :], root
        ) or (place == len(proof))
        if indexes:
            changed = leaves_at(indexes) | {data.draw(st.sampled_from(indexes)): FOREIGN}
            assert not accepts(verify_inclusion_batch, changed, size, proof, root)


class TestRefusals:
    @pytest.mark.parametrize("size", range(8))
    def test_every_spoiled_proof_root_and_leaf(self, size):
        for indexes in subsets(size):
            leaves, root = leaves_at(indexes), ROOTS[size]
            proof = prove(indexes, size)
            for wrong in spoiled(proof):
                assert not accepts(verify_inclusion_batch, leaves, size, wrong, root)
            for wrong in (FOREIGN, ROOTS[size + 1], root[:31], root + b"\0", b"", bytearray(root)):
                assert not accepts(verify_inclusion_batch, leaves, size, proof, wrong)
            for index in indexes:
                for wrong in (FOREIGN, leaves[index][:31], leaves[index] + b"\0", b"", None):
                    assert not accepts(verify_inclusion_batch, leaves | {index: wrong}, size, proof, root)
            for index in (-1, -2, size, size + 1, 2**64):
                assert not accepts(verify_inclusion_batch, leaves | {index: LEAVES[0]}, size, proof, root)

    @pytest.mark.exhaustive
    def test_no_proof_is_accepted_for_other_leaves_of_any_signed_tree(self):
        cases = [(indexes, size) for size in range(7) for indexes in subsets(size)]
        proofs = [prove(indexes, size) for indexes, size in cases]
        for proof, (indexes, size) in itertools.product(proofs, cases):
            right = proof == NAIVE.batch(set(indexes), 0, size)
            assert accepts(verify_inclusion_batch, leaves_at(indexes), size, proof, ROOTS[size]) is right

    def test_two_leaves_changed_places(self):
        for size in range(2, 12):
            for one, other in itertools.combinations(range(size), 2):
                proof = prove([one, other], size)
                swapped = {one: LEAVES[other], other: LEAVES[one]}
                assert not accepts(verify_inclusion_batch, swapped, size, proof, ROOTS[size])

    def test_a_tree_of_negative_size(self):
        with pytest.raises(ProofError, match="no tree of size -1"):
            verify_inclusion_batch({}, -1, [], EMPTY_ROOT)

    def test_refusals_say_what_is_wrong(self):
        leaves, proof = leaves_at([2, 5]), prove([2, 5], 13)
        for wrong, reason in (
            (proof[:-1], "too few"),
            ([], "too few"),
            ([*proof, FOREIGN], "too many"),
            ([FOREIGN, *proof[1:]], "not all in the signed tree of size 13"),
            ([proof[0][:31], *proof[1:]], "32 bytes"),
        ):
            with pytest.raises(ProofError, match=reason):
                verify_inclusion_batch(leaves, 13, wrong, ROOTS[13])
        with pytest.raises(ProofError, match="Position 13 is not a next position"):
            verify_inclusion_batch(leaves | {13: LEAVES[13]}, 13, proof, ROOTS[13])


class TestStream:
    def test_leaves_come_in_rising_order(self):
        for first, then in ((3, 3), (3, 2), (3, 0), (3, -1), (12, 13)):
            batch = BatchVerifier(13, prove([first], 13))
            batch.add(first, LEAVES[first])
            with pytest.raises(ProofError, match=f"Position {then} is not a next position"):
                batch.add(then, LEAVES[then])

    def test_a_proof_that_runs_out_is_noticed_at_once(self):
        batch = BatchVerifier(13, [])
        batch.add(0, LEAVES[0])
        with pytest.raises(ProofError, match="too few"):
            batch.add(12, LEAVES[12])

    def test_nothing_is_accepted_before_the_end(self):
        batch = BatchVerifier(13, prove([3, 4], 13))
        batch.add(3, LEAVES[3])
        with pytest.raises(ProofError):
            batch.finish(ROOTS[13])

    def test_the_end_may_be_asked_for_twice(self):
        for indexes in ([], [0], [12], [3, 4, 9]):
            batch = BatchVerifier(13, prove(indexes, 13))
            for index in indexes:
                batch.add(index, LEAVES[index])
            with pytest.raises(ProofError):
                batch.finish(ROOTS[12])
            batch.finish(ROOTS[13])
            batch.finish(ROOTS[13])

    def test_it_holds_no_more_hashes_than_the_tree_is_deep(self):
        size = len(LEAVES)
        indexes = [index for index in range(size) if index % 7]
        batch = BatchVerifier(size, prove(indexes, size))
        for index in indexes:
            batch.add(index, LEAVES[index])
            assert len(batch._tree.to_bytes()) <= 32 * size.bit_length()
        batch.finish(NAIVE.root(0, size))
