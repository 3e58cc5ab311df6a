"""The routes of the service: from HTTP to answers and back."""
