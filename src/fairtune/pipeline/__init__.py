"""Runs of the pipeline: by hand, by the clock, and what they came to."""
