"""Who may see what: one matrix, one question, and the few ways in which contact is opened."""
