"""Retraining by the clock: `fairtune schedule`, and a Prefect server of its own where there is none."""
