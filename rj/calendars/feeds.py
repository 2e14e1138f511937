"""A facilitator's private calendar address (M10).

    open_feed(session, facilitator_id, device, actor=..., now=...)   -> token, shown once
    renew_feed(session, feed_id, actor=..., now=...)                 -> a new token; the old is dead
    revoke_feed(session, feed_id, actor=..., now=...)
    feeds_of(session, facilitator_id)                                -> open feeds
    feed_of_token(session, token, mail=..., now=...)                 -> FeedAnswer | None
    note_use(session, token, now=...)                                in its own writing(), if wanted

The address is ``{public_url}/feeds/{token}.ics``; show it with ``https:`` and with ``webcal:``.
Answer None with the same 404 for an unknown, a revoked and a leaver's token. What to say about
ETag and If-None-Match is in ``rj.calendars.feed_http``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from rj.accounts.models import Account
from rj.audit.services import Actor, note
from rj.calendars.ics import Appointment, feed
from rj.calendars.models import Feed, Invitation, InvitationState
from rj.calendars.wording import Details, staff_calendar_texts
from rj.conferences.models import Meeting, MeetingState
from rj.db.records import get_record
from rj.facilitators.models import Facilitator, FacilitatorArea
from rj.kernel.errors import NotFound
from rj.kernel.references import new_token, token_fingerprint
from rj.orders.models import Order
from rj.outbox.models import RecipientKind
from rj.policy.terms import Role
from rj.settings import MailSettings

DAYS_BACK = timedelta(days=30)
DAYS_AHEAD = timedelta(days=366)
USE_IS_NOTED_EVERY = timedelta(hours=1)
"""Programs ask often; the last use is for people, who need it to the hour."""


@dataclass(frozen=True, slots=True)
class FeedAnswer:
    """The calendar of one facilitator, and whether its use is worth noting again."""

    octets: bytes
    is_use_due: bool


def open_feed(
    session: Session, facilitator_id: UUID, device: str, *, actor: Actor, now: datetime
) -> str:
    """A new address for one facilitator and device. The token is returned once and not kept."""
    if session.get(Facilitator, facilitator_id) is None:
        raise NotFound("There is no such facilitator")
    token = new_token()
    opened = Feed(
        facilitator_id=facilitator_id,
        token_fingerprint=token_fingerprint(token),
        device=device.strip()[:60],
        created_at=now,
    )
    session.add(opened)
    session.flush()
    note(session, actor, "open feed", "feed", opened.id, now=now)
    return token


def renew_feed(session: Session, feed_id: UUID, *, actor: Actor, now: datetime) -> str:
    """A new token in place of one that is dead from now on. Raises NotFound."""
    old = _get_feed(session, feed_id)
    revoke_feed(session, feed_id, actor=actor, now=now)
    return open_feed(session, old.facilitator_id, old.device, actor=actor, now=now)


def revoke_feed(session: Session, feed_id: UUID, *, actor: Actor, now: datetime) -> None:
    """The address answers no more, from the next request on. Safe to repeat. Raises NotFound."""
    revoked = _get_feed(session, feed_id)
    if revoked.revoked_at is None:
        revoked.revoked_at = now
        note(session, actor, "revoke feed", "feed", feed_id, now=now)


def feeds_of(session: Session, facilitator_id: UUID) -> list[Feed]:
    """The open feeds of a facilitator, the oldest first."""
    return list(
        session.exec(
            select(Feed)
            .where(Feed.facilitator_id == facilitator_id, col(Feed.revoked_at).is_(None))
            .order_by(col(Feed.created_at))
        )
    )


def feed_of_token(
    session: Session, token: str, *, mail: MailSettings, now: datetime
) -> FeedAnswer | None:
    """The calendar behind a token: 30 days back to a year ahead, the facilitator's own meetings.

    None for a token that is unknown or revoked, or whose owner has left. Unchanged data gives
    unchanged octets. Writes nothing.
    """
    found = _find_feed(session, token)
    owner = session.get(Facilitator, found.facilitator_id) if found else None
    if found is None or owner is None or not _is_at_work(session, owner):
        return None
    last_used_at = found.last_used_at
    return FeedAnswer(
        octets=feed_octets(session, owner, mail=mail, now=now),
        is_use_due=last_used_at is None or last_used_at + USE_IS_NOTED_EVERY <= now,
    )


def note_use(session: Session, token: str, *, now: datetime) -> None:
    """Remember when the address was last asked for, and note the look in the audit."""
    found = _find_feed(session, token)
    if found is not None:
        found.last_used_at = now
        account_id = session.get_one(Facilitator, found.facilitator_id).account_id
        reader = Actor(account_id, Role.FACILITATOR)
        note(session, reader, "fetch feed", "feed", found.id, now=now)


def feed_octets(
    session: Session, owner: Facilitator, *, mail: MailSettings, now: datetime
) -> bytes:
    """The owner's calendar: times, places and neutral codes of told meetings, and nobody.

    A case that was handed over to an area they do not cover leaves no trace in it.
    """
    first = now - DAYS_BACK
    covered = select(FacilitatorArea.area_id).where(FacilitatorArea.facilitator_id == owner.id)
    rows = session.exec(
        select(Invitation, Meeting)
        .join(Meeting, col(Meeting.id) == Invitation.meeting_id)
        .join(Order, col(Order.id) == Meeting.order_id)
        .where(
            col(Order.area_id).in_(covered),
            Invitation.reader_kind == RecipientKind.FACILITATOR,
            Invitation.reader_id == owner.id,
            Invitation.state == InvitationState.ACTIVE,
            col(Meeting.state).in_((MeetingState.TOLD, MeetingState.OCCURRED)),
            Invitation.ends_at >= first,
            Invitation.starts_at <= now + DAYS_AHEAD,
        )
    )
    return feed(
        (_appointment(invitation, meeting, owner, mail) for invitation, meeting in rows),
        name=mail.sender_name,
    )


def _is_at_work(session: Session, owner: Facilitator) -> bool:
    """A feed dies with its owner's account."""
    account = session.get(Account, owner.account_id) if owner.account_id else None
    return owner.is_active and (account is None or account.is_active)


def _appointment(
    invitation: Invitation, meeting: Meeting, owner: Facilitator, mail: MailSettings
) -> Appointment:
    texts = staff_calendar_texts(
        Details(
            starts_at=invitation.starts_at,
            ends_at=invitation.ends_at,
            telephone=mail.telephone,
            signed=mail.sender_name,
            place=invitation.place,
            is_by_telephone=meeting.room_id is None,
            reference=meeting.code,
        ),
        owner.language,
    )
    return Appointment(
        uid=invitation.uid,
        sequence=invitation.sequence,
        starts_at=invitation.starts_at,
        ends_at=invitation.ends_at,
        stamped_at=invitation.changed_at,
        summary=texts.summary,
        location=texts.location,
        description=texts.description,
    )


def _find_feed(session: Session, token: str) -> Feed | None:
    return session.exec(
        select(Feed).where(
            Feed.token_fingerprint == token_fingerprint(token), col(Feed.revoked_at).is_(None)
        )
    ).first()


def _get_feed(session: Session, feed_id: UUID) -> Feed:
    return get_record(session, Feed, feed_id, "feed")
