"""The planner itself: a problem goes in, a plan and its reasons come out. Pure."""
