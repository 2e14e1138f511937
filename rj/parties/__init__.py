"""The people of a case in two compartments: what is safe, when they can come, who they are."""
