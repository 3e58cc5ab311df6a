"""What the champion's data was like, as a file: what stage `validate` compares the tables with."""

from fairtune import files
from fairtune.config.paths import Paths
from fairtune.validation.drift.profile import Profile


def write(paths: Paths, champion: tuple[Profile, int] | None) -> None:
    """Write the profile of the champion's data and the champion's version; an empty file for None."""
    content = {} if champion is None else {"version": champion[1], "profile": champion[0].to_json()}
    files.write_json(paths.champion_profile, content)


def read(paths: Paths) -> tuple[Profile, int] | None:
    """Return the profile that was taken and the version of its champion; None if none was."""
    path = paths.champion_profile
    content = files.read_json(path) if path.exists() else {}
    profile = Profile.from_json(content["profile"]) if content else None
    return None if profile is None else (profile, content["version"])
