"""What hypothesis may draw: every value of the record format's value space, and every entry that the format allows."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from ledger.log.canonical import MAX_DEPTH, MAX_INTEGER
from ledger.log.entry import NO_PREV, Entry

HEX = "0123456789abcdef"

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
names = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
integers = st.integers(-MAX_INTEGER, MAX_INTEGER) | st.sampled_from([0, -1, MAX_INTEGER, -MAX_INTEGER])
scalars = st.none() | st.booleans() | integers | texts


def depth_of(value: object) -> int:
    """Give how deep arrays and objects are nested; a value that is neither adds nothing."""
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


def _containers(inner):
    return st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4)


values = st.recursive(scalars, _containers, max_leaves=12).filter(lambda value: depth_of(value) <= MAX_DEPTH)
objects = st.dictionaries(names, values, max_size=4)
publics = objects.filter(lambda value: depth_of(value) < MAX_DEPTH)

digests = st.binary(min_size=32, max_size=32).filter(lambda digest: digest != NO_PREV)
chains = st.just("log") | st.text(HEX, min_size=32, max_size=32).map("cus_{}".format)
keys = st.from_regex(r"[a-z0-9_]{1,20}:[A-Za-z0-9_-]{1,64}", fullmatch=True)
types = st.from_regex(r"[A-Za-z][A-Za-z0-9_.]{0,127}", fullmatch=True)
visible = st.characters(min_codepoint=0x21, max_codepoint=0x7E) | st.sampled_from('"\\,[]{}:')
tag_lists = st.lists(st.text(visible, min_size=1, max_size=128), max_size=5, unique=True).map(
    lambda tags: tuple(sorted(tags))
)
moments = st.integers(0, 10**6 * 86400 * 365 * 9998).map(
    lambda microseconds: datetime(1, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
)
times = moments.map(lambda moment: moment.strftime("%Y").zfill(4) + moment.strftime("-%m-%dT%H:%M:%S.%fZ"))


@st.composite
def entries(draw) -> Entry:
    """Give any entry of the format: links are right where one entry alone can tell, else free."""
    first, sealed = draw(st.booleans()), draw(st.booleans())
    return Entry(
        origin=draw(st.from_regex(r"[a-z0-9./-]{1,128}", fullmatch=True)),
        position=draw(st.integers(0, MAX_INTEGER)),
        chain=draw(chains),
        seq=1 if first else draw(st.integers(2, MAX_INTEGER)),
        prev=NO_PREV if first else draw(digests),
        at=draw(times),
        type=draw(types),
        tags=draw(tag_lists),
        public=draw(publics),
        commitment=draw(st.binary(min_size=32, max_size=32)) if sealed else None,
        key=draw(keys) if sealed else None,
    )
