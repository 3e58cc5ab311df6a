"""What a run takes from the champion, as files that stages depend on."""
