"""People who sign in, the areas they work for and the roles they hold."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from rj.db.types import Versioned, term
from rj.policy.terms import Language, Role


class Area(SQLModel, table=True):
    """A probation area: orders, staff and rooms belong to one."""

    id: str = Field(primary_key=True, max_length=20)
    name: str = Field(max_length=100)


class Account(Versioned, table=True):
    """Somebody who may sign in. Participants have none."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    email: str = Field(unique=True, max_length=254)
    """In lower case: the name typed at sign-in."""
    name: str = Field(max_length=100)
    password_hash: str = Field(max_length=200)
    """Argon2id, with its parameters."""
    is_active: bool = True
    language: Language = term(Language, default=Language.ENGLISH)
    created_at: datetime


class AccountRole(SQLModel, table=True):
    """A function opened to an account, for one area or (administrators) for none."""

    __tablename__ = "account_role"
    __table_args__ = (UniqueConstraint("account_id", "role", "area_id"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    role: Role = term(Role)
    area_id: str | None = Field(default=None, foreign_key="area.id")


class WebSession(SQLModel, table=True):
    """A signed-in browser. The identifier is stored as its fingerprint only."""

    __tablename__ = "web_session"

    id: str = Field(primary_key=True, max_length=64)
    account_id: UUID | None = Field(default=None, foreign_key="account.id", index=True)
    data: bytes
    expires_at: datetime = Field(index=True)


class SignInAttempt(SQLModel, table=True):
    """A refused sign-in, counted per name and per address so that guessing grows slow."""

    __tablename__ = "sign_in_attempt"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    subject: str = Field(index=True, max_length=64)
    """Fingerprint of the name or of the address tried from; never either in clear."""
    attempted_at: datetime = Field(index=True)


class HandledForm(SQLModel, table=True):
    """A form that was acted upon. Sent again, it is answered alike and acts no more (P6)."""

    __tablename__ = "handled_form"

    key: str = Field(primary_key=True, max_length=64)
    """Made anew each time the form is shown."""
    account_id: UUID = Field(foreign_key="account.id", index=True)
    answer: str = Field(max_length=300)
    """The address of the page the sender was shown."""
    handled_at: datetime = Field(index=True)
