"""Buildings and rooms: where they are, when they are open, what they offer."""
