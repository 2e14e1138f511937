"""Forms that have been acted upon, so that a double click acts once (P6)."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, delete

from rj.accounts.models import HandledForm

REMEMBERED_FOR = timedelta(days=1)
"""Longer than any session: nobody can send a form after it."""


def find_answer(session: Session, key: str, account_id: UUID) -> str | None:
    """The address that answered this form when the same account sent it before, or None."""
    handled = session.get(HandledForm, key)
    return handled.answer if handled and handled.account_id == account_id else None


def claim_form(session: Session, key: str, account_id: UUID, *, now: datetime) -> HandledForm:
    """Mark a form as being acted upon. Raises IntegrityError when somebody was quicker."""
    handled = HandledForm(key=key, account_id=account_id, answer="", handled_at=now)
    session.add(handled)
    session.flush()
    return handled


def forget_old_forms(session: Session, *, now: datetime) -> None:
    """Forget forms that nobody can send again."""
    session.exec(delete(HandledForm).where(col(HandledForm.handled_at) <= now - REMEMBERED_FOR))
