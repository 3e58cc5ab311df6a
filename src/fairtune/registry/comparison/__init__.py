"""Comparing a candidate with the champion, by figures of the same held-out listening."""
