"""Opening contact to one person for one case, in an emergency, and limiting a case.

release(session, party_id, facilitator_id, items, ...)     the liaison officer's
open_in_emergency(session, party_id, reason, ...)          a coordinator's: told at once
limit_case(session, order_id, account_ids, ...)
refuse_as_liaison(session, order, account_id)
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, delete, select

from rj.accounts.models import Account
from rj.accounts.queries import active_accounts_holding
from rj.audit.services import Actor, note
from rj.compartments.models import ContactRelease, EmergencyOpening
from rj.compartments.permission import facilitators_of, limited_away, orders_nobody_opens
from rj.conferences.queries import live_meetings
from rj.conferences.services import lock_order
from rj.conferences.staffing import not_named
from rj.conferences.telling import Tell
from rj.db.records import get_record
from rj.kernel.errors import Conflict, FieldProblem, Invalid, NotFound
from rj.orders.models import CaseLimit, Order
from rj.orders.queries import get_order
from rj.outbox.models import RecipientKind
from rj.outbox.services import NewMessage, queue_message
from rj.parties.contact import contact_details
from rj.parties.models import Party
from rj.parties.queries import get_party
from rj.parties.sealing import ContactDetails, Seal
from rj.policy.terms import Channel, Role, Side
from rj.settings import MailSettings

ITEMS = ("telephone", "email", "address")
EMERGENCY_LASTS = timedelta(minutes=15)
EMERGENCY = "emergency opening"
"""The kind of message that tells a liaison officer of one."""
SHORTEST_REASON = 15
"""Characters: a reason that somebody else can judge."""


def release(
    session: Session,
    party_id: UUID,
    facilitator_id: UUID,
    items: Iterable[str],
    *,
    actor: Actor,
    now: datetime,
) -> ContactRelease:
    """Open these items to one facilitator of the case, in place of what was open to them before.

    Raises Invalid for nothing chosen and for a facilitator who is not of the case, or whom its
    limit does not name.
    """
    chosen = [item for item in ITEMS if item in set(items)]
    if not chosen:
        raise Invalid(FieldProblem("items", "Select what to release"))
    party = _harmed(session, party_id)
    order = get_order(session, party.order_id)
    theirs = {each.id for each in facilitators_of(session, order)}
    if facilitator_id not in theirs - not_named(session, order.id, [facilitator_id]):
        raise Invalid(FieldProblem("facilitator", "Select a facilitator of this case"))
    assert actor.account_id is not None  # noqa: S101 -- a liaison officer is somebody
    for before in releases_of(session, party_id):
        if before.facilitator_id == facilitator_id:
            before.ended_at = now
    found = ContactRelease(
        party_id=party_id,
        facilitator_id=facilitator_id,
        items=chosen,
        released_at=now,
        released_by=actor.account_id,
    )
    session.add(found)
    note(
        session,
        actor,
        "release contact",
        "party",
        party_id,
        now=now,
        order_id=party.order_id,
        fields=chosen,
    )
    session.flush()
    return found


def end_release(session: Session, release_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Take it back, from the next request on. Safe to repeat. Raises NotFound."""
    found = get_record(session, ContactRelease, release_id, "release")
    if found.ended_at is None:
        found.ended_at = now
        party = get_party(session, found.party_id)
        note(
            session,
            actor,
            "end release of contact",
            "party",
            party.id,
            now=now,
            order_id=party.order_id,
        )


def end_releases(session: Session, order_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Take back all that is open of anybody's contact in a case: who takes the harmed side's part
    from now on opens what is needed anew."""
    people = select(Party.id).where(Party.order_id == order_id)
    for found in session.exec(
        select(ContactRelease).where(
            col(ContactRelease.party_id).in_(people), col(ContactRelease.ended_at).is_(None)
        )
    ).all():
        end_release(session, found.id, actor=actor, now=now)


def releases_of(session: Session, party_id: UUID) -> list[ContactRelease]:
    """What is open of a person's contact now; nothing once the case is closed."""
    if get_order(session, get_party(session, party_id).order_id).closed_at is not None:
        return []
    return list(
        session.exec(
            select(ContactRelease)
            .where(ContactRelease.party_id == party_id, col(ContactRelease.ended_at).is_(None))
            .order_by(col(ContactRelease.released_at))
        )
    )


def released_items(session: Session, party_id: UUID, facilitator_id: UUID) -> tuple[str, ...]:
    """What one facilitator may open of a person's contact; the door asks whose case it is."""
    found = releases_of(session, party_id)
    wanted = {
        item for each in found if each.facilitator_id == facilitator_id for item in each.items
    }
    return tuple(item for item in ITEMS if item in wanted)


def released_contact(
    session: Session,
    seal: Seal,
    party_id: UUID,
    facilitator_id: UUID,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> dict[str, str]:
    """The released items themselves, for a reason that is kept. Raises NotFound when none is."""
    items = released_items(session, party_id, facilitator_id)
    if not items:
        raise NotFound("Nothing was released")
    return _opened(session, seal, party_id, items, reason=reason, actor=actor, now=now)


def open_in_emergency(
    session: Session,
    party_id: UUID,
    *,
    reason: str,
    mail: MailSettings,
    actor: Actor,
    now: datetime,
) -> EmergencyOpening:
    """Open a harmed person's contact to a coordinator for a quarter of an hour, once.

    The liaison officer of the case is told in the same transaction: where nobody is named nobody
    would hear of it. Raises Invalid for a reason that tells nothing, Conflict while an opening of
    the same person still runs, on a closed case, or where nobody is named.
    """
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid(
            FieldProblem("reason", f"Say why in {SHORTEST_REASON} characters or more: others ask")
        )
    party = _harmed(session, party_id)
    assert actor.account_id is not None  # noqa: S101 -- a coordinator is somebody
    order = lock_order(session, party.order_id)
    if order.closed_at is not None:
        raise Conflict("This order is closed")
    if order.liaison_account_id is None:
        raise Conflict("Nobody takes the harmed side's part in this case: name somebody first")
    if limited_away(session, order.liaison_account_id, [order.id]):
        raise Conflict("The case is limited, and its liaison officer is not among those named")
    if running_emergency(session, party_id, actor.account_id, now=now) is not None:
        raise Conflict("These details are open to you already")
    opening = EmergencyOpening(
        party_id=party_id,
        account_id=actor.account_id,
        reason=reason.strip(),
        opened_at=now,
        ends_at=now + EMERGENCY_LASTS,
    )
    session.add(opening)
    note(
        session,
        actor,
        "open contact in emergency",
        "party",
        party_id,
        now=now,
        order_id=party.order_id,
        fields=ITEMS,
        reason=reason.strip(),
    )
    session.flush()
    queue_message(
        session,
        NewMessage(
            kind=EMERGENCY,
            channel=Channel.EMAIL,
            recipient_kind=RecipientKind.ACCOUNT,
            recipient_id=order.liaison_account_id,
            domain=mail.mailbox.partition("@")[2],
            subject_id=opening.id,
        ),
        now=now,
    )
    return opening


def running_emergency(
    session: Session, party_id: UUID, account_id: UUID, *, now: datetime
) -> EmergencyOpening | None:
    """The opening by which this account may read now, or None."""
    return session.exec(
        select(EmergencyOpening).where(
            EmergencyOpening.party_id == party_id,
            EmergencyOpening.account_id == account_id,
            EmergencyOpening.opened_at <= now,
            EmergencyOpening.ends_at > now,
        )
    ).first()


def emergency_contact(
    session: Session, seal: Seal, opening: EmergencyOpening, *, actor: Actor, now: datetime
) -> dict[str, str]:
    """What was opened; each look is noted with the reason of the opening."""
    return _opened(
        session, seal, opening.party_id, ITEMS, reason=opening.reason, actor=actor, now=now
    )


def unseen_emergencies(session: Session, order_id: UUID) -> list[EmergencyOpening]:
    """Openings that the liaison officer has not taken note of, the oldest first."""
    return list(
        session.exec(
            select(EmergencyOpening)
            .join(Party, col(Party.id) == col(EmergencyOpening.party_id))
            .where(Party.order_id == order_id, col(EmergencyOpening.seen_at).is_(None))
            .order_by(col(EmergencyOpening.opened_at))
        )
    )


def take_note(session: Session, opening_id: UUID, *, actor: Actor, now: datetime) -> Party:
    """The liaison officer has read of an opening. Safe to repeat. Raises NotFound."""
    opening = get_record(session, EmergencyOpening, opening_id, "opening")
    party = get_party(session, opening.party_id)
    if opening.seen_at is None:
        opening.seen_at = now
        note(
            session,
            actor,
            "note emergency",
            "party",
            party.id,
            now=now,
            order_id=party.order_id,
        )
    return party


def limit_case(
    session: Session,
    order_id: UUID,
    account_ids: Iterable[UUID],
    *,
    actor: Actor,
    now: datetime,
    tell: Tell,
) -> None:
    """Limit a case to these people, or to nobody in particular when none is named.

    A facilitator of it who is not named is told that its meetings are off, and of nothing else.
    Raises Invalid when whoever limits it would shut themselves out.
    """
    order = lock_order(session, order_id)
    named = set(account_ids)
    if named and actor.account_id not in named:
        raise Invalid(FieldProblem("people", "Name yourself too, or you could not undo this"))
    session.exec(delete(CaseLimit).where(col(CaseLimit.order_id) == order.id))
    session.add_all(
        CaseLimit(order_id=order.id, account_id=account_id) for account_id in sorted(named)
    )
    note(session, actor, "limit case", "order", order.id, now=now, order_id=order.id)
    session.flush()
    for meeting in live_meetings(session, [order.id]):
        tell(session, meeting.id, now=now)


def name_another(
    session: Session, order: Order, account: Account, *, actor: Actor, now: datetime
) -> None:
    """Add a coordinator to a limited case that nobody opens any more, as all who could have left.

    For whoever runs the machine. Raises Conflict while somebody opens it, and Invalid for an
    account that does not coordinate its area.
    """
    if order.id not in {each.id for each in orders_nobody_opens(session)}:
        raise Conflict("This case is not limited, or somebody still opens it: ask them")
    working = active_accounts_holding(session, Role.COORDINATOR, order.area_id)
    if account.id not in {each.id for each in working}:
        raise Invalid(FieldProblem("email", "Name an active coordinator of the case's area"))
    if session.get(CaseLimit, (order.id, account.id)) is None:
        session.add(CaseLimit(order_id=order.id, account_id=account.id))
    note(session, actor, "limit case", "order", order.id, now=now, order_id=order.id)
    session.flush()


def named_for(session: Session, order_id: UUID) -> frozenset[UUID]:
    """The accounts a case is limited to; none when it is not."""
    return frozenset(
        session.exec(select(CaseLimit.account_id).where(CaseLimit.order_id == order_id))
    )


def refuse_as_liaison(session: Session, order: Order, account_id: UUID | None) -> None:
    """Raise Invalid when somebody would be liaison officer and facilitator of one case, or of a
    limited case that does not name them. Nobody limits or books it meanwhile."""
    lock_order(session, order.id)
    if account_id is not None and limited_away(session, account_id, [order.id]):
        raise Invalid(
            FieldProblem(
                "liaison",
                "This person is not named for this limited case: "
                "choose somebody who is, or name them for it as well",
            )
        )
    theirs = {each.account_id for each in facilitators_of(session, order)}
    if account_id is not None and account_id in theirs:
        raise Invalid(
            FieldProblem(
                "liaison",
                "This person is a facilitator of the case, and nobody takes both parts: "
                "name somebody else",
            )
        )


def _harmed(session: Session, party_id: UUID) -> Party:
    party = get_party(session, party_id)
    if party.side is not Side.HARMED:
        raise NotFound("There is no such person")
    return party


def _opened(
    session: Session,
    seal: Seal,
    party_id: UUID,
    items: Iterable[str],
    *,
    reason: str,
    actor: Actor,
    now: datetime,
) -> dict[str, str]:
    items = tuple(items)
    details: ContactDetails = contact_details(session, seal, party_id)
    note(
        session,
        actor,
        "view contact details",
        "party",
        party_id,
        now=now,
        order_id=get_party(session, party_id).order_id,
        fields=items,
        reason=reason,
    )
    every = {
        "telephone": details.telephone,
        "email": details.email,
        "address": details.address,
    }
    return {item: every[item] for item in items}
