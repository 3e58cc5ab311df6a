"""What re-ranking the lists of the present model would change, before anybody switches it on."""
