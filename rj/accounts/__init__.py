"""People who sign in: their roles by area, sessions and passwords."""
