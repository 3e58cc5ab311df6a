"""A sample of the listeners in the proportions of all: what is judged on it stands for everybody."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fairtune.matrix.listener_groups import Labels


def draw(
    labels: Mapping[str, Labels], n_listeners: int, size: int | None, *, seed: int
) -> NDArray[np.intp] | None:
    """Draw listeners, stratified by groups: a systematic sample of all in the order of their groups.

    Parameters
    ----------
    labels
        By grouping, labels of shape (n_listeners,); listeners are ordered by the first grouping, within its
        groups by the second, and so on, and at last by chance.
    n_listeners
        How many there are.
    size
        How many are drawn, 1 and above; None: all.
    seed
        Of the draw.

    Returns
    -------
    NDArray[np.intp] | None
        Ascending, shape (size,). Every group of the first grouping, and every group within it, has its share
        of the sample to the nearest listener, up or down. None: all, because there are no more than `size`.
    """
    if size is None or n_listeners <= size:
        return None
    rng = np.random.default_rng(seed)
    chance, offset = rng.random(n_listeners), rng.random()
    order = np.lexsort((chance, *reversed(list(labels.values()))))
    places = np.floor((np.arange(size) + offset) * n_listeners / size).astype(np.intp)
    return np.sort(order[places])
