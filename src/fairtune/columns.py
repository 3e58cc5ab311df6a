"""The names of columns, blocks and parts: one vocabulary for every table, file and figure."""

from enum import StrEnum
from typing import Final

# Columns of the canonical tables.
USER: Final = "user_id"
ITEM: Final = "item_id"
PLAYS: Final = "plays"
TIMESTAMP: Final = "timestamp"
SPLIT: Final = "split"
BATCH: Final = "batch"
NAME: Final = "name"
ARTIST: Final = "artist"
ARTIST_REGION: Final = "artist_region"
ARTIST_COUNTRY: Final = "artist_country"
ARTIST_GENDER: Final = "artist_gender"
COUNTRY: Final = "country"
REGION: Final = "region"
GENDER: Final = "gender"
AGE: Final = "age"
SIGNUP: Final = "signup"
MUSIC_TYPE: Final = "music_type"
SHARE: Final = "share"
WEIGHT: Final = "weight"
FRIEND: Final = "friend_id"
FIRST_SEEN: Final = "first_seen"
TASTE: Final = "taste"

UNKNOWN: Final = "unknown"
"""Group of listeners or items whose attribute is null: shown, and left out of differences."""
OTHER: Final = "other"
"""Group that pools the groups smaller than `min_group`."""
AGE_BANDS: Final = (18, 25, 35, 50)
"""Lower bounds of the age bands after the first, where params.yaml gives none: the same for all profiles of
data, so that they can be compared, and for weights that are balanced between bands.
"""
TAIL_SHARE: Final = 0.2
"""Share of the listener-item pairs that the emerging items, those with the fewest listeners, hold."""


class Table(StrEnum):
    """The canonical tables, the same for every data set."""

    INTERACTIONS = "interactions"
    ITEMS = "items"
    USERS = "users"
    ITEM_TYPES = "item_types"
    FRIENDS = "friends"


EVENTS: Final = "events"
"""New listening, which comes in files of its own and becomes rows of the canonical tables."""


class BlockName(StrEnum):
    """Groups of matrix columns: item kinds that can be ranked, and influencers beside them."""

    TRACK = "track"
    ARTIST = "artist"
    MUSIC_TYPE = "music_type"
    FRIEND = "friend"
    COUNTRY = "country"
    GENDER = "gender"
    AGE_BAND = "age_band"


DEMOGRAPHIC: Final = frozenset({BlockName.COUNTRY, BlockName.GENDER, BlockName.AGE_BAND})
"""Blocks that say who a listener is; off unless an owner names them."""
SIDE_BLOCKS: Final = DEMOGRAPHIC | {BlockName.FRIEND}
"""Blocks that hold no listening: nothing to rank, nothing to hold out."""


class Part(StrEnum):
    """What a model is fitted on."""

    TRAIN = "train"  # tuning: judged on the validation part
    TRAIN_VALID = "train_valid"  # evaluation: judged on the test part
    ALL = "all"  # release: every play there is
