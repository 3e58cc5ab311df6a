"""A random number of each listener-item pair that depends on nothing but the pair and the seed."""

import hashlib

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def uniform(listeners: pd.Series, items: pd.Series, *, seed: int) -> NDArray[np.float64]:
    """Draw a number for each pair, the same in whatever table it stands.

    Parameters
    ----------
    listeners
        Id of each pair's listener; 7 is the same as "7".
    items
        Id of each pair's item, likewise.
    seed
        Another one draws other numbers.

    Returns
    -------
    NDArray[np.float64]
        Shape (n_pairs,), uniform in 0..1.

    References
    ----------
    The mixing is the finaliser of SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number
    generators", OOPSLA 2014.
    """
    return np.asarray(_mixed(_digests(listeners) ^ np.uint64(seed % 2**64), _digests(items)) / 2.0**64)


def _digests(ids: pd.Series) -> NDArray[np.uint64]:
    """Hash each id to 64 bits, a number like its digits: shape of `ids`."""
    codes, unique = ids.factorize()
    digests = (hashlib.blake2b(str(each).encode(), digest_size=8).digest() for each in unique)
    return np.asarray(np.frombuffer(b"".join(digests), dtype="<u8")[codes], dtype=np.uint64)


def _mixed(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix two numbers into one by the finaliser of SplitMix64, twice."""
    mixed = first
    for more in (np.zeros_like(second), second):
        mixed = (mixed ^ more) + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed = mixed ^ (mixed >> np.uint64(31))
    return mixed
