"""When two tags are one: compared without case, accents of typing, hyphens, blanks and other punctuation."""

import re
import unicodedata
from typing import Final

_NOT_A_LETTER_OR_DIGIT: Final = re.compile(r"[\W_]+")


def key(tag: str) -> str:
    """Return what all spellings of a tag share: "Hip Hop" and "hip-hop" are `hiphop`, "R&B" is `randb`.

    A tag without any letter or digit (":-)") has the empty key.
    """
    folded = unicodedata.normalize("NFKC", tag).casefold().replace("&", " and ")
    return _NOT_A_LETTER_OR_DIGIT.sub("", folded)
