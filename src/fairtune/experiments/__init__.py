"""What is asked beside the pipeline."""
