"""The console: pages of the service for people who write no code."""
