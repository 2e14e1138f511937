"""A case with staff who can sign in, a harmed person full of canaries, and a hold on each step."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from rj.audit.services import Actor
from rj.conferences.services import open_stages
from rj.db.database import Database
from rj.policy.terms import CalendarWish, Channel, Role, Side, Stage
from tests.builders import (
    AREA,
    NOW,
    a_facilitator,
    a_party,
    a_venue_with_rooms,
    an_order,
)
from tests.scheduling_builders import a_held_meeting
from tests.web_client import TELLER, TestPerson, a_person

DAYS = {
    Stage.CONTACT: date(2026, 3, 11),
    Stage.ASSESSMENT: date(2026, 3, 16),
    Stage.PREPARATION: date(2026, 3, 24),
    Stage.REPARATION: date(2026, 4, 9),
    Stage.REVIEW: date(2026, 4, 23),
}

HARMED_NAME = "Quillon Canarysson"
HARMED_CHOSEN = "Jay"
HARMED_EMAIL = "quillon.canary@hidden.test"
HARMED_TELEPHONE = "07700 900987"
HARMED_ADDRESS = "9 Heron Reach, Farmoor, ZZ9 9ZZ"
CANARIES = (
    HARMED_NAME,
    HARMED_EMAIL,
    HARMED_TELEPHONE,
    HARMED_TELEPHONE.replace(" ", ""),
    "Heron Reach",
    "ZZ9 9ZZ",
)
"""What nobody but the liaison officer may ever read."""

HARMER_NAME = "Owain Testperson"
HARMER_TELEPHONE = "07700 900555"


@dataclass(frozen=True)
class Case:
    """One order and everybody who works on it."""

    order_id: UUID
    harmer_id: UUID
    harmed_id: UUID
    meetings: dict[Stage, UUID]
    facilitator_id: UUID
    facilitator: TestPerson
    liaison: TestPerson
    coordinator: TestPerson
    venue_id: UUID
    actor: Actor


def a_case(
    database: Database,
    *,
    harmed_channel: Channel | None = Channel.EMAIL,
    harmer_channel: Channel = Channel.EMAIL,
    calendar_wish: CalendarWish = CalendarWish.FEED,
    stages: tuple[Stage, ...] = tuple(Stage),
    is_told: bool = True,
) -> Case:
    """A fresh case; the stages that need nothing recorded are told unless ``is_told`` is off."""
    facilitator = a_person(database, Role.FACILITATOR, area_id=AREA, name="Fay Lead")
    liaison = a_person(database, Role.LIAISON_OFFICER, area_id=AREA, name="Lia Officer")
    coordinator = a_person(database, Role.COORDINATOR, area_id=AREA, name="Cerys Owen")
    actor = Actor(coordinator.account_id, Role.COORDINATOR)
    with database.writing() as session:
        lead = a_facilitator(
            session,
            "Fay Lead",
            account_id=facilitator.account_id,
            calendar_wish=calendar_wish,
        )
        second = a_facilitator(session)
        venue, [room] = a_venue_with_rooms(session)
        order = an_order(session, with_harmer=False, liaison_account_id=liaison.account_id)
        harmer = a_party(
            session,
            order.id,
            name=HARMER_NAME,
            telephone=HARMER_TELEPHONE,
            channel=harmer_channel,
        )
        harmed = a_party(
            session,
            order.id,
            side=Side.HARMED,
            name=HARMED_NAME,
            chosen_name=HARMED_CHOSEN,
            email=HARMED_EMAIL,
            telephone=HARMED_TELEPHONE,
            address=HARMED_ADDRESS,
            channel=harmed_channel,
        )
        meetings = {
            stage: a_held_meeting(
                session,
                order,
                stage,
                on=DAYS[stage],
                lead=lead,
                second=second if stage is Stage.REPARATION else None,
                room=None if stage is Stage.CONTACT else room,
                actor=actor,
            ).id
            for stage in stages
        }
        if is_told:
            open_stages(session, order.id, actor=actor, now=NOW, tell=TELLER)
        return Case(
            order.id,
            harmer.id,
            harmed.id,
            meetings,
            lead.id,
            facilitator,
            liaison,
            coordinator,
            venue.id,
            actor,
        )
