"""How good and how quick the planner is, beside a coordinator's own method and a naive model."""
