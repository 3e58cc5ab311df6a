"""Importing this module prepares the environment (`fairtune.environment`).

For what imports numpy, Prefect or the like at its top, where no call can come before: the flow, the scripts,
pytest (`addopts` in pyproject.toml). It is imported first.
"""

from fairtune import environment

environment.prepare()
