"""The tree: proofs equal to the recursive definition, and every proof that is not the one right proof refused."""

import itertools
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_tree import NaiveTree
from tree_samples import FOREIGN, HASHES, LEAVES, NAIVE, ROOTS, SIZES, accepts, spoiled

from ledger.log.entry import leaf_hash
from ledger.log.errors import ProofError
from ledger.log.tree import (
    EMPTY_ROOT,
    node_hash,
    prove_consistency,
    prove_inclusion,
    root_of,
    verify_consistency,
    verify_inclusion,
)


class TestOutsideAnswers:
    """The leaves and roots with which the implementations of Certificate Transparency test themselves."""

    ENTRIES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
    ROOTS = (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )

    def test_roots(self):
        leaves = [leaf_hash(bytes.fromhex(entry)) for entry in self.ENTRIES]
        for size, root in enumerate(self.ROOTS, start=1):
            assert root_of(leaves[:size]).hex() == root
            assert NaiveTree(leaves).root(0, size).hex() == root

    def test_the_empty_tree(self):
        assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        assert root_of([]) == EMPTY_ROOT == ROOTS[0]


class TestInclusion:
    @pytest.mark.parametrize("size", SIZES)
    def test_every_proof_is_the_definitions_and_verifies(self, size):
        for index in range(size):
            proof = prove_inclusion(index, size, HASHES)
            assert proof == NAIVE.path(index, 0, size)
            verify_inclusion(index, size, LEAVES[index], proof, ROOTS[size])
            verify_inclusion(index, size, LEAVES[index], tuple(proof), ROOTS[size])

    @pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 15, 16, 17, 31, 33, 70])
    def test_every_spoiled_proof_leaf_root_and_index_is_refused(self, size):
        for index in range(size):
            proof, leaf, root = NAIVE.path(index, 0, size), LEAVES[index], ROOTS[size]
            for wrong in spoiled(proof):
                assert not accepts(verify_inclusion, index, size, leaf, wrong, root)
            for wrong in (
                FOREIGN,
                LEAVES[index + 1],
                leaf[:31],
                leaf + b"\0",
                b"",
                bytearray(leaf),
                None,
                leaf.hex()[:32],
            ):
                assert not accepts(verify_inclusion, index, size, wrong, proof, root)
            for wrong in (FOREIGN, ROOTS[size - 1], EMPTY_ROOT, root[:31], root + b"\0", b"", bytearray(root)):
                assert not accepts(verify_inclusion, index, size, leaf, proof, wrong)
            for wrong in (*range(-2, index), *range(index + 1, size + 2), index + size, index + 128, -1 - index, 2**64):
                assert not accepts(verify_inclusion, wrong, size, leaf, proof, root)

    @pytest.mark.exhaustive
    def test_no_proof_is_accepted_for_another_leaf_of_any_signed_tree(self):
        """Size and root belong together: a checkpoint signs both, so a size is tried with its own root only."""
        places = [(index, size) for size in range(21) for index in range(size)]
        for index, size in places:
            proof = NAIVE.path(index, 0, size)
            for at, of in places:
                right = proof == NAIVE.path(at, 0, of)
                assert accepts(verify_inclusion, at, of, LEAVES[at], proof, ROOTS[of]) is right
                assert accepts(verify_inclusion, at, of, LEAVES[index], proof, ROOTS[of]) is (right and at == index)

    @pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 0), (1, 1), (-1, 5), (5, 5), (6, 5), (0, -1), (-2, -1)])
    def test_there_is_no_proof_of_a_place_that_does_not_exist(self, index, size):
        with pytest.raises(ProofError, match="is not in a tree"):
            prove_inclusion(index, size, HASHES)
        with pytest.raises(ProofError, match="is not in a tree"):
            verify_inclusion(index, size, LEAVES[0], [], LEAVES[0])

    def test_refusals_say_what_is_wrong(self):
        proof = NAIVE.path(5, 0, 13)
        for wrong, reason in (
            (proof[:-1], "too few"),
            ([*proof, FOREIGN], "too many"),
            ([FOREIGN, *proof[1:]], "position 5"),
        ):
            with pytest.raises(ProofError, match=reason):
                verify_inclusion(5, 13, LEAVES[5], wrong, ROOTS[13])

    @settings(deadline=None)
    @given(size=st.integers(1, len(LEAVES)), data=st.data())
    def test_larger_trees(self, size, data):
        index = data.draw(st.integers(0, size - 1))
        root = NAIVE.root(0, size)
        proof = prove_inclusion(index, size, HASHES)
        assert proof == NAIVE.path(index, 0, size)
        verify_inclusion(index, size, LEAVES[index], proof, root)
        for wrong in spoiled(proof):
            assert not accepts(verify_inclusion, index, size, LEAVES[index], wrong, root)
        other = data.draw(st.integers(0, size - 1))
        assert accepts(verify_inclusion, other, size, LEAVES[index], proof, root) is (other == index)

    def test_the_largest_tree(self):
        """One leaf amid 2^53 − 1 that are all alike below their own level: proofs stay as short as the tree is deep."""
        size = 2**53 - 1
        for index in (0, 1, 2**52 - 1, 2**52, size - 2, size - 1):
            proof = prove_inclusion(index, size, lambda start, end: sha256(b"%d %d" % (start, end)).digest())
            assert len(proof) <= 53
            found, level = FOREIGN, self.turns(index, size)
            for left, sibling in zip(level, proof, strict=True):
                found = node_hash(sibling, found) if left else node_hash(found, sibling)
            verify_inclusion(index, size, FOREIGN, proof, found)
            assert not accepts(verify_inclusion, index, size, FOREIGN, proof[:-1], found)

    @staticmethod
    def turns(index: int, size: int) -> list[bool]:
        """Tell for each hash of the path, leaf upwards, whether it stands on the left."""
        turns, start, end = [], 0, size
        while end - start > 1:
            middle = start + 2 ** ((end - start - 1).bit_length() - 1)
            turns.append(index >= middle)
            start, end = (middle, end) if index >= middle else (start, middle)
        return turns[::-1]


class TestConsistency:
    @pytest.mark.parametrize("size2", SIZES)
    def test_every_proof_is_the_definitions_and_verifies(self, size2):
        for size1 in range(size2 + 1):
            proof = prove_consistency(size1, size2, HASHES)
            assert proof == (NAIVE.proof(size1, size2) if 0 < size1 < size2 else [])
            verify_consistency(size1, size2, ROOTS[size1], ROOTS[size2], proof)
            verify_consistency(size1, size2, ROOTS[size1], ROOTS[size2], tuple(proof))

    @pytest.mark.parametrize("size2", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 15, 16, 17, 31, 33, 70])
    def test_every_spoiled_proof_and_root_is_refused(self, size2):
        for size1 in range(size2 + 1):
            proof, root1, root2 = prove_consistency(size1, size2, HASHES), ROOTS[size1], ROOTS[size2]
            for wrong in spoiled(proof):
                assert not accepts(verify_consistency, size1, size2, root1, root2, wrong)
            for wrong in (FOREIGN, ROOTS[size1 + 1 if size1 < 70 else 0], root1[:31], root1 + b"\0", b""):
                assert not accepts(verify_consistency, size1, size2, wrong, root2, proof)
            for wrong in (root2[:31], root2 + b"\0", b"", *([FOREIGN, ROOTS[size2 - 1]] if size1 else [])):
                assert not accepts(verify_consistency, size1, size2, root1, wrong, proof)

    @pytest.mark.exhaustive
    def test_no_proof_is_accepted_between_other_signed_trees(self):
        pairs = [(size1, size2) for size2 in range(21) for size1 in range(size2 + 1)]
        proofs = {pair: prove_consistency(*pair, HASHES) for pair in pairs}
        for pair in pairs:
            for size1, size2 in itertools.product(range(21), repeat=2):
                right = size1 <= size2 and proofs[pair] == proofs[size1, size2]
                arguments = (size1, size2, ROOTS[size1], ROOTS[size2], proofs[pair])
                assert accepts(verify_consistency, *arguments) is right

    def test_a_tree_that_forgot_or_changed_a_leaf_is_refused_with_any_proof_it_can_make(self):
        """An operator who rewrote the past proves all he can from his own new tree."""
        for size1, size2 in itertools.combinations(range(1, 18), 2):
            for changed in range(size1):
                rewritten = NaiveTree([*LEAVES[:changed], FOREIGN, *LEAVES[changed + 1 : size2]])
                root2 = rewritten.root(0, size2)
                for proof in (rewritten.proof(size1, size2), NAIVE.proof(size1, size2)):
                    assert not accepts(verify_consistency, size1, size2, ROOTS[size1], root2, proof)

    @pytest.mark.parametrize(("size1", "size2"), [(1, 0), (5, 4), (-1, 0), (-1, 5), (-2, -1)])
    def test_a_larger_or_impossible_tree_is_no_prefix(self, size1, size2):
        with pytest.raises(ProofError, match="not a prefix"):
            prove_consistency(size1, size2, HASHES)
        with pytest.raises(ProofError, match="not a prefix"):
            verify_consistency(size1, size2, ROOTS[size1], ROOTS[size2], [])

    def test_every_tree_continues_the_empty_one(self):
        for size in SIZES:
            verify_consistency(0, size, EMPTY_ROOT, ROOTS[size], [])
            assert not accepts(verify_consistency, 0, size, EMPTY_ROOT, ROOTS[size], [ROOTS[size]])
            assert not accepts(verify_consistency, 0, size, FOREIGN, ROOTS[size], [])
        assert not accepts(verify_consistency, 0, 0, EMPTY_ROOT, FOREIGN, [])

    def test_refusals_say_what_is_wrong(self):
        proof, one = NAIVE.proof(6, 13), NAIVE.proof(8, 13)
        for size1, wrong, reason in (
            (6, proof[:-1], "too few"),
            (6, [], "too few"),
            (8, [], "too few"),
            (6, [*proof, FOREIGN], "too many"),
            (8, [*one, FOREIGN], "too many"),
            (6, [FOREIGN, *proof[1:]], "does not continue"),
        ):
            with pytest.raises(ProofError, match=reason):
                verify_consistency(size1, 13, ROOTS[size1], ROOTS[13], wrong)
        with pytest.raises(ProofError, match="Two different trees of size 6"):
            verify_consistency(6, 6, ROOTS[6], ROOTS[5], [])
        with pytest.raises(ProofError, match="too many"):
            verify_consistency(6, 6, ROOTS[6], ROOTS[6], [FOREIGN])
        with pytest.raises(ProofError, match="empty tree"):
            verify_consistency(0, 6, ROOTS[1], ROOTS[6], [])

    @settings(deadline=None)
    @given(size2=st.integers(1, len(LEAVES)), data=st.data())
    def test_larger_trees(self, size2, data):
        size1 = data.draw(st.integers(1, size2))
        root1, root2 = NAIVE.root(0, size1), NAIVE.root(0, size2)
        proof = prove_consistency(size1, size2, HASHES)
        assert proof == (NAIVE.proof(size1, size2) if size1 < size2 else [])
        verify_consistency(size1, size2, root1, root2, proof)
        for wrong in spoiled(proof):
            assert not accepts(verify_consistency, size1, size2, root1, root2, wrong)
