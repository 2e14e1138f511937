"""What readers read: complete, in their language, and nothing that tells others what it is for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

import pytest

from rj.calendars.wording import (
    WORDS,
    Details,
    Notice,
    Occasion,
    as_html,
    as_text,
    calendar_texts,
    call_script,
    day_in_words,
    hours_in_words,
    letter,
    notice,
    staff_calendar_texts,
    staff_notice,
)
from rj.policy.terms import Language
from tests.giveaways import giveaways_in

DETAILS = Details(
    starts_at=datetime(2026, 7, 7, 13, 30, tzinfo=UTC),
    ends_at=datetime(2026, 7, 7, 15, 0, tzinfo=UTC),
    telephone="01632 960123",
    signed="Appointments Team",
    name="Siân Ŵyn",
    place="Tŷ'r Afon, 1 Heol y Felin",
    reference="K7M2",
)
OTHER_WAYS = (
    DETAILS,
    replace(DETAILS, place=""),
    replace(DETAILS, is_by_telephone=True),
    replace(DETAILS, name="", reference=""),
)
KINDS: tuple[Callable[[Occasion, Details, Language], Notice], ...] = (
    notice,
    staff_notice,
    letter,
    lambda occasion, details, language: staff_notice(
        occasion, details, language, reads_by_feed=True
    ),
)


def every_wording() -> list[str]:
    """All that is ever sent, in each language, on each occasion, in each form."""
    texts: list[str] = []
    for occasion, details, language in product(Occasion, OTHER_WAYS, Language):
        for kind in KINDS:
            told = kind(occasion, details, language)
            texts += [told.title, as_text(told), as_html(told)]
        texts += call_script(occasion, details, language).say
        for made in (calendar_texts, staff_calendar_texts):
            shown = made(details, language)
            texts += [shown.summary, shown.location, shown.description]
    return texts


def test_no_wording_tells_what_the_appointment_is_for() -> None:
    assert {text: found for text in every_wording() if (found := giveaways_in(text))} == {}


@pytest.mark.parametrize(
    "text",
    ["Restorative", "victims", "the offender", "offences", "probation", "conference", "reparation",
     "crime", "criminal", "court", "cyfiawnder adferol", "dioddefwr", "ddioddefwyr", "nioddefwr",
     "troseddwr", "drosedd", "throseddau", "y gwasanaeth prawf", "brawf", "cynhadledd",
     "gynhadledd", "gwneud iawn", "wneud iawn", "llys", "y llysoedd"],
)  # fmt: skip
def test_a_word_that_gives_it_away_is_noticed(text: str) -> None:
    assert giveaways_in(f"Your {text.upper()} today")
    assert giveaways_in(f"Your {text} today")


@pytest.mark.parametrize("text", ["llysiau", "yn iawn", "a discourse", "Prawfddarllen"])
def test_an_innocent_word_passes(text: str) -> None:
    assert giveaways_in(text) == ()


@pytest.mark.parametrize(("kind", "language"), list(product(KINDS, Language)))
@pytest.mark.parametrize("occasion", Occasion)
def test_every_notice_stands_alone(
    kind: Callable[[Occasion, Details, Language], Notice], language: Language, occasion: Occasion
) -> None:
    text = as_text(kind(occasion, DETAILS, language))

    assert day_in_words(date(2026, 7, 7), language) in text
    assert hours_in_words(DETAILS.starts_at, DETAILS.ends_at, language) in text
    assert DETAILS.place in text
    assert DETAILS.telephone in text
    assert DETAILS.signed in text


def test_the_english_mail_reads_so() -> None:
    assert as_text(notice(Occasion.NEW_TIME, DETAILS, Language.ENGLISH)) == (
        "Hello Siân Ŵyn,\n"
        "\n"
        "Your appointment has a new time. The earlier time no longer holds.\n"
        "\n"
        "Day: Tuesday 7 July 2026\n"
        "Time: 2:30pm to 4pm\n"
        "Place: Tŷ'r Afon, 1 Heol y Felin\n"
        "Reference: K7M2\n"
        "\n"
        "Please ring 01632 960123 if you cannot come. You can also reply to this e-mail.\n"
        "\n"
        "Appointments Team\n"
    )


def test_the_welsh_letter_reads_so() -> None:
    assert as_text(letter(Occasion.CANCELLED, DETAILS, Language.WELSH)) == (
        "Annwyl Siân Ŵyn,\n"
        "\n"
        "Mae'r apwyntiad hwn wedi'i ganslo. Nid oes angen i chi wneud unrhyw beth.\n"
        "\n"
        "Diwrnod: Dydd Mawrth 7 Gorffennaf 2026\n"
        "Amser: 2:30pm tan 4pm\n"
        "Lle: Tŷ'r Afon, 1 Heol y Felin\n"
        "Cyfeirnod: K7M2\n"
        "\n"
        "Os oes gennych gwestiwn, ffoniwch 01632 960123.\n"
        "\n"
        "Yn gywir,\n"
        "Appointments Team\n"
    )


@pytest.mark.parametrize(
    ("occasion", "english", "welsh"),
    [
        (Occasion.FIXED, "Appointment", "Apwyntiad"),
        (Occasion.NEW_TIME, "Appointment: new time", "Apwyntiad: amser newydd"),
        (Occasion.NEW_DETAILS, "Appointment: new details", "Apwyntiad: manylion newydd"),
        (Occasion.REPEATED, "Appointment", "Apwyntiad"),
        (
            Occasion.MOVED_TO_FEED,
            "Appointment: in your subscribed calendar",
            "Apwyntiad: yn eich calendr tanysgrifio",
        ),
        (Occasion.CANCELLED, "Appointment cancelled", "Apwyntiad wedi'i ganslo"),
    ],
)
def test_a_subject_is_plain(occasion: Occasion, english: str, welsh: str) -> None:
    assert notice(occasion, DETAILS, Language.ENGLISH).title == english
    assert notice(occasion, DETAILS, Language.WELSH).title == welsh


def test_staff_know_an_appointment_by_its_code() -> None:
    assert staff_notice(Occasion.CANCELLED, DETAILS, Language.ENGLISH).title == (
        "Appointment K7M2 cancelled"
    )
    assert staff_calendar_texts(DETAILS, Language.WELSH).summary == "Apwyntiad K7M2"
    assert calendar_texts(DETAILS, Language.WELSH).summary == "Apwyntiad"


def test_who_reads_by_feed_is_told_that_it_follows_later() -> None:
    told = staff_notice(Occasion.FIXED, DETAILS, Language.ENGLISH, reads_by_feed=True)

    assert "within some hours" in as_text(told)
    assert "within some hours" not in as_text(
        staff_notice(Occasion.FIXED, DETAILS, Language.ENGLISH)
    )


def test_a_call_is_announced_as_one() -> None:
    told = notice(Occasion.FIXED, replace(DETAILS, is_by_telephone=True), Language.ENGLISH)

    assert ("Place", "By telephone: we will ring you") in told.facts
    assert "if you cannot take our call" in as_text(told)
    assert DETAILS.place not in as_text(told)


def test_a_place_that_may_not_be_written_is_asked_for() -> None:
    told = notice(Occasion.FIXED, replace(DETAILS, place=""), Language.ENGLISH)

    assert ("Place", "Please ring us and we will tell you") in told.facts


def test_a_caller_is_reminded_of_the_safe_contact_plan() -> None:
    script = call_script(Occasion.NEW_TIME, DETAILS, Language.WELSH)

    assert any("safe contact plan" in reminder for reminder in script.before)
    assert "Diwrnod: Dydd Mawrth 7 Gorffennaf 2026." in script.say


def test_a_reader_without_a_name_is_greeted_all_the_same() -> None:
    assert notice(Occasion.FIXED, replace(DETAILS, name=""), Language.WELSH).greeting == "Helo,"


def test_a_name_cannot_become_markup_or_a_line() -> None:
    told = notice(
        Occasion.FIXED, replace(DETAILS, name="<b>x</b>\nDay: none {telephone}"), Language.ENGLISH
    )

    assert "&lt;b&gt;x&lt;/b&gt; Day: none {telephone}" in as_html(told)
    assert "\nDay: none" not in as_text(told)


def test_the_html_loads_nothing_from_outside() -> None:
    for text in every_wording():
        assert "src=" not in text
        assert "http" not in text


@pytest.mark.parametrize(
    ("hour", "minute", "english", "welsh"),
    [
        (9, 0, "9am", "9am"),
        (9, 5, "9:05am", "9:05am"),
        (12, 0, "midday", "hanner dydd"),
        (12, 30, "12:30pm", "12:30pm"),
        (0, 0, "midnight", "hanner nos"),
        (0, 15, "12:15am", "12:15am"),
        (23, 45, "11:45pm", "11:45pm"),
    ],
)
def test_a_time_is_said_as_people_say_it(hour: int, minute: int, english: str, welsh: str) -> None:
    moment = datetime(2026, 1, 7, hour, minute, tzinfo=UTC)

    assert hours_in_words(moment, moment, Language.ENGLISH) == f"{english} to {english}"
    assert hours_in_words(moment, moment, Language.WELSH) == f"{welsh} tan {welsh}"


def test_days_and_months_have_welsh_names() -> None:
    said = [day_in_words(date(2026, month, month), Language.WELSH) for month in range(1, 13)]

    assert said[0] == "Dydd Iau 1 Ionawr 2026"
    assert said[5] == "Dydd Sadwrn 6 Mehefin 2026"
    assert said[11] == "Dydd Sadwrn 12 Rhagfyr 2026"
    assert len({name.split()[3] for name in said}) == 12


def test_welsh_ships_unreviewed() -> None:
    assert WORDS[Language.ENGLISH].is_reviewed
    assert not WORDS[Language.WELSH].is_reviewed
