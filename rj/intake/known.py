"""The reference lists, read once for a form or a file."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from rj.accounts.models import Account, AccountRole, Area
from rj.intake.rules import Known, by_code_or_name
from rj.orders.models import Court, Offence, OffenceCourtCode, ResponsibleOfficer
from rj.policy.terms import Role
from rj.venues.models import Venue


def known_now(session: Session, *, own_areas: Iterable[str] | None = None) -> Known:
    """What orders are judged by at this moment. Closed courts still count: an order may be old."""
    liaisons = session.exec(
        select(Account.email, Account.id)
        .join(AccountRole, col(AccountRole.account_id) == Account.id)
        .where(AccountRole.role == Role.LIAISON_OFFICER, col(Account.is_active).is_(True))
    ).all()
    return Known(
        courts=by_code_or_name(dict(session.exec(select(Court.code, Court.name)).all())),
        areas=by_code_or_name(dict(session.exec(select(Area.id, Area.name)).all())),
        offences=frozenset(session.exec(select(Offence.code))),
        court_offences=dict(
            session.exec(select(OffenceCourtCode.court_code, OffenceCourtCode.offence_code)).all()
        ),
        officers=dict(
            session.exec(
                select(ResponsibleOfficer.code, ResponsibleOfficer.id).where(
                    col(ResponsibleOfficer.is_active).is_(True)
                )
            ).all()
        ),
        venues=dict(session.exec(select(Venue.code, Venue.id)).all()),
        liaisons=dict(liaisons),
        own_areas=None if own_areas is None else frozenset(own_areas),
    )
