"""One database in two makes: SQLite for a county, PostgreSQL for more; and its migrations."""
