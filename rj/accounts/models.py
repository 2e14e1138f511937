"""People who sign in, the areas they work for and the roles they hold."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from rj.db.types import Versioned, term
from rj.policy.terms import Language, Role


class Area(SQLModel, table=True):
    """A probation area: orders, staff and rooms belong to one."""

    id: str = Field(primary_key=True, max_length=20)
    name: str = Field(max_length=100)


ERASED_DOMAIN = "erased.invalid"
"""Where whoever was erased is said to have mail: a domain that none can reach (RFC 2606)."""


class Account(Versioned, table=True):
    """Somebody who may sign in. Participants have none."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    email: str = Field(unique=True, max_length=254)
    """In lower case: the name typed at sign-in."""
    name: str = Field(max_length=100)
    password_hash: str = Field(default="", max_length=200)
    """Argon2id, with its parameters; empty until somebody invited has chosen a password."""
    second_factor: bytes | None = None
    """The secret shared with the person's authenticator app, sealed; none until it is set up."""
    last_code_step: int = 0
    """The time step of the last code that was taken: no code is taken twice (RFC 6238, 5.2)."""
    single_sign_on: str | None = Field(default=None, unique=True, max_length=64)
    """Fingerprint of who the person is to the identity provider, once they came by it."""
    is_active: bool = True
    language: Language = term(Language, default=Language.ENGLISH)
    created_at: datetime

    @property
    def is_erased(self) -> bool:
        """Whether nothing of its holder is left but, while the audit needs it, the name."""
        return self.email.endswith(f"@{ERASED_DOMAIN}")


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


class LinkPurpose(StrEnum):
    """What an account's link is for."""

    INVITATION = "invitation"
    RESET = "reset"


class AccountLink(SQLModel, table=True):
    """A link by which somebody chooses their password, once. What stands in it is not stored."""

    __tablename__ = "account_link"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    purpose: LinkPurpose = term(LinkPurpose)
    made_at: datetime
    expires_at: datetime = Field(index=True)
    used_at: datetime | None = None


class RecoveryCode(SQLModel, table=True):
    """A code on paper that stands in for the authenticator app once. Stored as fingerprint."""

    __tablename__ = "recovery_code"

    fingerprint: str = Field(primary_key=True, max_length=64)
    """Keyed, as a code that people can type could be guessed from a plain one."""
    account_id: UUID = Field(foreign_key="account.id", index=True)
    used_at: datetime | None = None


class UnsentForm(SQLModel, table=True):
    """What somebody typed and sent after their session had ended, kept for them alone."""

    __tablename__ = "unsent_form"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    sealed: bytes
    """The page and its fields, encrypted with a key outside the database."""
    kept_at: datetime = Field(index=True)


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
