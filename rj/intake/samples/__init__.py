"""Small lists and files of our own making: every row is invented."""
