"""A coordinator's first page: what needs doing today."""
