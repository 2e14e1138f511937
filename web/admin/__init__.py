"""The administrator's pages: accounts, failed messages, outgoing mail; no case, no message."""
