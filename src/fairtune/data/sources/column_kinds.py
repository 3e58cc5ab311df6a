"""What columns of a delimited file hold, and how their text becomes it."""

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import pyarrow as pa


class Kind(StrEnum):
    """What a column holds, as the rule that its fields keep."""

    WHOLE = "is a whole number"
    TEXT = "is UTF-8 text and not empty"
    OPTIONAL = "is UTF-8 text"  # or empty: null
    MOMENT = "is a time like 2007-03-27 19:50:20"
    INSTANT = "is a time like 2007-03-27T19:50:20Z"
    UNREAD = "is anything"


FORMATS = {Kind.MOMENT: "%Y-%m-%d %H:%M:%S", Kind.INSTANT: "%Y-%m-%dT%H:%M:%SZ"}


def converted(values: "pa.ChunkedArray", kind: Kind) -> tuple[pd.Series, np.ndarray]:
    """Convert a column of text.

    Parameters
    ----------
    values
        Bytes or texts; as a dictionary of them and codes, where rows repeat few.
    kind
        What they are.

    Returns
    -------
    tuple
        The column, categorical where `values` is a dictionary, and the positions of what can't be converted
        or is nothing where something must be; those are null or worthless in the column.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(values.type):
        return _categories(values, kind)
    text, undecodable = decoded(values)
    if kind is Kind.WHOLE:
        try:
            return pc.cast(text, pa.int64()).to_pandas(), undecodable
        except pa.ArrowInvalid:
            is_whole = pc.match_substring_regex(text, r"^-?[0-9]{1,18}$")
            result = pc.cast(pc.if_else(is_whole, text, None), pa.int64())
            series = result.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    elif kind in FORMATS:
        result = pc.strptime(text, format=FORMATS[kind], unit="s", error_is_null=True)
        series = result.to_pandas()
    else:
        series = text.to_pandas().astype("str")
        empty = series.str.len() == 0
        if kind is Kind.OPTIONAL:
            return series.mask(empty), undecodable
        return series, np.union1d(undecodable, np.flatnonzero(empty))
    return series, np.flatnonzero(series.isna())


def _categories(values: "pa.ChunkedArray", kind: Kind) -> tuple[pd.Series, np.ndarray]:
    """Convert texts that are a dictionary and codes: only the dictionary is looked at."""
    import pyarrow as pa

    whole = pa.concat_arrays(values.unify_dictionaries().chunks)
    text, undecodable = decoded(pa.chunked_array([whole.dictionary]))
    texts = text.to_pandas().astype("str")
    bad = np.zeros(len(texts), np.bool_)
    bad[undecodable] = True
    empty = (texts.str.len() == 0).to_numpy(np.bool_)
    gone = bad | empty
    codes = whole.indices.to_numpy(zero_copy_only=False)
    number = np.where(gone, -1, np.cumsum(~gone) - 1).astype(np.int32)
    column = pd.Series(pd.Categorical.from_codes(number[codes], pd.Index(texts[~gone])))
    wrong = bad if kind is Kind.OPTIONAL else gone
    return column, np.flatnonzero(wrong[codes])


def decoded(values: "pa.ChunkedArray") -> tuple["pa.ChunkedArray", np.ndarray]:
    """Decode UTF-8; positions that aren't are listed and empty."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        return pc.cast(values, pa.string()), np.array([], dtype=np.int64)
    except pa.ArrowInvalid:
        pieces = values.to_pylist()
        texts = [piece.decode(errors="replace") for piece in pieces]
        wrong = [
            i for i, (piece, text) in enumerate(zip(pieces, texts, strict=True)) if piece != text.encode()
        ]
        return pa.chunked_array([pa.array(texts, pa.string())]), np.array(wrong, dtype=np.int64)
