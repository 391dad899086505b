from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log import heads
from ledger.log.errors import FormatError, ProofError
from ledger.log.heads import AbsenceProof, Head, HeadsMap, OtherLeaf, PresenceProof, verify_absence, verify_presence

chains = st.text("0123456789abcdef", min_size=32, max_size=32).map("cus_{}".format) | st.just("log")
some_heads = st.builds(Head, st.integers(1, 2**53 - 1), st.binary(min_size=32, max_size=32))
maps = st.dictionaries(chains, some_heads, max_size=12)


def chain(number: int) -> str:
    return f"cus_{number:032x}"


MANY = {chain(number): Head(number + 1, sha256(b"%d" % number).digest()) for number in range(40)}


def naive_root(members: dict[str, Head], depth: int = 0) -> bytes:
    """Build the map straight from its definition, bit by bit in text."""
    if not members:
        return bytes(32)
    if len(members) == 1:
        ((name, head),) = members.items()
        inner = f'{{"chain":"{name}","head":"{head.leaf_hash.hex()}","seq":{head.seq}}}'
        return sha256(b"\2" + sha256(name.encode()).digest() + sha256(inner.encode()).digest()).digest()
    sides: tuple[dict[str, Head], dict[str, Head]] = ({}, {})
    for name, head in members.items():
        bits = bin(int.from_bytes(b"\1" + sha256(name.encode()).digest(), "big"))[3:]
        sides[int(bits[depth])][name] = head
    return sha256(b"\3" + naive_root(sides[0], depth + 1) + naive_root(sides[1], depth + 1)).digest()


@given(maps)
def test_the_root_is_that_of_the_definition(members):
    built = HeadsMap(members)
    assert built.root() == naive_root(members) == HeadsMap(reversed(members.items())).root()
    assert len(built) == len(members)


@given(maps, chains)
def test_every_head_and_every_absence_is_proven_and_only_that(members, asked):
    built = HeadsMap(members)
    root, proof = built.root(), built.prove(asked)
    if asked in members:
        verify_presence(root, asked, members[asked], proof)
        with pytest.raises(ProofError):
            verify_absence(root, asked, AbsenceProof(proof.siblings, None))
    else:
        verify_absence(root, asked, proof)
        with pytest.raises(ProofError):
            verify_presence(root, asked, Head(1, bytes(32)), PresenceProof(proof.siblings))


def test_many_heads_are_proven_with_few_siblings():
    built = HeadsMap(MANY)
    assert (len(built), built.root()) == (len(MANY), naive_root(MANY))
    for name, head in MANY.items():
        proof = built.prove(name)
        assert len(proof.siblings) < 20
        verify_presence(built.root(), name, head, proof)


@pytest.mark.parametrize("number", range(40, 60))
def test_many_absences_are_proven_by_what_stands_there_instead(number):
    built = HeadsMap(MANY)
    verify_absence(built.root(), chain(number), built.prove(chain(number)))


def test_absences_are_proven_by_nothing_and_by_another_leaf():
    built = HeadsMap(MANY)
    found = {type(built.prove(chain(number)).found) for number in range(40, 120)}
    assert found == {type(None), OtherLeaf}
    assert HeadsMap({}).prove("log") == AbsenceProof((), None)


def presence():
    built, name = HeadsMap(MANY), chain(7)
    return built.root(), name, MANY[name], built.prove(name)


@pytest.mark.parametrize(
    "change",
    [
        lambda root, name, head, proof: (bytes(32), name, head, proof),
        lambda root, name, head, proof: (root, chain(8), head, proof),
        lambda root, name, head, proof: (root, name, head._replace(seq=head.seq + 1), proof),
        lambda root, name, head, proof: (root, name, head._replace(leaf_hash=bytes(32)), proof),
        lambda root, name, head, proof: (root, name, head, PresenceProof(proof.siblings[:-1])),
        lambda root, name, head, proof: (root, name, head, PresenceProof((*proof.siblings, bytes(32)))),
        lambda root, name, head, proof: (root, name, head, PresenceProof(proof.siblings[::-1])),
        lambda root, name, head, proof: (root, name, head, PresenceProof((b"", *proof.siblings[1:]))),
        lambda root, name, head, proof: (root, name, head, PresenceProof((bytes(32),) * 257)),
    ],
)
def test_a_head_that_the_map_does_not_have_is_refused(change):
    verify_presence(*presence())
    with pytest.raises(ProofError):
        verify_presence(*change(*presence()))


def absence(kind):
    built = HeadsMap(MANY)
    for number in range(40, 200):
        proof = built.prove(chain(number))
        if isinstance(proof.found, kind):
            return built.root(), chain(number), proof
    raise AssertionError


@pytest.mark.parametrize("kind", [type(None), OtherLeaf])
@pytest.mark.parametrize(
    "change",
    [
        lambda root, name, proof: (bytes(32), name, proof),
        lambda root, name, proof: (root, name, AbsenceProof(proof.siblings[:-1], proof.found)),
        lambda root, name, proof: (root, name, AbsenceProof((*proof.siblings, bytes(32)), proof.found)),
        lambda root, name, proof: (root, name, AbsenceProof(proof.siblings, OtherLeaf(bytes(32), bytes(32)))),
        lambda root, name, proof: (root, name, AbsenceProof(proof.siblings, OtherLeaf(bytes(31), bytes(32)))),
        lambda root, name, proof: (root, name, AbsenceProof(proof.siblings, OtherLeaf(bytes(32), bytes(31)))),
        lambda root, name, proof: (root, name, AbsenceProof(proof.siblings, OtherLeaf(heads.place(name), bytes(32)))),
        lambda root, name, proof: (root, chain(3), proof),
    ],
)
def test_an_absence_that_the_map_does_not_show_is_refused(kind, change):
    verify_absence(*absence(kind))
    with pytest.raises(ProofError):
        verify_absence(*change(*absence(kind)))


def test_a_chains_own_leaf_proves_no_absence():
    built = HeadsMap(MANY)
    proof = built.prove(chain(7))
    own = OtherLeaf(heads.place(chain(7)), heads.inner_hash(chain(7), MANY[chain(7)]))
    with pytest.raises(ProofError, match="is its own leaf"):
        verify_absence(built.root(), chain(7), AbsenceProof(proof.siblings, own))


def test_a_leaf_from_elsewhere_in_the_map_proves_no_absence():
    built = HeadsMap(MANY)
    elsewhere = next(name for name in MANY if heads.place(name)[0] >> 7 != heads.place(chain(50))[0] >> 7)
    there = built.prove(elsewhere)
    leaf = OtherLeaf(heads.place(elsewhere), heads.inner_hash(elsewhere, MANY[elsewhere]))
    with pytest.raises(ProofError, match="does not stand where"):
        verify_absence(built.root(), chain(50), AbsenceProof(there.siblings, leaf))


@pytest.mark.parametrize(
    "members",
    [
        [("log", Head(1, bytes(32))), ("log", Head(2, bytes(32)))],
        [("log", Head(0, bytes(32)))],
        [("log", Head(1, bytes(31)))],
        [("cus_1", Head(1, bytes(32)))],
    ],
)
def test_what_no_log_can_have_makes_no_map(members):
    with pytest.raises(FormatError):
        HeadsMap(members)
