"""Runs of the pipeline: by hand, by the clock, and their results."""
