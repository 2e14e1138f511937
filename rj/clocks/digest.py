"""The daily digest: how many first contacts are due or overdue, to each coordinator.

It goes on working mornings (R21), as nobody would read it on others: what passed on a Sunday or a
bank holiday is told on the next, and what falls due on days off is told on the last before them.
The pages tell each at once. It names nobody and no case, only counts: a mail lies in mailboxes and
on lock screens. Which cases they are stands behind the sign-in.

    Daily(database, mail).step(now)          once a day, however often it is asked
    DigestMessages(mail, public_url)         the outbox's handler of what it queues
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from rj.accounts.mailing import ToAccounts
from rj.accounts.models import Account, AccountRole
from rj.accounts.queries import roles_of
from rj.calendars.wording import Notice
from rj.clocks.models import ClockDigest
from rj.compartments.permission import limited_away
from rj.db.database import Database
from rj.kernel.london import london_day, london_time
from rj.kernel.working_days import ONE_DAY, is_working_day
from rj.orders.clocks import clock_changes_of, first_contact
from rj.orders.plan_dates import NO_CHANGES, holidays_after
from rj.orders.queries import orders_awaiting_first_contact, policy_of_order
from rj.outbox.handling import Stopped
from rj.outbox.models import Message, RecipientKind
from rj.outbox.services import NewMessage, queue_message
from rj.policy.clocks import ClockState
from rj.policy.terms import Channel, Language, Role
from rj.settings import MailSettings

DIGEST = "clock digest"
"""The kind of message that carries it."""
SUBJECT = UUID("6f1c2a52-5f0e-4b1b-9a53-0d6f3b1d7c15")
"""What every digest is about: of two to one reader that still wait, the newer one leaves (M9)."""
NOT_BEFORE_HOUR = 6
"""In the morning, so that it lies there when the day's work begins."""

OVERDUE, DUE_TODAY, DUE_ON_DAYS_OFF = "overdue", "due_today", "due_on_days_off"
Pressing = Mapping[str | int, int]
"""How many first contacts are overdue, due today or before the next working day, or beyond an
alert, by the alert's day."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's wordings. Braces take the alert's day."""

    title: str
    opening: str
    overdue: str
    due_today: str
    due_on_days_off: str
    after_day: str
    link: str


WORDS = {
    Language.ENGLISH: Words(
        title="Calls to make",
        opening="These first calls have not reached anybody yet. Sign in to see which they are.",
        overdue="Overdue",
        due_today="Due today",
        due_on_days_off="Due before the next working day",
        after_day="Day {day} has passed",
        link="Sign in",
    ),
    # unreviewed until a Welsh speaker of the service has approved it
    Language.WELSH: Words(
        title="Galwadau i'w gwneud",
        opening=(
            "Nid yw'r galwadau cyntaf hyn wedi cyrraedd neb eto. Mewngofnodwch i weld pa rai ydynt."
        ),
        overdue="Hwyr",
        due_today="I'w gwneud heddiw",
        due_on_days_off="I'w gwneud cyn y diwrnod gwaith nesaf",
        after_day="Mae diwrnod {day} wedi mynd heibio",
        link="Mewngofnodi",
    ),
}


@dataclass(frozen=True, slots=True)
class Daily:
    """What the worker looks at now and then: each morning it leaves the digest to be sent."""

    database: Database
    mail: MailSettings

    def step(self, now: datetime) -> None:
        """Queue today's digest unless it was. Any number of workers may ask."""
        today = london_day(now)
        if not self.mail.host or london_time(now).hour < NOT_BEFORE_HOUR:
            return
        if not is_working_day(today, holidays_after(today)):
            return
        with self.database.reading() as session:
            if session.get(ClockDigest, today) is not None:
                return
        try:
            with self.database.writing() as session:
                queue_digest(session, self.mail, now=now)
        except IntegrityError:  # another worker was quicker, and its digest is the day's
            return


def queue_digest(session: Session, mail: MailSettings, *, now: datetime) -> ClockDigest:
    """Leave a mail to each coordinator with a first contact that runs out.

    The day's row is written first: a second worker ends there and takes its mails back.
    """
    digest = ClockDigest(day=london_day(now), queued_at=now, readers=0)
    session.add(digest)
    session.flush()
    coordinators = session.exec(
        select(Account.id)
        .join(AccountRole, col(AccountRole.account_id) == col(Account.id))
        .where(AccountRole.role == Role.COORDINATOR, col(Account.is_active).is_(True))
        .distinct()
    ).all()
    for account_id in sorted(coordinators):
        if not pressing_for(session, account_id, digest.day):
            continue
        queue_message(
            session,
            NewMessage(
                kind=DIGEST,
                channel=Channel.EMAIL,
                recipient_kind=RecipientKind.ACCOUNT,
                recipient_id=account_id,
                domain=mail.mailbox.partition("@")[2],
                subject_id=SUBJECT,
                envelope={"day": digest.day.isoformat()},
            ),
            now=now,
        )
        digest.readers += 1
    return digest


def pressing_for(session: Session, account_id: UUID, today: date) -> Pressing:
    """What runs out in a coordinator's own areas, but for cases that are limited to others."""
    areas = roles_of(session, account_id).get(Role.COORDINATOR, frozenset())
    away = limited_away(session, account_id)
    waiting = [
        order for order in orders_awaiting_first_contact(session, areas) if order.id not in away
    ]
    changes = clock_changes_of(session, [order.id for order in waiting])
    free_until = _last_day_off(today)
    found: Counter[str | int] = Counter()
    for order in waiting:
        standards = policy_of_order(session, order).standards
        clock = first_contact(order, standards, today, changes.get(order.id, NO_CHANGES))
        if clock.state is ClockState.OVERDUE:
            found[OVERDUE] += 1
        elif clock.state is ClockState.DUE_TODAY:
            found[DUE_TODAY] += 1
        elif clock.due_on is not None and clock.due_on <= free_until:
            found[DUE_ON_DAYS_OFF] += 1
        elif clock.state is not ClockState.PAUSED and clock.alert is not None:
            found[clock.alert] += 1
    return found


def _last_day_off(today: date) -> date:
    """The last day before the next working one; today where that is tomorrow."""
    holidays = holidays_after(today)
    day = today
    while not is_working_day(day + ONE_DAY, holidays):
        day += ONE_DAY
    return day


@dataclass(frozen=True, slots=True)
class DigestMessages(ToAccounts):
    """The outbox's handler for digests."""

    def told(
        self, session: Session, message: Message, account: Account, *, now: datetime
    ) -> Notice | Stopped:
        """On its own day, what is true when it leaves (M4); tomorrow has a digest of its own."""
        if message.envelope["day"] != london_day(now).isoformat():
            return Stopped("Its day is over: the next one tells what is true then")
        pressing = pressing_for(session, account.id, london_day(now))
        if not pressing:
            return Stopped("Nothing runs out any more")
        return digest_notice(pressing, account.language, self.public_url, self.mail.sender_name)


def digest_notice(pressing: Pressing, language: Language, link: str, signed: str) -> Notice:
    """What the mail says: counts, the most pressing first, and where to sign in."""
    words = WORDS[language]
    alerts = sorted((day for day in pressing if isinstance(day, int)), reverse=True)
    labels: dict[str | int, str] = {
        OVERDUE: words.overdue,
        DUE_TODAY: words.due_today,
        DUE_ON_DAYS_OFF: words.due_on_days_off,
        **{day: words.after_day.format(day=day) for day in alerts},
    }
    counts = tuple((label, str(pressing[key])) for key, label in labels.items() if key in pressing)
    return Notice(
        language=language,
        title=words.title,
        greeting="",
        opening=words.opening,
        facts=(*counts, (words.link, link)),
        closing=(),
        signature=(signed,),
    )
