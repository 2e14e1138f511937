"""Every wording that reaches a reader's mail, calendar, letter box or telephone, in one place.

Somebody else may be reading: a partner, a parent, an employer. So each wording
tells of an appointment and nothing of its kind, and each notice is complete on its own: day, date,
local time, place, and how to answer without a calendar. What is known of others never comes here.

The Welsh is unreviewed until a Welsh speaker of the service has approved it.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from html import escape

from rj.kernel.characters import clean_line
from rj.kernel.london import london_day, london_time
from rj.policy.terms import Language


class Occasion(StrEnum):
    """Why a reader hears of an appointment, in the light of what they may have seen before."""

    FIXED = "fixed"
    NEW_TIME = "new_time"
    NEW_DETAILS = "new_details"
    REPEATED = "repeated"
    MOVED_TO_FEED = "moved_to_feed"
    """The appointment stands; its entry makes way for the reader's subscribed calendar."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Details:
    """What one reader may be told of one appointment of their own.

    Times are aware instants. ``place`` is the building as the street knows it, or empty when the
    reader is to ask for it. ``telephone`` is the number to ring and ``signed`` the neutral name the
    service goes by. ``reference`` is this reader's own and means nothing to anybody else.
    """

    starts_at: datetime
    ends_at: datetime
    telephone: str
    signed: str
    name: str = ""
    place: str = ""
    is_by_telephone: bool = False
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that stands alone, before it becomes a mail or a letter."""

    language: Language
    title: str
    greeting: str
    opening: str
    facts: tuple[tuple[str, str], ...]
    closing: tuple[str, ...]
    signature: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CalendarTexts:
    """The three texts that a calendar shows of an appointment."""

    summary: str
    location: str
    description: str


@dataclass(frozen=True, slots=True)
class CallScript:
    """For a member of staff who rings: what to mind first, then what to say."""

    before: tuple[str, ...]
    say: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """One language's wordings. Braces take the reader's own details."""

    is_reviewed: bool
    days: tuple[str, ...]
    months: tuple[str, ...]
    midday: str
    midnight: str
    span: str
    appointment: str
    title_endings: dict[Occasion, str]
    openings: dict[Occasion, str]
    labels: tuple[str, str, str, str]
    by_telephone: str
    ask_for_the_place: str
    ring_if_you_cannot_come: str
    ring_if_you_cannot_talk: str
    ring_with_a_question: str
    reply_by_mail: str
    sign_in: str
    entry_leaves: str
    feed_follows: str
    hello: str
    dear: str
    yours: str
    call_greeting: str
    call_check: str
    call_thanks: str


ENGLISH = Words(
    is_reviewed=True,
    days=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    midday="midday",
    midnight="midnight",
    span="{start} to {end}",
    appointment="Appointment",
    title_endings={
        Occasion.FIXED: "",
        Occasion.NEW_TIME: ": new time",
        Occasion.NEW_DETAILS: ": new details",
        Occasion.REPEATED: "",
        Occasion.MOVED_TO_FEED: ": in your subscribed calendar",
        Occasion.CANCELLED: " cancelled",
    },
    openings={
        Occasion.FIXED: "You have an appointment.",
        Occasion.NEW_TIME: "Your appointment has a new time. The earlier time no longer holds.",
        Occasion.NEW_DETAILS: "The details of your appointment have changed. The time has not.",
        Occasion.REPEATED: "Here are the details of your appointment again.",
        Occasion.MOVED_TO_FEED: (
            "This entry moves to your subscribed calendar. The appointment stands as it was."
        ),
        Occasion.CANCELLED: "This appointment is cancelled. There is nothing you need to do.",
    },
    labels=("Day", "Time", "Place", "Reference"),
    by_telephone="By telephone: we will ring you",
    ask_for_the_place="Please ring us and we will tell you",
    ring_if_you_cannot_come="Please ring {telephone} if you cannot come.",
    ring_if_you_cannot_talk="Please ring {telephone} if you cannot take our call.",
    ring_with_a_question="If you have a question, please ring {telephone}.",
    reply_by_mail="You can also reply to this e-mail.",
    sign_in="Sign in to see the details.",
    entry_leaves="The entry from our earlier e-mail makes way for your subscribed calendar.",
    feed_follows="Your subscribed calendar will show this within some hours.",
    hello="Hello {name},",
    dear="Dear {name},",
    yours="Yours sincerely,",
    call_greeting="Hello, this is {signed}. Is this a good time to talk?",
    call_check="Would you like me to say that again, or to send it to you?",
    call_thanks="Thank you. Goodbye.",
)

WELSH = Words(
    is_reviewed=False,
    days=(
        "Dydd Llun",
        "Dydd Mawrth",
        "Dydd Mercher",
        "Dydd Iau",
        "Dydd Gwener",
        "Dydd Sadwrn",
        "Dydd Sul",
    ),
    months=(
        "Ionawr",
        "Chwefror",
        "Mawrth",
        "Ebrill",
        "Mai",
        "Mehefin",
        "Gorffennaf",
        "Awst",
        "Medi",
        "Hydref",
        "Tachwedd",
        "Rhagfyr",
    ),
    midday="hanner dydd",
    midnight="hanner nos",
    span="{start} tan {end}",
    appointment="Apwyntiad",
    title_endings={
        Occasion.FIXED: "",
        Occasion.NEW_TIME: ": amser newydd",
        Occasion.NEW_DETAILS: ": manylion newydd",
        Occasion.REPEATED: "",
        Occasion.MOVED_TO_FEED: ": yn eich calendr tanysgrifio",
        Occasion.CANCELLED: " wedi'i ganslo",
    },
    openings={
        Occasion.FIXED: "Mae gennych apwyntiad.",
        Occasion.NEW_TIME: (
            "Mae amser newydd i'ch apwyntiad. Nid yw'r amser blaenorol yn sefyll mwyach."
        ),
        Occasion.NEW_DETAILS: "Mae manylion eich apwyntiad wedi newid. Nid yw'r amser wedi newid.",
        Occasion.REPEATED: "Dyma fanylion eich apwyntiad eto.",
        Occasion.MOVED_TO_FEED: (
            "Mae'r cofnod hwn yn symud i'r calendr rydych yn tanysgrifio iddo. "
            "Mae'r apwyntiad yn sefyll fel yr oedd."
        ),
        Occasion.CANCELLED: (
            "Mae'r apwyntiad hwn wedi'i ganslo. Nid oes angen i chi wneud unrhyw beth."
        ),
    },
    labels=("Diwrnod", "Amser", "Lle", "Cyfeirnod"),
    by_telephone="Dros y ffôn: byddwn ni'n eich ffonio chi",
    ask_for_the_place="Ffoniwch ni ac fe ddywedwn wrthych",
    ring_if_you_cannot_come="Ffoniwch {telephone} os na allwch ddod.",
    ring_if_you_cannot_talk="Ffoniwch {telephone} os na allwch gymryd ein galwad.",
    ring_with_a_question="Os oes gennych gwestiwn, ffoniwch {telephone}.",
    reply_by_mail="Gallwch hefyd ateb yr e-bost hwn.",
    sign_in="Mewngofnodwch i weld y manylion.",
    entry_leaves=(
        "Mae'r cofnod o'n e-bost blaenorol yn ildio i'r calendr rydych yn tanysgrifio iddo."
    ),
    feed_follows="Bydd y calendr rydych yn tanysgrifio iddo yn dangos hyn o fewn ychydig oriau.",
    hello="Helo {name},",
    dear="Annwyl {name},",
    yours="Yn gywir,",
    call_greeting="Helo, {signed} sydd yma. Ydy hi'n gyfleus siarad nawr?",
    call_check="Hoffech chi i mi ddweud hynny eto, neu ei anfon atoch?",
    call_thanks="Diolch. Hwyl fawr.",
)

WORDS = {Language.ENGLISH: ENGLISH, Language.WELSH: WELSH}

BEFORE_THE_CALL = (
    "Look at the safe contact plan: ring only the number and at the times it allows.",
    "Make sure you are speaking to the person. To anybody else, say nothing of the appointment.",
    "Leave no message, unless the safe contact plan allows it.",
)


def notice(occasion: Occasion, details: Details, language: Language) -> Notice:
    """The mail for somebody who takes part in an appointment."""
    words = WORDS[language]
    how_to_answer = _how_to_answer(occasion, details, words)
    return Notice(
        language=language,
        title=words.appointment + words.title_endings[occasion],
        greeting=_named(words.hello, details),
        opening=words.openings[occasion],
        facts=facts(details, language),
        closing=(f"{how_to_answer} {words.reply_by_mail}",),
        signature=(clean_line(details.signed),),
    )


def staff_notice(
    occasion: Occasion,
    details: Details,
    language: Language,
    *,
    reads_by_feed: bool = False,
    leaves_calendar: bool = False,
) -> Notice:
    """The mail for a member of staff, who knows the appointment by its neutral reference.

    Whoever reads by feed is told that the calendar follows later: calendars fetch a feed only
    every few hours. ``leaves_calendar`` says why the entry of an earlier mail disappears.
    """
    words = WORDS[language]
    how_to_answer = _how_to_answer(occasion, details, words)
    return Notice(
        language=language,
        title=_staff_summary(details, words) + words.title_endings[occasion],
        greeting=_named(words.hello, details),
        opening=words.openings[occasion],
        facts=facts(details, language),
        closing=(
            f"{how_to_answer} {words.sign_in}",
            *(
                (words.entry_leaves,)
                if leaves_calendar and occasion is not Occasion.MOVED_TO_FEED
                else ()
            ),
            *((words.feed_follows,) if reads_by_feed else ()),
        ),
        signature=(clean_line(details.signed),),
    )


def letter(occasion: Occasion, details: Details, language: Language) -> Notice:
    """The letter for somebody who is written to on paper."""
    words = WORDS[language]
    return Notice(
        language=language,
        title=words.appointment + words.title_endings[occasion],
        greeting=_named(words.dear, details),
        opening=words.openings[occasion],
        facts=facts(details, language),
        closing=(_how_to_answer(occasion, details, words),),
        signature=(words.yours, clean_line(details.signed)),
    )


def call_script(occasion: Occasion, details: Details, language: Language) -> CallScript:
    """What to say to somebody who is told by telephone, in that person's language.

    What to mind before the call is for the member of staff, in English.
    """
    words = WORDS[language]
    return CallScript(
        before=BEFORE_THE_CALL,
        say=(
            words.call_greeting.format(signed=clean_line(details.signed)),
            words.openings[occasion],
            *(f"{label}: {value}." for label, value in facts(details, language)),
            _how_to_answer(occasion, details, words),
            words.call_check,
            words.call_thanks,
        ),
    )


def calendar_texts(details: Details, language: Language) -> CalendarTexts:
    """What the calendar of somebody who takes part shows: discreet, for others may look."""
    words = WORDS[language]
    return CalendarTexts(
        summary=words.appointment,
        location=_place(details, words),
        description=_ring_if_you_cannot(details, words),
    )


def staff_calendar_texts(
    details: Details, language: Language, *, leaves_calendar: bool = False
) -> CalendarTexts:
    """What the calendar of a member of staff shows, by invitation or feed: a code, no person.

    Programs call an entry that leaves "cancelled": its description says that it only moves.
    """
    words = WORDS[language]
    return CalendarTexts(
        summary=_staff_summary(details, words),
        location=_place(details, words),
        description=words.openings[Occasion.MOVED_TO_FEED] if leaves_calendar else words.sign_in,
    )


def facts(details: Details, language: Language) -> tuple[tuple[str, str], ...]:
    """Day, time, place and any reference, each with its label, in the order they are asked for."""
    words = WORDS[language]
    day, time_of_day, place, reference = words.labels
    rows = [
        (day, day_in_words(london_day(details.starts_at), language)),
        (time_of_day, hours_in_words(details.starts_at, details.ends_at, language)),
        (place, _place(details, words)),
    ]
    if details.reference:
        rows.append((reference, clean_line(details.reference)))
    return tuple(rows)


def as_text(told: Notice) -> str:
    """The notice as the plain text of a mail."""
    paragraphs = (
        told.greeting,
        told.opening,
        "\n".join(f"{label}: {value}" for label, value in told.facts),
        *told.closing,
        "\n".join(told.signature),
    )
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def as_html(told: Notice) -> str:
    """The notice as a page that loads nothing from outside."""
    rows = "".join(
        f"<strong>{escape(label)}:</strong> {escape(value)}<br>\n" for label, value in told.facts
    )
    paragraphs = (
        escape(told.greeting),
        escape(told.opening),
        rows.removesuffix("<br>\n"),
        *(escape(sentence) for sentence in told.closing),
        "<br>\n".join(escape(line) for line in told.signature),
    )
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs if paragraph)
    return (
        f'<!DOCTYPE html>\n<html lang="{told.language.value}">\n'
        f'<head><meta charset="utf-8"><title>{escape(told.title)}</title></head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def day_in_words(day: date, language: Language) -> str:
    """A date as people say it: Tuesday 12 January 2027, Dydd Mawrth 12 Ionawr 2027."""
    words = WORDS[language]
    return f"{words.days[day.weekday()]} {day.day} {words.months[day.month - 1]} {day.year}"


def hours_in_words(starts_at: datetime, ends_at: datetime, language: Language) -> str:
    """The local hours between two aware instants: 10am to 11:30am, 10am tan 11:30am."""
    words = WORDS[language]
    return words.span.format(
        start=_clock(london_time(starts_at), words), end=_clock(london_time(ends_at), words)
    )


def _staff_summary(details: Details, words: Words) -> str:
    return clean_line(f"{words.appointment} {details.reference}")


def _named(greeting: str, details: Details) -> str:
    """The greeting, with or without a name after it."""
    return clean_line(greeting.format(name=details.name)).replace(" ,", ",")


def _place(details: Details, words: Words) -> str:
    if details.is_by_telephone:
        return words.by_telephone
    return clean_line(details.place) or words.ask_for_the_place


def _how_to_answer(occasion: Occasion, details: Details, words: Words) -> str:
    if occasion is Occasion.CANCELLED:
        return words.ring_with_a_question.format(telephone=clean_line(details.telephone))
    return _ring_if_you_cannot(details, words)


def _ring_if_you_cannot(details: Details, words: Words) -> str:
    sentence = (
        words.ring_if_you_cannot_talk if details.is_by_telephone else words.ring_if_you_cannot_come
    )
    return sentence.format(telephone=clean_line(details.telephone))


def _clock(moment: time, words: Words) -> str:
    """A time of day on the twelve-hour clock."""
    if moment == time(12):
        return words.midday
    if moment == time(0):
        return words.midnight
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes}{'am' if moment.hour < 12 else 'pm'}"
