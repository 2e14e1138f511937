"""The audit is only added to, and whoever tampers with it is found out."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from rj.audit.chain import (
    ChainKey,
    Head,
    Sealing,
    Verdict,
    kept_heads,
    seal_waiting,
    verify,
)
from rj.audit.models import AuditEntry, AuditSeal
from rj.audit.services import SERVICE, note
from rj.db.database import Database
from rj.kernel.clock import StoppedClock
from tests.builders import NOW

KEY = ChainKey("a key that lies outside the database")

UNLOCK = {
    "sqlite": (
        "DROP TRIGGER audit_entry_is_not_changed",
        "DROP TRIGGER audit_entry_is_not_removed",
        "DROP TRIGGER audit_seal_is_not_changed",
        "DROP TRIGGER audit_seal_is_not_removed",
    ),
    "postgresql": (
        "ALTER TABLE audit_entry DISABLE TRIGGER USER",
        "ALTER TABLE audit_seal DISABLE TRIGGER USER",
    ),
}
"""What somebody with every right over the database could do first."""


def some_acts(database: Database, count: int = 5) -> None:
    with database.writing() as session:
        for number in range(count):
            note(
                session,
                SERVICE,
                "viewed",
                "order",
                uuid4(),
                now=NOW + timedelta(seconds=number),
                reason="asked by the person" if number == 2 else "",
            )


def tamper(database: Database, *statements: str) -> None:
    with database.writing() as session:
        make = session.get_bind().dialect.name
        for statement in (*UNLOCK[make], *statements):
            session.execute(text(statement))


def verified(database: Database, *heads: Head) -> Verdict:
    with database.reading() as session:
        return verify(session, KEY, heads)


def sealed(database: Database, count: int = 5) -> Head:
    some_acts(database, count)
    head = seal_waiting(database, KEY, batch=2)
    assert head is not None
    return head


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'viewed nothing'",
        "UPDATE audit_entry SET reason = 'another reason'",
        "DELETE FROM audit_entry",
        "UPDATE audit_seal SET number = number + 1000",
        "DELETE FROM audit_seal",
    ],
)
def test_the_database_itself_refuses_to_change_the_audit(
    database: Database, statement: str
) -> None:
    sealed(database)
    with pytest.raises(DBAPIError, match="only added to"), database.writing() as session:
        session.execute(text(statement))


def test_an_untouched_audit_holds_and_what_is_not_sealed_yet_is_named(database: Database) -> None:
    head = sealed(database)
    some_acts(database, 1)
    verdict = verified(database, head)
    assert verdict.holds
    assert (head.number, verdict.sealed, len(verdict.unsealed)) == (5, 5, 1)


def test_a_reason_may_be_emptied_and_the_chain_holds(database: Database) -> None:
    sealed(database)
    with database.writing() as session:
        session.execute(text("UPDATE audit_entry SET reason = '' WHERE reason <> ''"))
    verdict = verified(database)
    assert verdict.holds
    assert verdict.reasons_erased == 1


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE audit_entry SET role = 'administrator' WHERE id = :third", "entry was changed"),
        ("UPDATE audit_entry SET reason = 'no' WHERE reason <> ''", "reason was changed"),
        ("DELETE FROM audit_entry WHERE id = :third", "the entry is gone"),
        ("DELETE FROM audit_seal WHERE number = 3", "links 3 to 3 are missing"),
        ("UPDATE audit_seal SET entry_digest = digest WHERE number = 3", "does not follow"),
    ],
)
def test_an_edit_and_a_gap_are_found(database: Database, statement: str, words: str) -> None:
    head = sealed(database)
    with database.reading() as session:
        third = session.exec(select(AuditSeal.entry_id).where(AuditSeal.number == 3)).one()
    named = third.hex if database.is_sqlite else str(third)
    tamper(database, statement.replace(":third", f"'{named}'"))
    assert any(words in found.words for found in verified(database, head).findings)


def test_an_end_that_was_cut_off_is_found_by_what_was_kept_elsewhere(database: Database) -> None:
    head = sealed(database)
    tamper(
        database,
        "DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_seal WHERE number > 3)",
        "DELETE FROM audit_seal WHERE number > 3",
    )
    assert verified(database).holds, "the database alone cannot tell"
    [finding] = verified(database, head).findings
    assert finding.words == "the chain once reached 5 and ends at 3"


def test_a_chain_made_anew_with_another_key_does_not_hold(database: Database) -> None:
    head = sealed(database)
    tamper(database, "DELETE FROM audit_seal")
    seal_waiting(database, ChainKey("whoever can write to the database"), is_complete=True)
    assert not verified(database, head).holds


def test_the_worker_seals_each_entry_once_and_keeps_the_end_outside(
    database: Database, clock: StoppedClock, tmp_path: Path
) -> None:
    sealing = Sealing(database, KEY, tmp_path / "audit.heads", clock.now)
    for _ in range(2):
        some_acts(database, 3)
        sealing.step()
        sealing.step()
    with database.reading() as session:
        assert len(session.exec(select(AuditEntry.id)).all()) == 6
    assert [head.number for head in kept_heads(tmp_path / "audit.heads")] == [3, 6]
    assert (tmp_path / "audit.heads").stat().st_mode & 0o077 == 0
    assert verified(database, *kept_heads(tmp_path / "audit.heads")).holds
