"""Meetings and what they take up; the gates that must open before anybody hears of them."""
