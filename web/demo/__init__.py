"""The mail that the demo caught, to be read in the browser."""
