"""What a meeting's people are told, each apart: invitations, mails, letters, calls and feeds."""
