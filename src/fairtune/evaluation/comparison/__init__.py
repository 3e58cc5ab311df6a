"""Two evaluations, figure by figure."""
