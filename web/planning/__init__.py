"""Planning runs, what they proposed, and publishing it."""
