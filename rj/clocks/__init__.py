"""Every clock of a case as it stands, and the daily digest of those that run out."""
