"""What a report writer is told: how fast, whether it is kept, and how far the window holds."""
