"""A small listening history in the files of Last.fm 2K: line ends and encodings as its publisher has them."""

from dataclasses import replace
from itertools import product

from fairtune.columns import BlockName

ARTISTS = ("Radiohead", "Björk", "Кино", "椎名林檎", 'The "X"', "Sigur Rós", "Kraftwerk", "Die drei ???")
LISTENERS = range(2, 14)
TAGS = ("electronic", "alternative rock", "icelandic", "hip hop")  # the third: Björk, Sigur Rós
ROWS = {"interactions": 48, "items": 8, "users": 12, "friends": 24}


def small(whole):
    """Return the parameters of a data set for so little: new artists to judge by, and no limit on groups."""
    return replace(
        whole,
        ingest=replace(whole.ingest, min_items=1),
        matrix=replace(whole.matrix, target=BlockName.ARTIST, valid_share=0.25, test_share=0.25),
        gate=replace(whole.gate, max_dp_disparity={}, max_eo_disparity={}, min_eo_ratio={}, min_share={}),
    )


def write(folder):
    """Write five files and the list of artists' countries."""
    folder.mkdir(parents=True)
    plays = [(u, a + 1, 10 * u + a) for u, a in product(LISTENERS, range(len(ARTISTS))) if (u + a) % 2 == 0]
    ring = [(u, 2 + (u - 1) % len(LISTENERS)) for u in LISTENERS]
    friends = sorted({*ring, *((b, a) for a, b in ring)})
    tagged = [(u, a, 1 + a % len(TAGS), 1, 4, 2009) for u, a, _ in plays]
    artists = [(a + 1, name, f"http://www.last.fm/music/{a}", "") for a, name in enumerate(ARTISTS)]
    crlf, lf = "\r\n", "\n"
    files = {
        "artists.dat": (("id", "name", "url", "pictureURL"), artists, lf, "utf-8"),
        "tags.dat": (("tagID", "tagValue"), list(enumerate(TAGS, 1)), crlf, "latin-1"),
        "user_artists.dat": (("userID", "artistID", "weight"), plays, crlf, "utf-8"),
        "user_friends.dat": (("userID", "friendID"), friends, crlf, "utf-8"),
        "user_taggedartists.dat": (
            ("userID", "artistID", "tagID", "day", "month", "year"), tagged, crlf, "utf-8",
        ),
    }  # fmt: skip
    for name, (header, rows, end, encoding) in files.items():
        lines = ["\t".join(map(str, row)) for row in [header, *rows]]
        (folder / name).write_bytes("".join(line + end for line in lines).encode(encoding))
    (folder / "tracks.tsv").write_text("Radiohead\tCreep\tGB\nKraftwerk\tAutobahn\tDE\n", encoding="utf-8")
