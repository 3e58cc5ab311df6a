"""Three fonts that tests bring, so that no layout depends on those of a machine: matplotlib ships them."""

import base64
from functools import cache
from pathlib import Path

import matplotlib as mpl

FAMILIES = {"sans": "DejaVuSans", "serif": "DejaVuSerif", "monospace": "DejaVuSansMono"}
FACE = "@font-face {{ font-family: Brought; font-weight: {weight}; src: url(data:font/ttf;base64,{data}); }}"


@cache
def style(kind: str) -> str:
    """Give the style sheet that sets all of a page in one font."""
    folder = Path(mpl.get_data_path()) / "fonts/ttf"
    files = {"normal": f"{FAMILIES[kind]}.ttf", "bold": f"{FAMILIES[kind]}-Bold.ttf"}
    faces = [
        FACE.format(weight=weight, data=base64.b64encode((folder / file).read_bytes()).decode())
        for weight, file in files.items()
    ]
    return "\n".join([*faces, "* { font-family: Brought !important; }"])


def brought(page: str, kind: str) -> str:
    """Give a copy of a page in that font, with leave to load it."""
    copy = page.replace("img-src data:", "img-src data:; font-src data:")
    assert copy.count("</head>") == 1
    return copy.replace("</head>", f"<style>{style(kind)}</style></head>")


LOADED = "document.fonts.ready.then((all) => [...all].map((face) => face.status))"  # of the two of `style`
