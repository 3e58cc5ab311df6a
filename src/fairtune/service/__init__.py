"""The HTTP service: answers from the champion, and follows it."""
