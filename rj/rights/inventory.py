"""Every table, and what it keeps of people: the list that a person's file and an erasure follow.

``tests/architecture/test_inventory.py`` fails when a column that could point to a person, or hold
words about one, stands nowhere here.
"""

from dataclasses import dataclass

ROW = frozenset({"*"})
"""The whole row goes at an erasure."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What one table keeps of people. Columns are named once or more."""

    table: str
    points: frozenset[str] = frozenset()
    """Columns that lead to a person, a case, or an account."""
    told: frozenset[str] = frozenset()
    """What the file of somebody who takes part in a case gives of their own rows."""
    staff: frozenset[str] = frozenset()
    """What a facilitator's file gives of their own rows."""
    erased: frozenset[str] = frozenset()
    """What is emptied when somebody is erased, or ``ROW``."""
    plain: frozenset[str] = frozenset()
    """Words and documents that tell of nobody who takes part."""
    why: str = ""
    """Why what is left out of a file, or stays after an erasure, may."""


def _kept(table: str, *, why: str = "", **columns: str) -> Kept:
    return Kept(table, why=why, **{name: frozenset(text.split()) for name, text in columns.items()})


INVENTORY: tuple[Kept, ...] = (
    # people who take part
    _kept(
        "party",
        points="order_id stopped_by diary_id supports_id",
        told="reference side role language hours likes_hours curfew_from curfew_until stopped_at "
        "restricted_at erased_at",
        erased="hours likes_hours curfew_from curfew_until",
        why="the tombstone: a neutral reference, and that somebody was erased",
    ),
    _kept(
        "harmer_details",
        points="party_id",
        told="name born_on email telephone address",
        erased="name born_on email telephone address",
    ),
    _kept(
        "harmed_details",
        points="party_id",
        told="chosen_name organisation sealed",
        erased="chosen_name organisation sealed",
    ),
    _kept(
        "safe_contact_plan",
        points="party_id recorded_by",
        told="channel calendar_wish may_leave_voicemail safe_times alias shows_place agreed_on",
        erased="*",
    ),
    _kept("party_away", points="party_id", told="first_day last_day", erased="*"),
    _kept("party_busy", points="party_id", told="starts_at ends_at", erased="*"),
    _kept("place_to_avoid", points="party_id", told="venue_id", erased="*"),
    _kept("liked_venue", points="party_id", told="venue_id", erased="*"),
    _kept(
        "gate_record",
        points="order_id party_id recorded_by",
        told="gate value recorded_at note",
        erased="note",
        why="that a finding was made is a fact of the case; its note goes",
    ),
    _kept(
        "message",
        points="recipient_id subject_id done_by",
        told="channel state created_at sent_at rendered",
        staff="channel state created_at sent_at rendered",
        erased="state_reason envelope rendered",
        plain="kind message_id",
        why="that something was sent, and when, stays as evidence of disclosure",
    ),
    _kept(
        "invitation",
        points="meeting_id reader_id",
        told="starts_at ends_at place state",
        staff="starts_at ends_at place state",
        erased="place",
        plain="uid",
    ),
    _kept(
        "conflict_of_interest",
        points="facilitator_id person_id",
        erased="*",
        why="names a facilitator and a person at once; belongs in neither's file",
    ),
    # their cases
    _kept(
        "sentence_order",
        points="responsible_officer_id liaison_account_id signed_off_by current_lead_id created_by",
        told="reference crn area_id court_code order_type sentenced_on ends_on convicted_on "
        "received_on plea risk language is_sensitive_complex first_contacted_on closed_at "
        "closed_reason ending ended_on voluntary_from in_sentence_plan",
        erased="reference crn convicted_on closed_reason",
        plain="skills standards_version",
        why="the order is that of the person on probation; nobody else's file has it",
    ),
    _kept(
        "order_change",
        points="order_id changed_by",
        told="fact value_before value_after ground effective_on changed_at",
        erased="*",
        plain="reason",
        why="the history of the sentence and of the person on probation; nobody else's file has it",
    ),
    _kept(
        "linked_orders",
        points="order_id other_id linked_by",
        why="that somebody else was sentenced too is no part of this person's file",
    ),
    _kept("requirement", points="order_id", told="kind days starts_on ends_on"),
    _kept("order_offence", points="order_id", told="offence_code"),
    _kept(
        "aftercare_call",
        points="order_id party_id recorded_by",
        told="clock outcome called_at",
        why="that a call was made is a fact of the case; what was said is not kept",
    ),
    _kept(
        "contact_attempt",
        points="order_id recorded_by",
        told="attempted_at outcome note",
        erased="note",
    ),
    _kept(
        "clock_change",
        points="order_id recorded_by ended_by taken_back_by",
        erased="reason taken_back_reason",
        why="the due day that it led to stands in the plan; a reason may name anybody, and goes",
    ),
    _kept(
        "plan",
        points="order_id",
        told="state drawn_up_at",
        plain="template_version",
        why="the route tells what the other side has agreed to",
    ),
    _kept(
        "plan_step",
        points="plan_id harmed_id",
        told="stage due_on state done_on",
        erased="added_reason",
        plain="attends features route",
        why="whom a step brings together tells of the other side",
    ),
    _kept("venue_agreed", points="order_id venue_id", why="a fact of the case, of neither side"),
    _kept(
        "order_source",
        points="order_id",
        plain="facts_fingerprint people_fingerprint",
        why="keyed hashes, by which a file is known again",
    ),
    _kept(
        "order_draft",
        points="account_id",
        plain="sealed",
        why="sealed for who typed it, tied to no case yet, 28 days old at most",
    ),
    _kept(
        "meeting",
        points="order_id step_id lead_id second_id",
        told="outcome",
        staff="code state starts_at ends_at",
        erased="cancelled_reason",
        why="people's files give what they were told of: an invitation; a hold tells nobody",
    ),
    _kept(
        "meeting_version",
        points="meeting_id lead_id second_id room_id changed_by",
        erased="reason",
        why="what a meeting was before anybody was told otherwise",
    ),
    _kept(
        "booking",
        points="meeting_id resource_id",
        erased="*",
        why="a hold that nobody was told of is not told by a file either",
    ),
    _kept("slot_claim", points="resource_id meeting_id hold_id", erased="*", why="as booking"),
    _kept(
        "provisional_hold",
        points="check_id lead_id second_id placed_by order_id",
        erased="*",
        plain="reference area_id lost",
        why="times kept free before there was a case; an erasure takes the one a case came from",
    ),
    # planning
    _kept(
        "planning_run",
        points="requested_by",
        erased="identifiers problem",
        plain="reference standing result failure",
        why="names in it are made up; an erasure deletes what they stand for, and their hours",
    ),
    _kept(
        "what_if",
        points="asked_by",
        erased="identifiers problem",
        plain="changes answers failure",
        why="as planning_run",
    ),
    _kept("run_progress", plain="phase best bound"),
    _kept(
        "proposed_meeting",
        points="step_id order_id meeting_id lead_id second_id",
        erased="reason",
        why="a proposal was told to nobody",
    ),
    _kept("left_out", points="step_id order_id", erased="reason", why="as proposed_meeting"),
    _kept(
        "planning_wish",
        points="order_id step_id facilitator_id lead_id second_id asked_by",
        erased="reason",
        why="what a coordinator asked of a plan, of neither side",
    ),
    # who looked and changed
    _kept(
        "audit_entry",
        points="account_id order_id thing_id",
        told="at role action fields",
        staff="at action",
        erased="reason",
        plain="role action thing reason_fingerprint request_id",
        why="proof of what was done, without contents; the reason is emptied",
    ),
    _kept("audit_seal", plain="entry_id entry_digest digest"),
    _kept("audit_removal"),
    # rights
    _kept(
        "said_no",
        points="party_id",
        plain="kind fingerprint",
        why="keyed hashes outlive an erasure, so that a no is never forgotten",
    ),
    _kept(
        "said_no_question",
        points="party_id answered_by",
        told="asked_at answered_at",
        erased="*",
        plain="kinds fingerprints",
        why="whom somebody is like is the other one's secret",
    ),
    _kept("erased_order", plain="fingerprint", why="a keyed hash: no file brings a case back"),
    _kept(
        "contact_release",
        points="party_id facilitator_id released_by",
        erased="*",
        plain="items",
        why="to whom contact was opened; the audit tells it by role",
    ),
    _kept(
        "emergency_opening",
        points="party_id account_id",
        erased="*",
        plain="reason",
        why="who opened contact and why; the audit tells it by role",
    ),
    _kept("case_limit", points="order_id account_id", why="which staff a case is limited to"),
    _kept(
        "hold",
        points="order_id placed_by lifted_by",
        plain="note",
        why="why a case is kept is for the service and the court; it ends with the hold",
    ),
    _kept("clock_digest"),
    _kept("retention_report", plain="policy_version counts waiting"),
    _kept("closed_count", plain="area_id route"),
    # staff
    _kept(
        "facilitator",
        points="account_id",
        staff="code name email telephone level trained_on accredited_on mentored_until skills "
        "languages is_volunteer base_x base_y hours weekly_minutes four_week_minutes caseload_cap "
        "caseload_norm calendar_wish language is_active",
        why="their code and their practice stay once they have left: see rights.leaving",
    ),
    _kept("facilitator_area", points="facilitator_id", staff="area_id"),
    _kept("mentoring", points="facilitator_id mentor_id", staff="mentor_id"),
    _kept("leave", points="facilitator_id", staff="first_day last_day is_illness"),
    _kept("facilitator_busy", points="facilitator_id", staff="starts_at ends_at"),
    _kept("past_conference", points="facilitator_id", staff="held_on"),
    _kept(
        "feed",
        points="facilitator_id",
        staff="device created_at revoked_at last_used_at",
        plain="token_fingerprint",
    ),
    _kept(
        "account",
        staff="email name created_at is_active",
        plain="password_hash second_factor single_sign_on",
        why="secrets are nobody's file; the name stays as long as the audit says who did what",
    ),
    _kept("account_role", points="account_id", staff="role area_id"),
    _kept("web_session", points="account_id", plain="id data", why="hours old at most"),
    _kept("account_link", points="account_id", why="days old at most"),
    _kept("recovery_code", points="account_id", plain="fingerprint", why="a secret"),
    _kept("unsent_form", points="account_id", plain="sealed", why="sealed, an hour old at most"),
    _kept("handled_form", points="account_id", plain="key answer", why="a day old at most"),
    _kept("sign_in_attempt", plain="subject"),
    _kept(
        "responsible_officer",
        staff="code name email telephone hours language is_active",
        why="their code stays once they answer for no order: see rights.leaving",
    ),
    _kept("officer_away", points="officer_id", staff="first_day last_day"),
    _kept(
        "suitability_check",
        points="writer_id",
        staff="reference checked_at",
        plain="label facts court_told_where hold_reference rules_version",
        why="a report writer's own draft, tied to no case and to nobody's record",
    ),
    _kept("words_approval", points="approved_by", plain="fingerprint"),
    # places, lists, work
    _kept("job", plain="queue kind key payload failure", why="holds identifiers of runs"),
    _kept("area", plain="id name"),
    _kept("area_rules", points="published_by", plain="name source figures"),
    _kept("court", plain="code name"),
    _kept("offence", plain="code offence_group category description risk_class"),
    _kept("offence_court_code", plain="court_code"),
    _kept("venue", plain="code name street_name address hours"),
    _kept("room", plain="name features taken_with"),
    _kept("room_block", plain="reason"),
    _kept("venue_closure", plain="reason"),
)

BY_TABLE = {kept.table: kept for kept in INVENTORY}
