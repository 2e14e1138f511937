"""Setting the tree up on a bare machine, with the standard library alone."""
