"""Background work: asked for inside a transaction, done by a worker after it."""
