"""People's rights over what is kept of them, and the end of keeping it."""
