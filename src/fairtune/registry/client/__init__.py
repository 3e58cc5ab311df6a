"""What is registered, as MLflow has it."""
