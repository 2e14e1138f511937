"""The harmed side's part: how it is safe to reach people, letters, calls, and the end of contact.

Letters and calls to the side of the person on probation are the coordinator's, by the same pages.
"""
