"""From source files, the user's own tables and new listening to canonical tables."""
