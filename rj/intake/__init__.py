"""Orders coming in by form or file, with their people; and the lists of courts and offences."""
