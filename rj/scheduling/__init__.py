"""Planning an area's open cases together, and publishing what a coordinator confirmed."""
