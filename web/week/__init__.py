"""The week of facilitators and rooms."""
