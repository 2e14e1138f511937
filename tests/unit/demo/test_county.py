"""The fictional county: believable, complete, nobody real, and the same for the same seed."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, timedelta

import pytest

from rj.demo.cases import SHARES, longest_together, shares_of
from rj.demo.county import a_county
from rj.demo.facts import (
    AccountFacts,
    ContactStopped,
    ContactTried,
    County,
    FacilitatorFacts,
    GateFound,
    OrderFacts,
    PreparationAdded,
    RouteChosen,
    SignedOff,
    Standing,
    StepDone,
)
from rj.intake.csv_table import Columns, read_table
from rj.intake.reference_file import sample
from rj.intake.rules import home_office_code
from rj.policy.bank_holidays import bank_holidays
from rj.policy.clocks import ClockState, reckon, rules_of
from rj.policy.clocks import standing as stands
from rj.policy.standards import MENTOR_LEVELS, standards_on
from rj.policy.terms import (
    CalendarWish,
    Channel,
    ClockKind,
    ContactOutcome,
    Language,
    OrderType,
    PartyRole,
    Role,
    RoomFeature,
    Route,
    Side,
    Skill,
    Stage,
)

TODAY = date(2026, 3, 9)
WENSHIRE = a_county(1, TODAY)
DAYS = [TODAY, date(2026, 3, 28), date(2026, 10, 25), date(2027, 12, 26), date(2028, 2, 29)]
"""A Monday, the days the clocks change, a bank holiday and a leap day."""


OFFENCE_LIST = Columns(
    ("ho_category", "ho_subcategory", "group", "category", "description", "risk_class")
)


def texts(value: object) -> Iterator[str]:
    """Every text anywhere in a county."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for one in value:
            yield from texts(one)


def everyone(county: County) -> Iterator[tuple[str, str, str, str]]:
    """Name, e-mail, telephone and address of everybody there is."""
    for order in (*county.orders, *county.fresh_orders):
        for party in order.parties:
            yield party.name, party.email, party.telephone, party.address
    for officer in county.officers:
        yield officer.name, officer.email, officer.telephone, ""
    for one in county.facilitators:
        yield one.name, one.email, one.telephone, ""


def standing(county: County, wanted: Standing) -> list[OrderFacts]:
    return [order for order in county.orders if order.standing is wanted]


def done(order: OrderFacts) -> dict[Stage, date]:
    """What the history says was held, first contact included."""
    stages = {
        event.stage: event.at.date() for event in order.history if isinstance(event, StepDone)
    }
    for event in order.history:
        if isinstance(event, ContactTried) and event.outcome is ContactOutcome.REACHED:
            stages[Stage.CONTACT] = event.at.date()
    return stages


def test_the_same_seed_and_day_make_the_same_county() -> None:
    assert a_county(7, TODAY) == a_county(7, TODAY)


def test_another_seed_makes_another_county() -> None:
    names = {order.harmer.name for order in WENSHIRE.orders}
    others = {order.harmer.name for order in a_county(2, TODAY).orders}

    assert len(names & others) < len(names) / 2


@pytest.mark.parametrize("size", [13, 25, 60, 150])
def test_there_are_as_many_live_orders_as_asked_for_at_every_stage(size: int) -> None:
    county = a_county(3, TODAY, size)

    assert len(county.orders) == size
    assert {order.standing for order in county.orders} == set(Standing)


@pytest.mark.parametrize("size", range(0, 130))
def test_shares_always_add_up(size: int) -> None:
    assert sum(shares_of(size).values()) == size


def test_sixty_orders_are_shared_out_as_written() -> None:
    assert Counter(order.standing for order in WENSHIRE.orders) == Counter(SHARES)


def test_every_mail_address_ends_in_test() -> None:
    addresses = [word for text in texts(WENSHIRE) for word in text.split() if "@" in word]

    assert len(addresses) > 100
    assert all(re.fullmatch(r"[a-z0-9.]+@[a-z.]+\.test", address) for address in addresses)


def test_every_telephone_number_is_kept_for_drama() -> None:
    numbers = [telephone for _, _, telephone, _ in everyone(WENSHIRE) if telephone]

    assert len(numbers) > 100
    assert all(re.fullmatch(r"01632 960\d{3}|07700 900\d{3}", number) for number in numbers)
    assert "01632 960000" not in numbers, "that is the service's own"


def test_every_postcode_is_one_that_was_given_to_no_place() -> None:
    postcodes = [
        found for text in texts(WENSHIRE) for found in re.findall(r"[A-Z]{1,2}\d \d[A-Z]{2}", text)
    ]

    assert len(postcodes) > 100
    assert all(postcode.startswith("WX") for postcode in postcodes)


def test_nobody_is_there_twice() -> None:
    people = list(everyone(WENSHIRE))
    for number, what in enumerate(("name", "e-mail address", "telephone number", "address")):
        known = [person[number] for person in people if person[number]]
        twice = [value for value, count in Counter(known).items() if count > 1]
        assert not twice, f"{what} given twice: {twice}"


def test_references_and_case_numbers_are_unique() -> None:
    orders = (*WENSHIRE.orders, *WENSHIRE.fresh_orders)

    assert len({order.reference for order in orders}) == len(orders)
    assert len({order.crn for order in orders}) == len(orders)
    assert all(re.fullmatch(r"[A-Z]\d{6}", order.crn) for order in orders)


def test_first_contact_clocks_are_running_near_and_once_overdue() -> None:
    holidays = bank_holidays(TODAY, TODAY)

    def clocks(wanted: Standing) -> set[ClockState]:
        return {
            stands(
                reckon(
                    rules_of(standards_on(order.sentenced_on))[ClockKind.FIRST_CONTACT],
                    order.sentenced_on,
                    holidays,
                ),
                None,
                TODAY,
                holidays,
            ).state
            for order in standing(WENSHIRE, wanted)
        }

    assert clocks(Standing.AWAITING_CONTACT) == {ClockState.RUNNING}
    assert clocks(Standing.CLOCK_NEAR) <= {ClockState.NEAR, ClockState.DUE_TODAY}
    assert clocks(Standing.OVERDUE) == {ClockState.OVERDUE}


@pytest.mark.parametrize("today", DAYS)
def test_what_has_happened_lies_in_order_between_sentence_and_today(today: date) -> None:
    for order in a_county(4, today).orders:
        moments = [event.at for event in order.history]
        assert moments == sorted(moments)
        assert all(order.sentenced_on <= moment.date() < today for moment in moments)
        assert order.sentenced_on <= order.received_on <= today
        assert order.ends_on > today


@pytest.mark.parametrize("today", DAYS)
def test_gaps_between_stages_held_and_still_to_come_are_within_the_standards(today: date) -> None:
    for order in a_county(5, today).orders:
        held = done(order)
        for (earlier, later), (least, most) in standards_on(order.sentenced_on).gaps.items():
            if earlier not in held:
                continue
            if later in held:
                assert least <= (held[later] - held[earlier]).days <= most, order.reference
            elif later is not Stage.REPARATION or Stage.PREPARATION in held:
                assert (today - held[earlier]).days <= most - 7, f"{order.reference}: too late"


def test_sixteen_facilitators_four_of_them_mentored_by_practised_colleagues() -> None:
    people = {one.code: one for one in WENSHIRE.facilitators}
    newcomers = [one for one in people.values() if one.is_in_first_year(TODAY)]

    assert len(people) == 16
    assert len(newcomers) == 4
    for newcomer in newcomers:
        assert len(newcomer.mentors) == 2
        assert all(people[mentor].level in MENTOR_LEVELS for mentor in newcomer.mentors)
        assert newcomer.trained_on <= newcomer.accredited_on < TODAY
    assert all(not one.mentors for one in people.values() if one not in newcomers)


def test_half_the_facilitators_are_volunteers_with_few_hours() -> None:
    volunteers = [one for one in WENSHIRE.facilitators if one.is_volunteer]

    assert 6 <= len(volunteers) <= 9
    assert max(one.weekly_minutes for one in volunteers) <= 180


@pytest.mark.parametrize("language", ["cy", "pl", "ur"])
def test_some_facilitators_speak(language: str) -> None:
    assert sum(language in one.languages for one in WENSHIRE.facilitators) >= 2


def test_facilitators_have_leave_other_appointments_and_acquaintances() -> None:
    people = WENSHIRE.facilitators

    assert sum(bool(one.leave) for one in people) >= 8
    assert all(one.busy for one in people)
    assert any(one.ill for one in people)
    assert sum(len(one.conflicts) for one in people) == 6
    assert sum(len(one.past_conferences) for one in people) > 20


def test_past_conferences_were_led_after_accreditation() -> None:
    for one in WENSHIRE.facilitators:
        assert all(one.accredited_on <= day < TODAY for day in one.past_conferences), one.code


@pytest.mark.parametrize("seed", range(5))
def test_whoever_leads_a_case_may_lead_it(seed: int) -> None:
    county = a_county(seed, TODAY)
    people = {one.code: one for one in county.facilitators}
    led: Counter[str] = Counter()
    for order in county.orders:
        assert bool(order.lead_code) is (Stage.CONTACT in done(order)), order.reference
        if not order.lead_code:
            continue
        lead = people[order.lead_code]
        led[lead.code] += 1
        assert lead.could_lead(order.skills, order.language)
        assert lead.accredited_on <= done(order)[Stage.CONTACT]
        assert not set(lead.conflicts) & {party.key for party in order.parties}
    assert all(count <= people[code].caseload_cap for code, count in led.items())


def test_first_year_facilitators_have_conferences_ahead() -> None:
    newcomers = {one.code for one in WENSHIRE.facilitators if one.is_in_first_year(TODAY)}
    ready = [order.lead_code for order in standing(WENSHIRE, Standing.READY)]

    assert len(ready) == 6
    assert sum(code in newcomers for code in ready) >= 3


def test_weeks_have_their_longest_common_time() -> None:
    mornings = (("mon", "09:00", "12:00"), ("tue", "09:00", "12:00"))
    late = (("mon", "11:15", "17:00"), ("wed", "09:00", "17:00"))

    assert longest_together(mornings, late, None) == 45
    assert longest_together(mornings, (("fri", "09:00", "12:00"),)) == 0
    assert longest_together(None) == 24 * 60


@pytest.mark.parametrize("seed", range(5))
def test_nearly_every_lead_works_when_the_people_can_come(seed: int) -> None:
    county = a_county(seed, TODAY)
    hours = {one.code: one.hours for one in county.facilitators}
    begun = [order for order in county.orders if order.lead_code]
    strangers = [
        order
        for order in begun
        if longest_together(hours[order.lead_code], order.harmer.hours) < 120
    ]

    assert len(strangers) <= 2


def test_the_facilitator_who_is_shown_has_a_live_caseload() -> None:
    shown = next(one for one in WENSHIRE.accounts if one.is_shown and Role.FACILITATOR in one.roles)
    facilitator = next(one for one in WENSHIRE.facilitators if one.email == shown.email)

    assert sum(order.lead_code == facilitator.code for order in WENSHIRE.orders) >= 3


@pytest.mark.parametrize(("today", "size"), [(date(2027, 1, 4), 60), (TODAY, 20), (TODAY, 150)])
def test_the_accounts_shown_stay_the_same_whatever_the_day_and_size(today: date, size: int) -> None:
    def shown(county: County) -> list[AccountFacts]:
        return [one for one in county.accounts if one.is_shown]

    assert shown(a_county(1, today, size)) == shown(WENSHIRE)


def test_one_account_of_each_role_is_shown_and_some_facilitators_have_one() -> None:
    shown = [role for one in WENSHIRE.accounts if one.is_shown for role in one.roles]
    emails = {one.email for one in WENSHIRE.accounts}

    assert Counter(shown) == Counter(Role)
    assert 3 <= len({one.email for one in WENSHIRE.facilitators} & emails) <= 6
    assert len(emails) == len(WENSHIRE.accounts)
    assert all(len(one.password) >= 12 for one in WENSHIRE.accounts)


def test_eight_venues_with_rooms_evenings_and_saturdays() -> None:
    venues = WENSHIRE.venues

    assert len(venues) == 8
    assert all(1 <= len(venue.rooms) <= 3 for venue in venues)
    assert any(shuts >= "20:00" for venue in venues for _, _, shuts in venue.hours)
    assert any(day == "sat" for venue in venues for day, _, _ in venue.hours)
    assert any(venue.closures for venue in venues)
    rooms = [room for venue in venues for room in venue.rooms]
    assert {feature for room in rooms for feature in room.features} == set(RoomFeature)
    assert all(room.turnaround_minutes % 15 == 0 for room in rooms)


def test_every_town_with_a_conference_room_can_seat_one() -> None:
    big = [
        room
        for venue in WENSHIRE.venues
        for room in venue.rooms
        if RoomFeature.SEPARATE_ENTRANCES in room.features
    ]

    assert len(big) >= 5
    assert min(room.capacity for room in big) >= 8


def test_about_eight_officers_work_by_the_week() -> None:
    assert len(WENSHIRE.officers) == 8
    assert all(len(officer.hours) >= 4 for officer in WENSHIRE.officers)


def test_every_kind_of_contact_plan_occurs_on_the_harmer_side() -> None:
    plans = {
        (party.contact_plan.channel, party.contact_plan.calendar_wish)
        if party.contact_plan
        else None
        for order in WENSHIRE.orders
        for party in order.parties
        if party.side is Side.HARMER
    }

    assert plans == {
        (Channel.EMAIL, CalendarWish.INVITATION),
        (Channel.EMAIL, CalendarWish.NONE),
        (Channel.LETTER, CalendarWish.NONE),
        (Channel.PHONE, CalendarWish.NONE),
        None,
    }


def test_a_contact_plan_can_be_followed() -> None:
    for order in (*WENSHIRE.orders, *WENSHIRE.fresh_orders):
        for party in order.parties:
            if party.contact_plan is None:
                continue
            needed = {
                Channel.EMAIL: party.email,
                Channel.LETTER: party.address,
                Channel.PHONE: party.telephone,
            }
            assert needed[party.contact_plan.channel], party.key
            assert party.contact_plan.agreed_on <= TODAY


def test_people_have_curfews_shifts_exclusion_zones_and_helpers() -> None:
    parties = [party for order in WENSHIRE.orders for party in order.parties]
    harmers = [order.harmer for order in WENSHIRE.orders]
    codes = {venue.code for venue in WENSHIRE.venues}

    assert sum(harmer.curfew is not None for harmer in harmers) >= 10
    assert sum(harmer.hours is not None for harmer in harmers) >= 25
    assert sum(bool(harmer.avoids) for harmer in harmers) >= 5
    assert {code for party in parties for code in (*party.avoids, *party.likes_venues)} <= codes
    assert sum(party.role is PartyRole.INTERPRETER for party in parties) >= 4
    assert {party.side for party in parties if party.role is PartyRole.SUPPORTER} == set(Side)
    assert sum(bool(party.organisation) for party in parties) == 1
    assert sum(party.language is Language.WELSH for party in parties) >= 4
    assert all(party.curfew is None for party in parties if party.side is Side.HARMED)


def test_everybody_on_probation_was_an_adult_when_convicted() -> None:
    for order in (*WENSHIRE.orders, *WENSHIRE.fresh_orders):
        assert order.harmer.born_on is not None
        convicted_on = order.convicted_on or order.sentenced_on
        assert (convicted_on - order.harmer.born_on).days >= 18 * 365.25 - 1, order.reference


def test_somebody_just_of_age_has_a_day_of_conviction() -> None:
    young = [
        order
        for order in WENSHIRE.orders
        if order.harmer.born_on
        and (order.sentenced_on - order.harmer.born_on) < timedelta(days=19 * 365)
    ]

    assert young
    assert all(order.convicted_on for order in young)


def test_one_person_said_no_and_one_case_was_signed_off() -> None:
    stopped = [
        event
        for order in WENSHIRE.orders
        for event in order.history
        if isinstance(event, ContactStopped)
    ]
    sensitive = [order for order in WENSHIRE.orders if order.is_sensitive_complex]

    assert len(stopped) == 1
    signed_off = [
        order for order in sensitive if any(isinstance(event, SignedOff) for event in order.history)
    ]
    assert len(signed_off) == 1
    assert signed_off[0].standing is Standing.READY
    assert len(standing(WENSHIRE, Standing.UNSIGNED)) == 2
    for order in sensitive:
        is_early = Stage.ASSESSMENT not in done(order)
        assert is_early or order in signed_off
        assert Skill.SENSITIVE in order.skills


def test_routes_have_been_chosen_each_way_and_preparations_added() -> None:
    history = [event for order in WENSHIRE.orders for event in order.history]

    assert {event.route for event in history if isinstance(event, RouteChosen)} == {
        Route.DIRECT,
        Route.SHUTTLE,
        Route.LETTER,
    }
    assert sum(isinstance(event, PreparationAdded) for event in history) == 3


def test_gates_are_recorded_for_people_of_the_same_case() -> None:
    for order in WENSHIRE.orders:
        keys = {party.key for party in order.parties}
        found = {event.party_key for event in order.history if isinstance(event, GateFound)}
        assert found <= keys | {""}


def test_most_orders_have_one_liaison_officer_and_some_a_named_person() -> None:
    named = Counter(order.liaison_email for order in WENSHIRE.orders)
    shown = next(
        one for one in WENSHIRE.accounts if one.is_shown and Role.LIAISON_OFFICER in one.roles
    )

    assert named.most_common(1)[0][0] == shown.email
    assert named[shown.email] > 30
    assert len(named) >= 2


def test_offences_regimes_and_deferred_sentences_are_as_the_law_has_them() -> None:
    rows = read_table(sample("offences"), OFFENCE_LIST).rows
    known = {
        home_office_code(f"{row.cells['ho_category']}/{row.cells['ho_subcategory']}")
        for row in rows
    }
    for order in WENSHIRE.orders:
        assert set(order.offence_codes) <= known
        if order.order_type is OrderType.DEFERRED_SENTENCE:
            assert order.days is None


def test_yesterdays_orders_have_no_history_and_are_not_among_the_live_ones() -> None:
    assert len(WENSHIRE.fresh_orders) == 6
    assert all(not order.history for order in WENSHIRE.fresh_orders)
    references = {order.reference for order in WENSHIRE.orders}
    assert not references & {order.reference for order in WENSHIRE.fresh_orders}


def test_diaries_lie_inside_working_hours_and_never_overlap() -> None:
    def clashes(one: FacilitatorFacts) -> bool:
        return any(
            ends > starts for (_, ends), (starts, _) in zip(one.busy, one.busy[1:], strict=False)
        )

    assert not any(clashes(one) for one in WENSHIRE.facilitators)
