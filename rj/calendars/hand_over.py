"""The mail that hands attendance and completion over to the responsible officer.

It names nobody: the person's own neutral reference stands for the case, as in their own letters,
and the printed sheet gives it beside the case number. What it says is read anew when it leaves.

    send_hand_over(session, order_id, *, mail, actor, now)    -> Message
    HandOverMessages(mail)                                    the outbox's handler
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from rj.audit.services import SERVICE, Actor, note
from rj.calendars.ics import Mailbox
from rj.calendars.mail import compose_notice
from rj.calendars.wording import Notice, day_in_words
from rj.conferences.hand_over import HandOver, hand_over
from rj.kernel.errors import Conflict
from rj.kernel.london import london_day
from rj.orders.models import Order, ResponsibleOfficer
from rj.orders.queries import get_order
from rj.outbox.handling import Ready, Stopped
from rj.outbox.models import Message, RecipientKind
from rj.outbox.services import NewMessage, queue_message
from rj.parties.models import Party
from rj.parties.queries import parties_of
from rj.policy.terms import AttendanceOutcome, Channel, Language, PartyRole, Side, Stage
from rj.settings import MailSettings

HAND_OVER = "hand-over"
"""The kind of message that carries it."""
NOTHING_LEAVES = "What is kept of this person is only kept, or gone: nothing is sent about them"


@dataclass(frozen=True, slots=True)
class Words:
    """One language's wordings. Braces take the reference, a number or a day."""

    title: str
    opening: str
    stages: dict[Stage, str]
    outcomes: dict[AttendanceOutcome, str]
    no_outcome: str
    none_yet: str
    days_attended: str
    done: str
    not_done: str
    closing: str


WORDS = {
    Language.ENGLISH: Words(
        title="Attendance, reference {reference}",
        opening="This is what has been recorded until today under reference {reference}.",
        stages={
            Stage.CONTACT: "First call",
            Stage.ASSESSMENT: "Assessment meeting",
            Stage.PREPARATION: "Preparation meeting",
            Stage.REPARATION: "Third meeting",
            Stage.REVIEW: "Review meeting",
        },
        outcomes={
            AttendanceOutcome.ATTENDED_COMPLIED: "Attended - complied",
            AttendanceOutcome.ATTENDED_FAILED_TO_COMPLY: "Attended - failed to comply",
            AttendanceOutcome.ATTENDED_NOT_DELIVERED: "Attended - activity not delivered (service)",
            AttendanceOutcome.FAILED_TO_ATTEND: "Failed to attend",
            AttendanceOutcome.ACCEPTABLE_ABSENCE: "Acceptable absence",
            AttendanceOutcome.RESCHEDULED_OFFENDER: "Rescheduled - the person's request",
            AttendanceOutcome.RESCHEDULED_SERVICE: "Rescheduled - service request",
        },
        no_outcome="no outcome recorded yet",
        none_yet="No appointment yet",
        days_attended="Days attended, of the appointments above: {days}",
        done="done on {day}",
        not_done="not done yet",
        closing=(
            "These are facts of attendance. What follows from them is for you to decide. Ring "
            "{telephone} with a question, and give the reference."
        ),
    ),
    # unreviewed until a Welsh speaker of the service has approved it
    Language.WELSH: Words(
        title="Presenoldeb, cyfeirnod {reference}",
        opening="Dyma'r hyn a gofnodwyd hyd heddiw o dan y cyfeirnod {reference}.",
        stages={
            Stage.CONTACT: "Galwad gyntaf",
            Stage.ASSESSMENT: "Cyfarfod asesu",
            Stage.PREPARATION: "Cyfarfod paratoi",
            Stage.REPARATION: "Trydydd cyfarfod",
            Stage.REVIEW: "Cyfarfod adolygu",
        },
        outcomes={
            AttendanceOutcome.ATTENDED_COMPLIED: "Mynychodd - cydymffurfiodd",
            AttendanceOutcome.ATTENDED_FAILED_TO_COMPLY: "Mynychodd - ni chydymffurfiodd",
            AttendanceOutcome.ATTENDED_NOT_DELIVERED: (
                "Mynychodd - ni ddarparwyd y gweithgaredd (gwasanaeth)"
            ),
            AttendanceOutcome.FAILED_TO_ATTEND: "Ni fynychodd",
            AttendanceOutcome.ACCEPTABLE_ABSENCE: "Absenoldeb derbyniol",
            AttendanceOutcome.RESCHEDULED_OFFENDER: "Aildrefnwyd - cais y person",
            AttendanceOutcome.RESCHEDULED_SERVICE: "Aildrefnwyd - cais y gwasanaeth",
        },
        no_outcome="dim canlyniad wedi'i gofnodi eto",
        none_yet="Dim apwyntiad eto",
        days_attended="Diwrnodau a fynychwyd, o'r apwyntiadau uchod: {days}",
        done="cwblhawyd {day}",
        not_done="heb ei gwblhau eto",
        closing=(
            "Ffeithiau am bresenoldeb yw'r rhain. Chi sydd i benderfynu beth sy'n dilyn. "
            "Ffoniwch {telephone} gyda chwestiwn, a rhowch y cyfeirnod."
        ),
    ),
}


def person_of(session: Session, order_id: UUID) -> Party | None:
    """The person on probation; None once they were erased."""
    for party in parties_of(session, order_id):
        if party.side is Side.HARMER and party.role is PartyRole.PRINCIPAL:
            return party if party.erased_at is None else None
    return None


def send_hand_over(
    session: Session, order_id: UUID, *, mail: MailSettings, actor: Actor, now: datetime
) -> Message:
    """Leave a mail to the order's officer; one that still waits is overtaken by it (M9).

    Raises Conflict when the person was erased, or what is kept of them may only be kept.
    """
    order = get_order(session, order_id)
    person = person_of(session, order_id)
    if person is None or person.restricted_at is not None:
        raise Conflict(NOTHING_LEAVES)
    message = queue_message(
        session,
        NewMessage(
            kind=HAND_OVER,
            channel=Channel.EMAIL,
            recipient_kind=RecipientKind.OFFICER,
            recipient_id=order.responsible_officer_id,
            domain=mail.mailbox.partition("@")[2],
            subject_id=order.id,
        ),
        now=now,
    )
    note(session, actor, "hand over attendance", "order", order.id, now=now, order_id=order.id)
    return message


@dataclass(frozen=True, slots=True)
class HandOverMessages:
    """The outbox's handler for messages that hand over."""

    mail: MailSettings

    def hold(self, session: Session, message: Message) -> bool:
        """Keep the order still; False while somebody else is changing it."""
        held = session.exec(
            select(Order.id).where(Order.id == message.subject_id).with_for_update(skip_locked=True)
        ).first()
        return held is not None

    def look_again(self, session: Session, message: Message, *, now: datetime) -> Ready | Stopped:
        """Send to whoever is the order's officer still, at the address they have now (M4, M6)."""
        order = session.get(Order, message.subject_id, populate_existing=True)
        officer = session.get(ResponsibleOfficer, message.recipient_id, populate_existing=True)
        if order is None or officer is None or order.responsible_officer_id != officer.id:
            return Stopped("They are not the responsible officer of this order any more")
        if not officer.is_active:
            return Stopped("This officer is no longer at work")
        person = person_of(session, order.id)
        if person is None or person.restricted_at is not None:
            return Stopped(NOTHING_LEAVES)
        told = hand_over_notice(
            hand_over(session, order),
            person.reference,
            telephone=self.mail.telephone,
            signed=self.mail.sender_name,
            language=officer.language,
        )
        address = officer.email

        def render() -> bytes:
            return compose_notice(
                told,
                sender=Mailbox(self.mail.mailbox, self.mail.sender_name),
                address=address,
                sent_at=now,
                message_id=message.message_id,
            )

        return Ready(address, render)

    def replace(self, session: Session, message: Message, *, now: datetime) -> None:
        """Nothing takes its place: whoever handed over sees that it was stopped, and why."""

    def sent(self, session: Session, message: Message, *, now: datetime) -> None:
        """Note the disclosure."""
        note(
            session,
            SERVICE,
            "send message",
            "message",
            message.id,
            now=now,
            order_id=message.subject_id,
        )


def hand_over_notice(
    found: HandOver, reference: str, *, telephone: str, signed: str, language: Language
) -> Notice:
    """What the mail says: each appointment with its outcome, then each step of the plan."""
    words = WORDS[language]
    appointments = tuple(
        (
            f"{day_in_words(london_day(each.starts_at), language)}, {words.stages[each.stage]}",
            words.outcomes[each.outcome] if each.outcome else words.no_outcome,
        )
        for each in found.appointments
    )
    steps = tuple(
        (
            words.stages[each.stage],
            words.done.format(day=day_in_words(each.done_on, language))
            if each.done_on
            else words.not_done,
        )
        for each in found.completion
    )
    return Notice(
        language=language,
        title=words.title.format(reference=reference),
        greeting="",
        opening=words.opening.format(reference=reference),
        facts=(*appointments, *steps),
        closing=(
            *(() if appointments else (f"{words.none_yet}.",)),
            words.days_attended.format(days=found.days_attended) + ".",
            words.closing.format(telephone=telephone),
        ),
        signature=(signed,),
    )
