"""Measurements, run by hand: how good, how quick, how large."""
