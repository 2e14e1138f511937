"""A facilitator's own work on a phone, and the coordinator's register of facilitators."""
