"""The mail that tells a liaison officer, at once, that contact was opened in an emergency.

It names nobody and no case: who, whose and why stand behind the sign-in.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from rj.accounts.mailing import ToAccounts
from rj.accounts.models import Account
from rj.calendars.wording import Notice
from rj.compartments.models import EmergencyOpening
from rj.outbox.handling import Stopped
from rj.outbox.models import Message
from rj.policy.terms import Language


@dataclass(frozen=True, slots=True)
class Words:
    """One language's wordings."""

    title: str
    opening: str
    link: str


WORDS = {
    Language.ENGLISH: Words(
        title="Please sign in",
        opening="Something that you answer for was opened. Sign in to see by whom and why.",
        link="Sign in",
    ),
    # unreviewed until a Welsh speaker of the service has approved it
    Language.WELSH: Words(
        title="Mewngofnodwch os gwelwch yn dda",
        opening=(
            "Agorwyd rhywbeth yr ydych yn gyfrifol amdano. Mewngofnodwch i weld gan bwy a pham."
        ),
        link="Mewngofnodi",
    ),
}


@dataclass(frozen=True, slots=True)
class EmergencyMessages(ToAccounts):
    """The outbox's handler for messages of the kind ``emergency opening``."""

    def told(
        self, session: Session, message: Message, account: Account, *, now: datetime
    ) -> Notice | Stopped:
        """That there is something to read, unless it was read of already."""
        opening = session.get(EmergencyOpening, message.subject_id, populate_existing=True)
        if opening is None or opening.seen_at is not None:
            return Stopped("They have read of it")
        words = WORDS[account.language]
        return Notice(
            language=account.language,
            title=words.title,
            greeting="",
            opening=words.opening,
            facts=((words.link, self.public_url),),
            closing=(),
            signature=(self.mail.sender_name,),
        )
