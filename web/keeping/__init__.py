"""How long what is kept, and what is held back from its end; for administrators."""
