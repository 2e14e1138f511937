"""A believable county, invented from a seed, lived through to today, planned and served."""
