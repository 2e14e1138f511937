"""Who saw or changed what, and when: names of fields, never their contents."""
