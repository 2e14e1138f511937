"""Facilitators: training, practice level, hours, absences, mentors and caseload."""
