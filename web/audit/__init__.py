"""Who looked at what: the administrator's search, and each case's own list."""
