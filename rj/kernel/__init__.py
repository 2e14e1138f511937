"""What everything rests on: refusals, clock, civil time, references. Standard library only."""
