"""Generated listening in the files of Last.fm 360K or 1K: `python benchmarks/shapes.py 360k FOLDER`.

Rows, listeners and artists are as many as the publisher counts, or in proportion to `--rows`. The form is
that of the real files, with their quirks: names without an MBID, tabs and quotes in names, ages that are
jokes, countries that are no more, rows of no plays, dates in the future. Listeners of a country
share tastes, so that there is something to learn, and to be unfair by. The tracks and tags that the readers
take from other data sets are written beside them, for these artists.
"""

import fairtune.config.pinned  # noqa: F401 - before numpy

# isort: split
import argparse
import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

ROWS: Final = {"360k": 17_559_530, "1k": 19_150_868}
LISTENERS: Final = {"360k": 359_347, "1k": 992}
ARTISTS: Final = {"360k": 294_015, "1k": 177_023}
TRACKS: Final = 1_500_661
WITH_ID: Final = 186_642 / 294_015
"""Share of the artists that have an MBID."""
GROWTH: Final = 0.69
"""Artists and tracks grow as the rows to this power."""
TASTES: Final = 40
BLOCK: Final = 1_000_000
"""Rows that are written at once."""
COUNTRIES: Final = (
    "United States", "Germany", "United Kingdom", "Poland", "Russian Federation", "Brazil", "Sweden", "Spain",
    "Finland", "Netherlands", "Canada", "Turkey", "Italy", "France", "Australia", "Japan", "Mexico", "Norway",
    "Korea, Republic of", "Cote D'Ivoire", "Netherlands Antilles",
)  # fmt: skip
"""As the profiles name them; the more listeners, the further to the front."""
CODES: Final = (
    "US", "DE", "GB", "PL", "RU", "BR", "SE", "ES", "FI", "NL", "CA", "TR", "IT", "FR", "AU", "JP", "MX",
    "NO", "KR",
)  # fmt: skip
SYLLABLES: Final = (
    "ka",
    "lo",
    "mi",
    "ra",
    "sun",
    "te",
    "vo",
    "ny",
    "Ø",
    "ö",
    "ж",
    "の",
    "dar",
    "el",
    "is",
    "po",
)
AGES: Final = (-1337, 0, 3, 99, 101, 1002)
"""What some of those who state their age say."""
TAGS: Final = (
    "rock", "electronic", "indie", "hip-hop", "metal", "jazz", "folk", "punk", "ambient", "soul", "classical",
    "reggae", "blues", "country", "techno", "house", "trance", "industrial", "pop", "shoegaze",
)  # fmt: skip

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """Who and what there is.

    Attributes
    ----------
    popularity
        Of each artist, sums to 1; artists of a taste stand together.
    first
        The first artist of each taste, and the end.
    taste
        Of each listener.
    country
        Of each listener, a position in `COUNTRIES`, -1 for none.
    names, mbids
        Of each artist; no MBID: "".
    """

    popularity: Floats
    first: Ints
    taste: Ints
    country: Ints
    names: list[str]
    mbids: list[str]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("shape", choices=list(ROWS))
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--rows", type=int, help="default: as many as the publisher counts")
    arguments.add_argument("--damaged", type=int, default=0, help="rows that can't be read")
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    began = time.monotonic()
    write(
        chosen.shape,
        chosen.folder,
        rows=chosen.rows or ROWS[chosen.shape],
        damaged=chosen.damaged,
        seed=chosen.seed,
    )
    for file in sorted(chosen.folder.iterdir()):
        print(f"{file.stat().st_size:>13,} bytes  {file.name}")
    print(f"in {time.monotonic() - began:.0f} s")


def write(shape: str, folder: Path, *, rows: int, damaged: int = 0, seed: int = 1) -> None:
    """Write the files of a data set.

    Parameters
    ----------
    shape
        360k or 1k.
    folder
        Where they go; made if it isn't there.
    rows
        Rows of the file of plays, at least 1,000.
    damaged
        Rows among them that can't be read.
    seed
        Of everything drawn.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(seed)
    part = rows / ROWS[shape]
    listeners = LISTENERS[shape] * part if shape == "360k" else min(LISTENERS[shape], rows / 250)
    world = _world(draw, max(4, round(listeners)), max(50, round(ARTISTS[shape] * part**GROWTH)))
    _other_sets(folder, draw, world)
    if shape == "360k":
        _write_360k(folder, draw, world, rows, damaged)
    else:
        _write_1k(folder, draw, world, rows, damaged, max(100, round(TRACKS * part**GROWTH)))


def _world(draw: np.random.Generator, listeners: int, artists: int) -> World:
    taste_of_artist = np.sort(draw.integers(0, TASTES, artists))
    popularity = 1 / (draw.permutation(artists) + 8.0)
    names = [_name(number) for number in range(artists)]
    mbids = [_mbid(f"artist {number}") for number in range(artists)]
    for number in np.flatnonzero(_some(draw, artists, 1 - WITH_ID)):
        mbids[number] = ""
    country = (draw.power(0.35, listeners) * len(COUNTRIES)).astype(np.int64)
    country[_some(draw, listeners, 0.1)] = -1
    at_home = _some(draw, listeners, 0.5)  # half of a country's listeners have one of its two tastes
    taste = np.where(
        at_home, (2 * country + draw.integers(0, 2, listeners)) % TASTES, draw.integers(0, TASTES, listeners)
    )
    return World(
        popularity=popularity / popularity.sum(),
        first=np.searchsorted(taste_of_artist, np.arange(TASTES + 1)),
        taste=taste,
        country=country,
        names=names,
        mbids=mbids,
    )


def _some(draw: np.random.Generator, n: int, share: float) -> NDArray[np.bool_]:
    return draw.random(n) < share


def _name(number: int) -> str:
    parts = []
    rest = number + len(SYLLABLES)
    while rest:
        rest, syllable = divmod(rest, len(SYLLABLES))
        parts.append(SYLLABLES[syllable])
    name = "".join(parts).capitalize()
    marks = {101: '{} "live"', 503: "{}, the", 997: "{}\tand friends", 1499: "{} & {}"}
    return next(
        (mark.format(name, name) for every, mark in marks.items() if number % every == every - 1), name
    )


def _mbid(what: str) -> str:
    digits = hashlib.md5(what.encode(), usedforsecurity=False).hexdigest()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _drawn_artists(draw: np.random.Generator, world: World, listeners: Ints) -> Ints:
    """Draw an artist for each listener: three of four from the own taste, the others from all."""
    reached = np.concatenate([[0.0], np.cumsum(world.popularity)])
    low, high = (reached[world.first[world.taste[listeners] + end]] for end in (0, 1))
    own = _some(draw, len(listeners), 0.75)
    low, high = np.where(own, low, 0.0), np.where(own, high, reached[-1])
    places = np.searchsorted(reached, low + (high - low) * draw.random(len(listeners)), side="right") - 1
    return np.clip(places, 0, len(world.names) - 1)


def _write_360k(folder: Path, draw: np.random.Generator, world: World, rows: int, damaged: int) -> None:
    n_listeners = len(world.taste)
    ids = [
        hashlib.sha1(str(number).encode(), usedforsecurity=False).hexdigest() for number in range(n_listeners)
    ]
    ids.sort()
    signups = np.datetime64("2002-11-01") + draw.integers(0, 2_300, n_listeners)
    _write_profile(folder / "usersha1-profile.tsv", draw, world, ids, signups, header="")
    wanted = draw.multinomial(rows, np.full(n_listeners, 1 / n_listeners))
    pairs = _pairs(draw, world, wanted, rows)
    listeners, artists = pairs // len(world.names), pairs % len(world.names)
    plays = np.maximum(1, np.rint(draw.lognormal(4.5, 1.3, rows))).astype(np.int64)
    plays[draw.integers(0, rows, rows // 500_000)] = 0
    order = np.lexsort((-plays, listeners))
    names, mbids = pa.array(world.names), pa.array(world.mbids)
    accounts = pa.array(ids)

    def lines(start: int, end: int) -> pa.Array:
        here = order[start:end]
        columns = (
            accounts.take(pa.array(listeners[here])),
            mbids.take(pa.array(artists[here])),
            names.take(pa.array(artists[here])),
            pc.cast(pa.array(plays[here]), pa.string()),
        )
        return pc.binary_join_element_wise(*columns, "\t")

    _write_lines(folder / "usersha1-artmbid-artname-plays.tsv", draw, lines, rows, damaged)


def _pairs(draw: np.random.Generator, world: World, wanted: Ints, rows: int) -> Ints:
    """Draw `rows` different pairs of listener and artist: listener * artists + artist, sorted."""
    n_artists = len(world.names)
    pairs = np.empty(0, np.int64)
    while (missing := rows - len(pairs)) > 0:
        held = np.bincount(pairs // n_artists, minlength=len(wanted))
        more = np.rint(1.6 * np.maximum(wanted - held, 0)).astype(np.int64) + 1  # some are drawn twice
        listeners = np.repeat(np.arange(len(wanted)), more)
        drawn = np.unique(listeners * n_artists + _drawn_artists(draw, world, listeners))
        fresh = np.setdiff1d(drawn, pairs, assume_unique=True)
        if len(fresh) > missing:
            fresh = draw.choice(fresh, missing, replace=False)
        pairs = np.union1d(pairs, fresh)
    return pairs


def _write_1k(
    folder: Path, draw: np.random.Generator, world: World, rows: int, damaged: int, n_tracks: int
) -> None:
    n_listeners = len(world.taste)
    ids = [f"user_{number:06}" for number in range(1, n_listeners + 1)]
    signups = np.datetime64("2005-02-14") + draw.integers(0, 600, n_listeners)
    header = "#id\tgender\tage\tcountry\tregistered\n"
    _write_profile(folder / "userid-profile.tsv", draw, world, ids, signups, header=header)
    artist_of_track = np.sort(
        np.concatenate(
            [np.arange(len(world.names)), draw.choice(len(world.names), n_tracks, p=world.popularity)]
        )
    )
    first_track = np.searchsorted(artist_of_track, np.arange(len(world.names) + 1))
    titles = [f"{_name(number + 7)} {number % 97}" for number in range(len(artist_of_track))]
    tracks = ["" if number % 10 == 0 else _mbid(f"track {number}") for number in range(len(artist_of_track))]
    activity = draw.lognormal(0, 1, n_listeners)
    listeners = np.repeat(np.arange(n_listeners), draw.multinomial(rows, activity / activity.sum()))
    # What somebody plays comes from a pool of their own, its front more often than its end.
    size = np.maximum(5, np.bincount(listeners, minlength=n_listeners) // 6)
    pool_of = np.repeat(np.arange(n_listeners), size)
    pool_artists = _drawn_artists(draw, world, pool_of)
    there = first_track[pool_artists + 1] - first_track[pool_artists]
    pool = first_track[pool_artists] + (there * draw.random(len(pool_of)) ** 2).astype(np.int64)
    start = np.concatenate([[0], np.cumsum(size)])[:-1]
    chosen = pool[start[listeners] + (size[listeners] * draw.random(rows) ** 2.5).astype(np.int64)]
    begins, ends = (np.datetime64(day, "s").astype(np.int64) for day in ("2005-02-14", "2009-06-20"))
    times = begins + ((ends - begins) * draw.random(rows) ** 0.8).astype(np.int64)
    times[draw.integers(0, rows, rows // 1_000_000 + 1)] = np.datetime64("2013-09-29T18:32:04").astype(
        np.int64
    )
    order = np.lexsort((-times, listeners))
    columns = {
        "listener": (pa.array(ids), listeners),
        "time": (None, times),
        "artist id": (pa.array(world.mbids), artist_of_track[chosen]),
        "artist": (pa.array([name.replace("\t", " ") for name in world.names]), artist_of_track[chosen]),
        "track id": (pa.array(tracks), chosen),
        "track": (pa.array(titles), chosen),
    }

    def lines(start: int, end: int) -> pa.Array:
        here = order[start:end]
        texts = [
            values.take(pa.array(codes[here]))
            if values is not None
            else pa.array(np.datetime_as_string(codes[here].astype("datetime64[s]"), timezone="UTC"))
            for values, codes in columns.values()
        ]
        return pc.binary_join_element_wise(*texts, "\t")

    _write_lines(folder / "userid-timestamp-artid-artname-traid-traname.tsv", draw, lines, rows, damaged)


def _write_profile(
    path: Path,
    draw: np.random.Generator,
    world: World,
    ids: list[str],
    signups: Ints,
    *,
    header: str,
) -> None:
    """Write who the listeners are: gender, age, country, signup, each of them empty for some."""
    n = len(ids)
    genders = np.array(["m", "f", ""])[draw.choice(3, n, p=[0.66, 0.25, 0.09])]
    ages = np.rint(draw.normal(25, 8, n)).astype(np.int64)
    strange = _some(draw, n, 0.002)
    ages[strange] = draw.choice(AGES, int(strange.sum()))
    unstated = _some(draw, n, 0.2)
    days = signups.astype("datetime64[D]").tolist()
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(header)
        for number, account in enumerate(ids):
            age = "" if unstated[number] else str(ages[number])
            country = COUNTRIES[world.country[number]] if world.country[number] >= 0 else ""
            day = days[number]
            signup = f"{day:%b} {day.day}, {day.year}"
            file.write(f"{account}\t{genders[number]}\t{age}\t{country}\t{signup}\n")


def _write_lines(
    path: Path, draw: np.random.Generator, lines: Callable[[int, int], pa.Array], rows: int, damaged: int
) -> None:
    """Write the lines of a file in blocks; `damaged` of them can't be read."""
    wrong = dict(zip(draw.choice(rows, damaged, replace=False).tolist(), _damage(), strict=False))
    with path.open("wb") as file:
        for start in range(0, rows, BLOCK):
            end = min(start + BLOCK, rows)
            here = lines(start, end)
            hit = sorted(line for line in wrong if start <= line < end)
            if hit:
                texts = here.cast(pa.binary()).to_pylist()
                for line in hit:
                    texts[line - start] = wrong[line](texts[line - start])
                here = pa.array(texts, pa.binary())
            ended = pc.binary_join_element_wise(here, pa.scalar("", here.type), pa.scalar("\n", here.type))
            offsets = np.frombuffer(ended.buffers()[1], np.int32)[
                ended.offset : ended.offset + len(ended) + 1
            ]
            file.write(memoryview(ended.buffers()[2])[offsets[0] : offsets[-1]])


def _damage() -> Iterator[Callable[[bytes], bytes]]:
    """Yield ways to damage a line, one after the other, without end."""
    while True:
        yield lambda line: line[: len(line) // 3]
        yield lambda line: line.replace(b"\t", b"\xff\t", 3)
        yield lambda line: b"sep 20, 2008\t" + line.partition(b"\t")[2]
        yield lambda line: line[:0]


def _other_sets(folder: Path, draw: np.random.Generator, world: World) -> None:
    """Write what the readers take from LFM-2b and Last.fm 2K: countries and tags of the popular artists."""
    known = np.sort(np.argsort(-world.popularity, kind="stable")[: max(40, len(world.names) // 6)])
    taste = np.searchsorted(world.first, known, side="right") - 1
    abroad = _some(draw, len(known), 0.3)
    codes = np.where(abroad, draw.integers(0, len(CODES), len(known)), taste // 2 % len(CODES))
    plain = [world.names[number].replace("\t", " ") for number in known]
    with (folder / "tracks.tsv").open("w", encoding="utf-8", newline="\n") as file:
        for name, code in zip(plain, codes.tolist(), strict=True):
            quoted = '"' + name.replace('"', '""') + '"' if '"' in name else name
            file.write(f"{quoted}\tsong\t{CODES[code]}\n")
    with (folder / "artists.dat").open("w", encoding="utf-8", newline="\n") as file:
        file.write("id\tname\turl\tpictureURL\n")
        for number, name in enumerate(plain, 1):
            file.write(f"{number}\t{name}\thttp://www.last.fm/music/{number}\t\n")
    with (folder / "tags.dat").open("w", encoding="latin-1", newline="\r\n") as file:
        file.write("tagID\ttagValue\n")
        for number, tag in enumerate(TAGS, 1):
            file.write(f"{number}\t{tag}\n")
    with (folder / "user_taggedartists.dat").open("w", encoding="utf-8", newline="\r\n") as file:
        file.write("userID\tartistID\ttagID\tday\tmonth\tyear\n")
        for number, its_taste in enumerate(taste.tolist(), 1):
            for tagger in range(2, 6):
                tag = 1 + (its_taste + (tagger == 5) * number) % len(TAGS)  # noqa: PLR2004 - one of four differs
                file.write(f"{tagger}\t{number}\t{tag}\t1\t4\t2009\n")


if __name__ == "__main__":
    main()
