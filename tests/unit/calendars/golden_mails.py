"""The mails of an invitation's life, row by row, as they are checked in under ``golden/``.

After a wanted change, write them anew and read the difference before it is committed:

    python -m tests.unit.calendars.golden_mails
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypedDict

from rj.calendars.ics import (
    Appointment,
    CalendarPart,
    Mailbox,
    Method,
    cancellation,
    invitation,
)
from rj.calendars.lifecycle import Arrangement, Step, Version, Wishes, next_step
from rj.calendars.mail import compose
from rj.calendars.wording import (
    Details,
    as_html,
    as_text,
    calendar_texts,
    notice,
    staff_calendar_texts,
    staff_notice,
)
from rj.policy.terms import Language

GOLDEN = Path(__file__).parent / "golden"

NOW = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
OLD_UID = "0b7c8f6e-52a4-4f0e-9c55-6f7f0a3b1d11@appointments.test"
NEW_UID = "f3d5c1c2-8a0b-4f3e-b7a9-2f6f4f0c9e22@appointments.test"
MESSAGE_ID = "<5d0e7a4b-11aa-4c1d-8e55-0a9b8c7d6e5f@appointments.test>"
SERVICE = Mailbox("diary@appointments.test", "Appointments Team")
READER = Mailbox("sian@example.test", "Siân Ŵyn")
OLD_ADDRESS = "old-address@example.test"

CENTRE = "Tŷ'r Afon, 1; Mill Lane \\ Heol y Felin, Łódź House"
TUESDAY = Arrangement(
    datetime(2026, 3, 24, 14, 30, tzinfo=UTC),
    datetime(2026, 3, 24, 15, 30, tzinfo=UTC),
    CENTRE,
)
LATER_THAT_DAY = replace(
    TUESDAY,
    starts_at=TUESDAY.starts_at + timedelta(hours=2),
    ends_at=TUESDAY.ends_at + timedelta(hours=2),
)
# The clocks go forward on 29 March: the same hour of the day is another one in UTC.
IN_SUMMER = replace(
    TUESDAY,
    starts_at=datetime(2026, 3, 31, 13, 30, tzinfo=UTC),
    ends_at=datetime(2026, 3, 31, 14, 30, tzinfo=UTC),
)
ELSEWHERE = replace(TUESDAY, place="Canolfan Llŷn 🏛, 2 Ffordd y Môr")
OVER = replace(
    TUESDAY,
    starts_at=datetime(2026, 3, 8, 14, 30, tzinfo=UTC),
    ends_at=datetime(2026, 3, 8, 15, 30, tzinfo=UTC),
)


class StaffRow(TypedDict):
    """What every row about a member of staff has in common."""

    reference: str
    is_for_staff: bool


WISHES = Wishes(READER.address, wants_calendar=True)
INVITED = Version(OLD_UID, 0, TUESDAY, READER.address)
STILL_WAITING = replace(INVITED, is_possibly_sent=False)
CANCELLED = replace(INVITED, sequence=1, is_cancellation=True)
GIVEN_WAY = replace(INVITED, sequence=1, leaves_calendar=True)
BY_FEED = Wishes(READER.address, reads_by_feed=True)
STAFF: StaffRow = {"reference": "K7M2", "is_for_staff": True}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: what was written before, what is true now, and who reads."""

    name: str
    history: Sequence[Version]
    expected: Arrangement | None
    wishes: Wishes = WISHES
    again: bool = False
    language: Language = Language.ENGLISH
    reference: str = ""
    is_for_staff: bool = False
    is_by_telephone: bool = False

    def step(self) -> Step | None:
        return next_step(self.history, self.expected, self.wishes, now=NOW, again=self.again)


ROWS = (
    Row("meeting fixed", (), TUESDAY),
    Row("time moved", (INVITED,), LATER_THAT_DAY),
    Row("place changed", (INVITED,), ELSEWHERE),
    Row("text changed", (INVITED,), replace(TUESDAY, note="another telephone number")),
    Row("mail sent again unchanged", (INVITED,), TUESDAY, again=True),
    Row("meeting cancelled", (INVITED,), None),
    Row("one person taken out", (INVITED,), None),
    Row("one person put in", (), TUESDAY),
    Row("revived after cancellation", (INVITED, CANCELLED), TUESDAY),
    Row("moved to another day", (INVITED,), IN_SUMMER),
    Row("reader's e-mail changed", (replace(INVITED, address=OLD_ADDRESS),), TUESDAY),
    Row("meeting is over", (replace(INVITED, arrangement=OVER),), OVER, again=True),
    Row("over, then cancelled", (replace(INVITED, arrangement=OVER),), None),
    Row("court order ends", (INVITED,), None),
    Row("reader withdraws", (INVITED,), TUESDAY, replace(WISHES, has_withdrawn=True)),
    Row(
        "reader withdraws and wants a cancellation",
        (INVITED,),
        TUESDAY,
        replace(WISHES, has_withdrawn=True, wants_cancellation=True),
    ),
    Row("changed before the first mail was possibly sent", (STILL_WAITING,), LATER_THAT_DAY),
    Row("cancelled before the first mail was possibly sent", (STILL_WAITING,), None),
    Row("meeting fixed, in Welsh", (), TUESDAY, language=Language.WELSH),
    Row("time moved, in Welsh", (INVITED,), IN_SUMMER, language=Language.WELSH),
    Row("meeting cancelled, in Welsh", (INVITED,), None, language=Language.WELSH),
    Row("no calendar wanted", (), TUESDAY, replace(WISHES, wants_calendar=False)),
    Row("by telephone", (), replace(IN_SUMMER, place=""), is_by_telephone=True),
    Row("staff", (), TUESDAY, reference="K7M2", is_for_staff=True),
    Row(
        "staff who read by feed",
        (replace(INVITED, has_calendar_part=False),),
        LATER_THAT_DAY,
        replace(WISHES, wants_calendar=False),
        reference="K7M2",
        is_for_staff=True,
    ),
    Row("invitations give way to a feed", (INVITED,), TUESDAY, BY_FEED, **STAFF),
    Row(
        "invitations give way to a feed, in Welsh",
        (INVITED,),
        TUESDAY,
        BY_FEED,
        language=Language.WELSH,
        **STAFF,
    ),
    Row("a feed takes over with a new time", (INVITED,), LATER_THAT_DAY, BY_FEED, **STAFF),
    Row("a feed gives way to invitations", (INVITED, GIVEN_WAY), TUESDAY, **STAFF),
)


def mail(row: Row, step: Step) -> bytes:
    """The mail of a row, with a fixed clock and fixed identifiers."""
    details = details_of(row, step)
    feed = row.is_for_staff and not row.wishes.wants_calendar
    told = (
        staff_notice(
            step.occasion,
            details,
            row.language,
            reads_by_feed=feed,
            leaves_calendar=step.leaves_calendar,
        )
        if row.is_for_staff
        else notice(step.occasion, details, row.language)
    )
    return compose(
        sender=SERVICE,
        reader=READER,
        subject=told.title,
        text=as_text(told),
        html=as_html(told),
        calendar=calendar_part(row, step),
        sent_at=NOW,
        message_id=MESSAGE_ID,
    )


def calendar_part(row: Row, step: Step) -> CalendarPart | None:
    """The calendar object of a row, when one is wanted."""
    if step.method is None:
        return None
    make = cancellation if step.method is Method.CANCEL else invitation
    return make(appointment(row, step), reader=READER, organiser=SERVICE)


def appointment(row: Row, step: Step) -> Appointment:
    details = details_of(row, step)
    if row.is_for_staff:
        texts = staff_calendar_texts(details, row.language, leaves_calendar=step.leaves_calendar)
    else:
        texts = calendar_texts(details, row.language)
    return Appointment(
        uid=step.uid or NEW_UID,
        sequence=step.sequence,
        starts_at=step.arrangement.starts_at,
        ends_at=step.arrangement.ends_at,
        stamped_at=NOW,
        summary=texts.summary,
        location=texts.location,
        description=texts.description,
    )


def details_of(row: Row, step: Step) -> Details:
    return Details(
        starts_at=step.arrangement.starts_at,
        ends_at=step.arrangement.ends_at,
        telephone="01632 960123",
        signed=SERVICE.name,
        name=READER.name,
        place=step.arrangement.place,
        is_by_telephone=row.is_by_telephone,
        reference=row.reference,
    )


def file_of(row: Row) -> Path:
    words = row.name.replace("'", "").replace(",", "").replace("-", " ").split()
    return GOLDEN / f"{'-'.join(words).lower()}.eml"


def main() -> None:
    for old in GOLDEN.glob("*.eml"):
        old.unlink()
    for row in ROWS:
        if step := row.step():
            file_of(row).write_bytes(mail(row, step))


if __name__ == "__main__":
    main()
