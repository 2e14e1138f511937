"""What each reader of a mail or feed may not see: every string of every person but the reader.

assert not leaks(octets, forbidden_to(session, seal, reader_id))
"""

from collections.abc import Callable
from uuid import UUID

from sqlmodel import Session, select

from rj.conferences.models import Meeting
from rj.facilitators.models import Facilitator
from rj.orders.models import Order, ResponsibleOfficer
from rj.parties.models import HarmedDetails, HarmerDetails, Party
from rj.parties.sealing import ContactDetails, Seal


def strings_of_people(
    session: Session, opened: Callable[[bytes], ContactDetails]
) -> dict[UUID, frozenset[str]]:
    """Every string that tells of a person, by the person; ``opened`` opens what is sealed."""
    sealed = {each.party_id: each for each in session.exec(select(HarmedDetails)).all()}
    plain = {each.party_id: each for each in session.exec(select(HarmerDetails)).all()}
    found: dict[UUID, frozenset[str]] = {}
    for party in session.exec(select(Party)).all():
        texts = [party.reference, str(party.id)]
        known: ContactDetails | HarmerDetails | None = plain.get(party.id)
        if party.id in sealed:
            texts.append(sealed[party.id].chosen_name)
            known = opened(sealed[party.id].sealed)
        if known is not None:
            texts += [known.name, known.email, known.telephone, known.address, *known.name.split()]
        found[party.id] = frozenset(filter(None, texts))
    everybody_at_work: tuple[Facilitator | ResponsibleOfficer, ...] = (
        *session.exec(select(Facilitator)).all(),
        *session.exec(select(ResponsibleOfficer)).all(),
    )
    for staff in everybody_at_work:
        names = (staff.name, staff.email, staff.telephone, *staff.name.split()[:1])
        found[staff.id] = frozenset(filter(None, names))
    return found


def strings_of_cases(session: Session) -> frozenset[str]:
    """What stands for a case or a meeting among staff; nothing of it is for those who take part."""
    orders = session.exec(select(Order)).all()
    return frozenset(
        (
            *(order.reference for order in orders),
            *(order.crn for order in orders),
            *(str(order.id) for order in orders),
        )
    )


def forbidden_to(session: Session, seal: Seal, reader_id: UUID) -> list[str]:
    """Every string of everybody else, and of the case; a party may not see a staff code either."""
    people = strings_of_people(session, seal.open)
    own = people.get(reader_id, frozenset())  # a coordinator's mails name nobody at all
    others = {text for person, texts in people.items() if person != reader_id for text in texts}
    others |= strings_of_cases(session)
    if session.get(Party, reader_id) is not None:
        others |= {meeting.code for meeting in session.exec(select(Meeting)).all()}
    return sorted(others - own)
