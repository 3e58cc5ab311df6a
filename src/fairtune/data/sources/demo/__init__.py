"""The generated data set."""
