"""Names for people: what the codes in files and metrics are called on the page."""

from typing import Final

from fairtune.columns import OTHER, TASTE, UNKNOWN
from fairtune.reporting.elements import country_names

NOUNS: Final = {"music_type": "music types", "artist": "artists", "track": "tracks"}

MODELS: Final = {
    "als": "fairtune (this model)",
    "popularity": "the popularity chart",
    "tutorial_als": "ALS as in tutorials",
    "plain_als": "tuned plain ALS",
    "item_knn": "item-to-item similarity",
    "linear": "linear regression",
    "autoencoder": "linear autoencoder",
    "variational_autoencoder": "neural autoencoder",
}

LADDER: Final = {
    "global_mean": "one prediction for everything",
    "item_mean": "average of the item",
    "user_mean": "average of the listener",
    "bias": "listener and item average",
    "bias_spread": "+ how many, and how much they vary",
    "bias_als": "+ ALS",
    "bias_als_influencers": "+ influencers",
}

SETTINGS: Final = {
    "factors": ("tastes the model can tell apart", "factors"),
    "regularization": ("caution against chance patterns", "regularization"),
    "regularization_exponent": ("more caution with what many play", "regularization_exponent"),
    "iterations": ("iterations of fitting", "iterations"),
    "alpha": ("trust in what was played", "alpha"),
    "beta": ("balance between hits and the long tail", "beta"),
    "gamma": ("balance between groups of items", "gamma"),
    "provider_balance": ("which groups of items are balanced", "provider_balance"),
    "delta": ("balance between groups of listeners", "delta"),
    "listener_balance": ("which groups of listeners are balanced", "listener_balance"),
    "scaling": ("how play counts enter", "scaling"),
    "share": ("part of the neighbours in the score", "share"),
    "neighbours": ("neighbours that an item keeps", "neighbours"),
    "neighbour_regularization": ("caution against chance neighbours", "neighbour_regularization"),
    "neighbour_beta": ("the same balance of hits, for neighbours", "neighbour_beta"),
    "neighbour_gamma": ("the same balance of groups, for neighbours", "neighbour_gamma"),
    "neighbour_scaling": ("how play counts enter, for neighbours", "neighbour_scaling"),
    "neighbour_inputs": ("what neighbours are looked for among", "neighbour_inputs"),
}

BLOCKS: Final = {
    "track": "tracks played",
    "artist": "artists played",
    "music_type": "music types played",
    "friend": "friendships",
    "country": "country of the listener",
    "gender": "gender of the listener",
    "age_band": "age of the listener",
}

GROUPINGS: Final = {
    "region": "region",
    "country": "country",
    "tier": "popularity",
    "emerging": "how established artists are",
    "artist_gender": "gender of the artist",
    "gender": "gender",
    "age_band": "age",
    "activity": "activity",
    "mainstreamness": "closeness to the mainstream",
    "taste": "taste",
}

INFLUENCERS: Final = {
    "track": "tracks",
    "artist": "artists",
    "music_type": "music types",
    "friend": "friends",
    "country": "listeners' countries",
    "gender": "listeners' gender",
    "age_band": "listeners' age",
}

_PLACES: Final = ("region", "country")
_REGIONS: Final = {
    "United States": "the United States",
    "United Kingdom": "the United Kingdom",
    "other Europe": "other European countries",
    "rest of the world": "the rest of the world",
    OTHER: "smaller regions",
}
_TIERS: Final = {"head": "most popular", "middle": "middling popularity", "tail": "long tail"}
_GENDERS: Final = {"m": "men", "f": "women", "n": "another gender"}
_ACTIVITY: Final = {
    "less active": "least active third",
    "active": "middle third",
    "most active": "most active third",
}
_MAINSTREAM: Final = {
    "niche": "third furthest from the mainstream",
    "mixed": "third between niche and mainstream",
    "mainstream": "third closest to the mainstream",
}
_THIRDS: Final = {"niche": "niche third", "mixed": "middle third", "mainstream": "mainstream third"}
_LABELS: Final = {
    "tier": _TIERS,
    "gender": _GENDERS,
    "artist_gender": _GENDERS,
    "activity": _ACTIVITY,
    "mainstreamness": _THIRDS,
}


def model(name: str) -> str:
    return MODELS.get(name, name.replace("_", " "))


def noun(target: str) -> str:
    """Name the items of the target in the plural."""
    return NOUNS.get(target, "items")


def grouping(name: str) -> str:
    return GROUPINGS.get(name, name.replace("_", " "))


def group(kind: str, name: str) -> str:
    """Label a group beside a mark: short, no codes."""
    if name == UNKNOWN:
        return "Unknown"
    if name == OTHER:
        return "Other countries" if kind == "country" else "Small groups, pooled"
    if kind == "country":
        return country_names.named(name).name
    named = _LABELS.get(kind, {}).get(name, name)
    named = age(named) if kind == "age_band" else named
    return named[:1].upper() + named[1:]


def age(band: str) -> str:
    """Write an age band in words: 18-24 -> 18 to 24; 50+ -> 50 and over."""
    return band.replace("-", " to ").replace("+", " and over")


def region(name: str) -> str:
    """Name a region inside a sentence: 'the United Kingdom'."""
    return _REGIONS.get(name, name)


def place(kind: str, name: str) -> str:
    """Name a region or a country inside a sentence."""
    if kind == "country":
        return "smaller countries" if name == OTHER else country_names.named(name).within
    return region(name)


def influencer(name: str) -> str:
    """Name an influencer that is left out: 'without friends'."""
    return INFLUENCERS.get(name, name.replace("_", " "))


def provider(kind: str, name: str, target: str) -> str:
    """Name a provider group inside a sentence: 'tracks by artists from the United Kingdom'."""
    items = noun(target)
    if kind in _PLACES:
        made = {"artist": "artists from", "track": "tracks by artists from"}.get(
            target, "music by artists from"
        )
        return f"{made} {place(kind, name)}"
    if kind == "emerging":
        made = {"artist": "", "track": "tracks by "}.get(target, "music by ")
        return f"{made}{name} artists"
    if kind == "artist_gender":
        made = {"artist": "artists: ", "track": "tracks by "}.get(target, "music by ")
        return f"{made}{_GENDERS.get(name, name)}"
    if kind == "tier":
        named = {"head": f"the most popular {items}", "tail": f"{items} of the long tail"}
        return named.get(name, f"{items} of middling popularity")
    return f"{items}: {group(kind, name)}"


def listener(kind: str, name: str) -> str:
    """Name a listener group inside a sentence: 'listeners from the United Kingdom'."""
    if kind in _PLACES:
        return f"listeners from {place(kind, name)}"
    if kind == "gender":
        return _GENDERS.get(name, f"listeners of gender {name}")
    if kind == "age_band":
        return f"listeners {name}" if name.startswith("under") else f"listeners aged {age(name)}"
    if kind == "activity":
        return f"the {_ACTIVITY.get(name, name)} of listeners"
    if kind == "mainstreamness":
        return f"the {_MAINSTREAM.get(name, name).replace('third', 'third of listeners')}"
    return f"listeners of {name}" if kind == TASTE else f"listeners: {name}"


def verb(subject: str, plural: str, singular: str) -> str:
    """Pick the form that fits what `provider` named: 'music by artists from ...' is singular."""
    return singular if subject.startswith("music by") else plural
