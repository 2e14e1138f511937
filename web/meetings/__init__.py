"""One meeting: what it is, who was told, and what is done with it."""
