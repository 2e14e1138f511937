"""append-only audit: the database itself refuses to change or remove what was noted"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SAME = [
    "id",
    "at",
    "account_id",
    "role",
    "kind",
    "action",
    "thing",
    "thing_id",
    "order_id",
    "fields",
    "reason_fingerprint",
    "request_id",
]
"""Every column of an entry but its reason, which an erasure empties."""

WHEN_ITS_PERIOD_IS_OVER = (
    "EXISTS (SELECT 1 FROM audit_removal r WHERE r.kind = OLD.kind AND OLD.at < r.before)"
)

SQLITE = (
    f"""
    CREATE TRIGGER audit_entry_is_not_changed BEFORE UPDATE ON audit_entry
    WHEN NEW.reason <> '' OR {" OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in SAME)}
    BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END
    """,
    f"""
    CREATE TRIGGER audit_entry_is_not_removed BEFORE DELETE ON audit_entry
    WHEN NOT {WHEN_ITS_PERIOD_IS_OVER}
    BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END
    """,
    *(
        f"""
        CREATE TRIGGER {table}_{name} BEFORE {act} ON {table}
        BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END
        """
        for table in ("audit_seal", "audit_removal")
        for act, name in (("UPDATE", "is_not_changed"), ("DELETE", "is_not_removed"))
    ),
)

REFUSE = """
CREATE FUNCTION rj_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit is only added to'; END $$
"""

POSTGRESQL = (
    REFUSE,
    f"""
    CREATE TRIGGER audit_entry_is_not_changed BEFORE UPDATE ON audit_entry FOR EACH ROW
    WHEN (NEW.reason <> '' OR {" OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in SAME)})
    EXECUTE FUNCTION rj_only_added_to()
    """,
    f"""
    CREATE FUNCTION rj_kept_for_its_period() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT {WHEN_ITS_PERIOD_IS_OVER} THEN
            RAISE EXCEPTION 'the audit is only added to';
        END IF;
        RETURN OLD;
    END $$
    """,
    """
    CREATE TRIGGER audit_entry_is_not_removed BEFORE DELETE ON audit_entry FOR EACH ROW
    EXECUTE FUNCTION rj_kept_for_its_period()
    """,
    *(
        f"CREATE TRIGGER {table}_is_not_changed BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION rj_only_added_to()"
        for table in ("audit_seal", "audit_removal")
    ),
    *(
        f"CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION rj_only_added_to()"
        for table in ("audit_entry", "audit_seal", "audit_removal")
    ),
    # the role that the service works as, which owns the tables, gives its own rights away too
    "REVOKE UPDATE, DELETE, TRUNCATE ON audit_seal, audit_removal FROM PUBLIC, CURRENT_USER",
    "REVOKE UPDATE, TRUNCATE ON audit_entry FROM PUBLIC, CURRENT_USER",
    "GRANT UPDATE (reason) ON audit_entry TO CURRENT_USER",
)


def upgrade() -> None:
    """Add the triggers, and on PostgreSQL take the rights."""
    statements = SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL
    for statement in statements:
        op.execute(statement)
