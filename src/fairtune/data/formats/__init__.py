"""Listening as people's own exports have it: ListenBrainz, Spotify, scrobbles of Last.fm."""
