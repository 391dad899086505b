"""A session that the ledger alone took to be over is met by a revocation: its real end is still to be told (R-08)."""

from dataclasses import replace

from connecting import ENDED, PERMISSION, SESSION, SESSION_STARTED, in_session
from orders import CONTACT, ORDER, WORK_CONTACT
from story import CUSTOMER, at

from ledger.domain.permission import RevokePermission
from ledger.domain.permission_facts import AccessPermissionRevoked
from ledger.domain.session_facts import Ending

REVOKES = RevokePermission(
    customer=CUSTOMER,
    permission=PERMISSION,
    work_order=ORDER,
    contact=WORK_CONTACT,
    words="取り消します",
    received_at=at("2026-11-18 10:30"),
)


def test_r_08_a_revocation_meets_each_session_whose_end_nobody_has_told() -> None:
    silent = replace(ENDED, why=Ending.SILENT, ended_at=at("2026-11-19 10:10"))
    for end, met in ((silent, (SESSION,)), (ENDED, ())):
        story = in_session()
        story.recorded = [each for each in story.recorded if each.fact == SESSION_STARTED or ORDER in str(each.tags)]
        story.at("2026-11-20 10:00", CONTACT, end)
        revoked = story.when(REVOKES, at_="2026-11-21 10:00").facts[0]
        assert isinstance(revoked, AccessPermissionRevoked)
        assert revoked.sessions == met
