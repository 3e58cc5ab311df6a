"""MLflow: the connection, registered models, their versions and their provenance."""
