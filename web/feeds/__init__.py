"""A facilitator's private calendar address, as calendar programs ask for it."""
