"""Who said no, kept as keyed hashes that outlive forgetting, so that nobody is asked again."""
