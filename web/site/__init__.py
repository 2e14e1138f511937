"""What every site has: the front door, its health, and what robots may read."""
