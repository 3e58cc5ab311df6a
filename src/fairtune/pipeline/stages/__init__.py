"""The stages of dvc.yaml, each a short module with `run(params, paths, *, seed)`: read, call, write."""
