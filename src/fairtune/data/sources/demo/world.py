"""The truth behind the data set `demo`: who likes what, how good each track is, and what a region costs it.

Listener u plays track i, independently of every other pair, with probability

    p(u,i) = m(i) * (1 - exp(-n(u) * w(u,i)))
    w(u,i) = (1 - t) * q(i) / sum_j q(j)  +  t * q(i) a(u,i) / sum_j q(j) a(u,j)

m(i): the planted bias, 1 for artists of the favoured country and 1 - `regional_bias` for all others.
n(u): how much the listener listens, log-normal.
t: `taste_strength`.
q(i): how good the track is, log-normal, hence a long tail.
a(u,i): the sum over music types of the listener's taste for the type times the track's share of it, times the
    listener's liking of the scene of the artist (a few scenes in each type, named nowhere in the tables).

So a track from elsewhere is played with exactly 1 - b times the probability of the same track from the
favoured country. Quality, music types and taste know nothing of countries: countries are dealt out evenly
along the ranking of the artists by quality, which is then levelled: without bias a track is played equally
often, in expectation, whatever its country. So the pairs per track from elsewhere, over the pairs per
track from the favoured country, are 1 - b in expectation. With the same seed, a world with b > 0 is the
world with b = 0 with a part of the plays from elsewhere taken out.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from fairtune.config.sections import Generate

MUSIC_TYPES: Final = (
    "rock", "pop", "electronic", "indie", "metal", "hip hop", "folk", "jazz", "punk", "ambient", "soul",
    "classical", "reggae", "blues", "country", "house", "techno", "progressive rock", "post-rock", "trip hop",
)  # fmt: skip
SCENES: Final = 4  # of each music type
CHUNK: Final = 500  # listeners whose pairs are held in memory at a time
BREADTH: Final = 1.2  # sum of the Dirichlet weights of tastes: the smaller, the fewer favourite types
LIKING: Final = 0.4  # shape of the gamma distribution of the liking of scenes: the smaller, the pickier
LEVELLING_STEPS: Final = 4
FAVOURED: Final = "US"
ARTIST_COUNTRIES: Final = {
    "US": 0.36, "GB": 0.18, "DE": 0.07, "FR": 0.05, "SE": 0.05, "NO": 0.03, "NL": 0.03, "PL": 0.03,
    "JP": 0.06, "BR": 0.05, "CA": 0.05, "AU": 0.04,
}  # fmt: skip
"""Country -> share of the artists; three of the four default regions are disadvantaged."""


@dataclass(frozen=True)
class World:
    """What is planted. U listeners, I tracks, A artists, T music types, S scenes.

    Attributes
    ----------
    taste
        Share of each music type in the listener's taste, (U, T); rows sum to 1.
    activity
        n(u), expected plays without bias and without repeats, (U,).
    types
        Share of each music type in the track, in whole percent, (I, T); rows sum to 1.
    scene
        Scene of the track's artist, (I,).
    liking
        Liking of each scene, mean 1, (U, S).
    quality
        q(i) / sum q, (I,).
    artist
        Position of the track's artist, (I,).
    country
        True country, also where the tables hide it, (A,).
    taste_strength
        t, 0 (everybody likes the same) to 1 (taste decides alone).
    regional_bias
        b, 0 (none) to 1 (nothing from elsewhere is played).
    """

    taste: np.ndarray
    activity: np.ndarray
    types: np.ndarray
    scene: np.ndarray
    liking: np.ndarray
    quality: np.ndarray
    artist: np.ndarray
    country: np.ndarray
    taste_strength: float
    regional_bias: float

    @property
    def favoured(self) -> np.ndarray:
        """Whether the track's artist is from the favoured country: bool (I,)."""
        return np.asarray(self.country[self.artist] == FAVOURED)

    @property
    def multiplier(self) -> np.ndarray:
        """m(i): 1 or 1 - regional_bias, (I,)."""
        return np.where(self.favoured, 1.0, 1.0 - self.regional_bias)

    def chunks(self) -> list[np.ndarray]:
        """Split the listeners into groups small enough to hold one number for each of their pairs."""
        return np.array_split(np.arange(self.activity.size), -(-self.activity.size // CHUNK))

    def affinity(self, listeners: np.ndarray) -> np.ndarray:
        """Return a(u,i) of some listeners, at least 0: (len(listeners), I)."""
        return np.asarray((self.taste[listeners] @ self.types.T) * self.liking[listeners][:, self.scene])

    def merit(self, listeners: np.ndarray) -> np.ndarray:
        """Return p(u,i) without the planted bias, in 0..1: (len(listeners), I)."""
        own = self.quality * self.affinity(listeners)
        own /= own.sum(axis=1, keepdims=True)
        weight = (1 - self.taste_strength) * self.quality + self.taste_strength * own
        return np.asarray(-np.expm1(-self.activity[listeners, None] * weight))

    def probability(self, listeners: np.ndarray) -> np.ndarray:
        """Return p(u,i), in 0..1: (len(listeners), I)."""
        return np.asarray(self.merit(listeners) * self.multiplier)


def _tastes(count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw tastes over music types, a few favourites each: (count, T), rows sum to 1."""
    appeal = 1 / (np.arange(len(MUSIC_TYPES)) + 4)
    return rng.dirichlet(appeal / appeal.sum() * BREADTH, count)


def _types(main: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw each track's shares of its artist's main type and of up to two others: (I, T), whole percents."""
    tracks, total = main.size, len(MUSIC_TYPES)
    percent = np.zeros((tracks, total), dtype=np.int64)
    rows = np.arange(tracks)
    side = np.where(rng.random((2, tracks)) < [[0.6], [0.25]], rng.integers(10, 25, (2, tracks)), 0)
    for share in side:
        percent[rows, rng.integers(0, total, tracks)] += share
    percent[rows, main] += 100 - side.sum(axis=0)
    return percent / 100


def _countries(quality: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Deal countries out so that each has its share all along the ranking by quality: (A,)."""
    names, shares = np.array(list(ARTIST_COUNTRIES)), np.array(list(ARTIST_COUNTRIES.values()))
    deck = np.repeat(names, np.round(shares * 100).astype(int))
    hand = 25  # artists of similar quality that get a fair mix; four hands make a deck
    steps = np.arange(deck.size).reshape(hand, -1).T.ravel()  # every 4th card: each hand has the deck's mix
    deals = -(-quality.size // deck.size)
    cards = np.concatenate(
        [rng.permuted(deck[steps].reshape(-1, hand), axis=1).ravel() for _ in range(deals)]
    )
    country = np.empty(quality.size, dtype=names.dtype)
    country[np.argsort(-quality, kind="stable")] = cards[: quality.size]
    return country


def _levelled(world: World) -> World:
    """Scale the quality of each country's tracks until all countries have the same mean of unbiased plays."""
    _, code = np.unique(world.country[world.artist], return_inverse=True)
    for _ in range(LEVELLING_STEPS):
        wanted = sum(world.merit(chunk).sum(axis=0) for chunk in world.chunks())
        by_country = np.bincount(code, weights=wanted) / np.bincount(code)
        quality = world.quality / by_country[code]
        world = replace(world, quality=quality / quality.sum())
    return world


def create(spec: Generate, *, seed: int) -> World:
    """Plant a world: same specification and seed, same world."""
    rng = np.random.default_rng([seed, 1])
    artists = max(spec.tracks // 5, 1)
    skill = rng.lognormal(sigma=0.9, size=artists)
    size = rng.lognormal(sigma=0.8, size=artists)  # long and short discographies
    artist = np.sort(
        np.concatenate([np.arange(artists), rng.choice(artists, spec.tracks - artists, p=size / size.sum())])
    )
    quality = skill[artist] * rng.lognormal(sigma=0.9, size=spec.tracks)
    appeal = 1 / (np.arange(len(MUSIC_TYPES)) + 6)
    main = rng.choice(len(MUSIC_TYPES), artists, p=appeal / appeal.sum())
    scene = main * SCENES + rng.integers(0, SCENES, artists)
    world = World(
        taste=_tastes(spec.listeners, rng),
        activity=np.clip(rng.lognormal(np.log(68), 0.45, spec.listeners), 20, 300),
        types=_types(main[artist], rng),
        scene=scene[artist],
        liking=rng.gamma(LIKING, 1 / LIKING, (spec.listeners, len(MUSIC_TYPES) * SCENES)),
        quality=quality / quality.sum(),
        artist=artist,
        country=_countries(np.bincount(artist, weights=quality), rng),
        taste_strength=spec.taste_strength,
        regional_bias=spec.regional_bias,
    )
    return _levelled(world)
