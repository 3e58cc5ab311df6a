"""Invented names of artists and tracks: pronounceable, different from each other, nobody's in particular."""

from typing import Final

import numpy as np

ONSETS: Final = (
    "b",
    "br",
    "d",
    "dr",
    "f",
    "g",
    "h",
    "k",
    "kl",
    "l",
    "m",
    "n",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
    "w",
    "z",
)
VOWELS: Final = ("a", "e", "i", "o", "u", "au", "ei", "ö", "é", "á")
VOWEL_SHARES: Final = (0.22, 0.18, 0.16, 0.18, 0.12, 0.04, 0.04, 0.02, 0.02, 0.02)
INNER_CODAS: Final = ("", "", "", "", "", "n", "r", "l")
FINAL_CODAS: Final = ("", "", "", "n", "r", "l", "s", "m", "nd", "x")
SURNAMES: Final = ("vale", "mere", "quist", "ano", "ovic", "ette", "borg", "ini", "wick", "uro")
KINDS: Final = ("word", "full name", "band")
KIND_SHARES: Final = (0.45, 0.35, 0.2)
THREE_SYLLABLES: Final = 0.3  # share of the words
BANDS: Final = ("Parade", "Society", "Orchestra", "Signal", "Harbour", "Engine", "Committee", "Choir")

QUALITIES: Final = (
    "Amber", "Bitter", "Blue", "Borrowed", "Broken", "Burning", "Careful", "Distant", "Electric", "Empty",
    "Endless", "Faded", "First", "Frozen", "Gentle", "Glass", "Golden", "Hidden", "Hollow", "Last",
    "Little", "Lost", "Lucky", "Midnight", "Naked", "Northern", "Open", "Paper", "Patient", "Quiet", "Red",
    "Restless", "Second", "Secret", "Silver", "Slow", "Southern", "Stolen", "Velvet", "Winter",
)  # fmt: skip
THINGS: Final = (
    "Arrows", "Avenue", "Balcony", "Bells", "Bridge", "Carousel", "City", "Clouds", "Compass", "Corner",
    "Crown", "Dancers", "Diary", "Engine", "Evening", "Feathers", "Fever", "Flags", "Garden", "Ghost",
    "Harvest", "Heart", "Holiday", "Horizon", "Island", "Kingdom", "Ladder", "Lantern", "Letter",
    "Lighthouse", "Machine", "Mirror", "Morning", "Motorway", "Mountain", "Ocean", "Orchard", "Parade",
    "Picture", "Promise", "Radio", "Railway", "Rain", "River", "Satellite", "Season", "Shadow", "Signal",
    "Staircase", "Station", "Stranger", "Summer", "Telephone", "Theatre", "Thunder", "Tide", "Tower",
    "Umbrella", "Window", "Wire",
)  # fmt: skip


def _words(count: int, rng: np.random.Generator) -> np.ndarray:
    """Invent `count` capitalised words of two or three syllables, as an array of str objects."""
    first, second, third = (
        rng.choice(ONSETS, count).astype(object) + rng.choice(VOWELS, count, p=VOWEL_SHARES).astype(object)
        for _ in range(3)
    )
    inner, final = (rng.choice(codas, count).astype(object) for codas in (INNER_CODAS, FINAL_CODAS))
    lower = first + inner + second + np.where(rng.random(count) < THREE_SYLLABLES, third, "") + final
    return np.array([word.capitalize() for word in lower], dtype=object)


def artists(count: int, rng: np.random.Generator) -> np.ndarray:
    """Invent artist names, no two alike even after case folding.

    Parameters
    ----------
    count
        How many.
    rng
        Source of the draws.

    Returns
    -------
    ndarray
        Names as str objects, shape (count,).
    """
    drawn = 2 * count + 50
    words, others = _words(drawn, rng), _words(drawn, rng)
    surnames = others + rng.choice(SURNAMES, drawn).astype(object)
    bands = "The " + words + " " + rng.choice(BANDS, drawn).astype(object)
    kind = rng.choice(KINDS, drawn, p=KIND_SHARES)
    names = np.select([kind == "word", kind == "full name"], [words, words + " " + surnames], bands)
    _, first = np.unique([name.casefold() for name in names], return_index=True)
    return np.asarray(names[np.sort(first)][:count])


def tracks(count: int, rng: np.random.Generator) -> np.ndarray:
    """Invent different titles; once all are used, they come again as "Part 2".

    Parameters
    ----------
    count
        How many.
    rng
        Source of the draws.

    Returns
    -------
    ndarray
        Titles as str objects, shape (count,).
    """
    plain = [f"{quality} {thing}" for quality in QUALITIES for thing in THINGS]
    linked = [f"{a} and {b}" for a in THINGS for b in THINGS if a != b]
    titles = np.array(plain + linked, dtype=object)
    order = np.concatenate([rng.permutation(titles.size) for _ in range(-(-count // titles.size))])[:count]
    part = np.arange(count) // titles.size
    suffix = np.where(part == 0, "", " (Part " + (part + 1).astype(str).astype(object) + ")")
    return np.asarray(titles[order] + suffix)
