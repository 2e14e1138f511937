"""Opening contact to one person for one case, in an emergency, and limiting a case."""
