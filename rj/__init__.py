"""Restorative-justice conferences for probation: from a court's order to meetings that happen."""
