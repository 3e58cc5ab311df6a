"""params.yaml as typed values, limits, paths and what every process has in its environment."""
