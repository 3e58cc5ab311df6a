"""Importing this module prepares the environment (`fairtune.config.environment`).

For what imports numpy, Prefect or the like at its top, where no call can come before: the flow, the scripts,
pytest (`addopts` in pyproject.toml). It is imported first.
"""

from fairtune.config import environment

environment.prepare()
