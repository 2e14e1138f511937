"""The report writer's pages: is it suitable, on what does it hang, and what may the report say."""
