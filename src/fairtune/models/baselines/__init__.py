"""What `als` is compared with on every run."""
