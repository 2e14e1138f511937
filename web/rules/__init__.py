"""What an administrator sets: rules of an area, classes of offences, words for the court."""
