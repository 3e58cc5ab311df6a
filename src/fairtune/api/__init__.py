"""The public Python API, what `import fairtune` hands on: the pipeline's own functions, in memory."""
