"""The variational autoencoder finds tastes that nobody told it, and says what it needs."""

import sys

import numpy as np
import pytest
from tests import toy

from fairtune.columns import Part
from fairtune.errors import BadParams
from fairtune.models.baselines.catalogue import alternative

PLAYED = {(u, i): 3 for u in range(1, 61) for i in range(6) if i % 2 == u % 2 and i // 2 != u % 5}
"""Odd listeners play odd tracks and even ones even tracks; most leave out one of their own."""
BUILT = toy.build(PLAYED, blocks=("track",), split="random", valid_share=0.01, test_share=0.01)


def fit():
    pytest.importorskip("torch", reason="PyTorch isn't installed: pip install -e '.[neural]'")
    kind = alternative("variational_autoencoder", {})
    return kind.fit(BUILT, Part.TRAIN, factors=4, epochs=150, seed=3, threads=1)


def test_what_is_left_out_scores_above_what_the_other_half_plays():
    scores = fit().scores(np.arange(60))
    plays = BUILT.block(BUILT.target, Part.TRAIN).toarray() > 0
    own = np.add.outer(np.arange(1, 61), np.arange(6)) % 2 == 0
    lowest = np.where(own & ~plays, scores, np.inf).min(axis=1)
    highest = np.where(own, -np.inf, scores).max(axis=1)
    assert (own & ~plays).any()
    assert (lowest > highest).mean() > 0.95


def test_the_same_seed_gives_the_same_weights_and_leaves_torch_as_it_was():
    torch = pytest.importorskip("torch", reason="PyTorch isn't installed: pip install -e '.[neural]'")
    torch.manual_seed(5)
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    first, second = fit(), fit()
    assert first.encode.dtype == np.float32
    assert (first.encode == second.encode).all()
    assert (first.scores(np.arange(60)) == second.scores(np.arange(60))).all()
    assert (torch.get_rng_state() == state).all()
    assert torch.get_num_threads() == threads


def test_without_pytorch_it_says_which_extra_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(BadParams) as error:
        alternative("variational_autoencoder", {}).fit(BUILT, Part.TRAIN, seed=1, threads=1)
    assert str(error.value) == (
        "train.alternatives.variational_autoencoder: needs PyTorch, which is not installed: "
        "`pip install -e '.[neural]'`, or take it out of train.alternatives"
    )
