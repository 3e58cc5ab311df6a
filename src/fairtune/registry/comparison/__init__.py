"""A candidate against the champion, by figures of the same held-out listening."""
