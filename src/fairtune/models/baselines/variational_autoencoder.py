"""`variational_autoencoder`: what a listener plays squeezed through a small distribution and back (Mult-VAE).

x: what a listener plays, scaled to length 1. The encoder gives a normal distribution of `factors` tastes, the
decoder a multinomial over columns; learned are both, by raising log p(x|z) - anneal * KL(q(z|x) | N(0, I)).

PyTorch, the extra `neural`, learns the weights. To score, the mean of the tastes is decoded by numpy: whoever
evaluates or looks at the model needs no PyTorch.

References
----------
Liang, Krishnan, Hoffman and Jebara, "Variational autoencoders for collaborative filtering", WWW 2018.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from fairtune.columns import Part
from fairtune.errors import BadParams
from fairtune.matrix.matrix import Matrix
from fairtune.metrics.ranking import Rows
from fairtune.models.base import Scores

if TYPE_CHECKING:
    from types import ModuleType

Weights = NDArray[np.float32]
BATCH: Final = 128
"""Listeners a step."""
STEP: Final = 1e-3
"""Adam's learning rate."""
DROPOUT: Final = 0.5
"""Of what a listener plays, hidden from the encoder at each step, so that it learns to fill in."""
WIDTH: Final = 4
"""Units of the hidden layers for each factor; the paper's 600 beside 200 tastes are 3."""
ANNEAL: Final = 0.2
"""Weight of the divergence at the end; it grows evenly from 0 (section 2.2.2 of the paper)."""
ORDER: Final = ("encode", "encode_bias", "mean", "mean_bias", "decode", "decode_bias", "out", "out_bias")


@dataclass(frozen=True)
class VariationalAutoencoder:
    """Weights and biases, float32, of four layers: columns -> hidden -> factors -> hidden -> columns.

    Attributes
    ----------
    played
        Listeners x columns, rows of length 1.
    encode
        First layer, (n_columns, hidden).
    encode_bias
        (hidden,).
    mean
        Second layer, the half that is the mean of the tastes, (hidden, factors).
    mean_bias
        (factors,).
    decode
        Third layer, (factors, hidden).
    decode_bias
        (hidden,).
    out
        Fourth layer, (hidden, n_columns).
    out_bias
        (n_columns,).
    """

    played: csr_array
    encode: Weights
    encode_bias: Weights
    mean: Weights
    mean_bias: Weights
    decode: Weights
    decode_bias: Weights
    out: Weights
    out_bias: Weights

    @classmethod
    def fit(
        cls,
        matrix: Matrix,
        part: Part,
        *,
        factors: int = 64,
        epochs: int = 100,
        seed: int,
        threads: int,
    ) -> Self:
        """Learn from the target's cells alone.

        Parameters
        ----------
        matrix
            Its target block is learned.
        part
            Part of it that is learned.
        factors
            Tastes in the middle, 1 and above.
        epochs
            How often every listener is looked at, 0 and above.
        seed
            Of everything that is drawn; same seed and same number of threads, same bytes.
        threads
            Of PyTorch, 1 and above.

        Returns
        -------
        Self
            The fitted model.
        """
        torch = _torch()
        played = _unit(matrix.block(matrix.target, part))
        before = torch.get_num_threads()
        torch.set_num_threads(threads)
        try:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                weights = _learn(torch, played, factors=factors, epochs=epochs)
        finally:
            torch.set_num_threads(before)
        return cls(played, **weights)

    def scores(self, listeners: Rows) -> Scores:
        hidden = np.tanh(self.played[listeners] @ self.encode + self.encode_bias)
        tastes = hidden @ self.mean + self.mean_bias
        scores = np.tanh(tastes @ self.decode + self.decode_bias) @ self.out + self.out_bias
        return np.asarray(scores, dtype=np.float32)


def _torch() -> "ModuleType":
    try:
        import torch
    except ImportError as error:
        raise BadParams(
            "train.alternatives.variational_autoencoder: needs PyTorch, which is not installed: "
            "`pip install -e '.[neural]'`, or take it out of train.alternatives"
        ) from error
    return torch  # type: ignore[no-any-return]


def _unit(plays: csr_array) -> csr_array:
    """Ones where something is played, each row scaled to length 1."""
    ones = csr_array((np.ones(plays.nnz, np.float32), plays.indices, plays.indptr), shape=plays.shape)
    lengths = np.sqrt(np.maximum(np.diff(plays.indptr), 1)).astype(np.float32)
    return csr_array(diags_array(1 / lengths) @ ones, dtype=np.float32)


def _learn(torch: Any, played: csr_array, *, factors: int, epochs: int) -> dict[str, Weights]:
    """Learn the weights of `ORDER`; everything random is drawn from torch's present state."""
    n_columns, hidden = played.shape[1], WIDTH * factors
    encode, middle = torch.nn.Linear(n_columns, hidden), torch.nn.Linear(hidden, 2 * factors)
    decode, out = torch.nn.Linear(factors, hidden), torch.nn.Linear(hidden, n_columns)
    layers = (encode, middle, decode, out)
    optimiser = torch.optim.Adam([weight for layer in layers for weight in layer.parameters()], lr=STEP)
    listeners = np.flatnonzero(np.diff(played.indptr))
    steps = max(1, epochs * -(-len(listeners) // BATCH))
    step = 0
    for _ in range(epochs):
        order = listeners[torch.randperm(len(listeners)).numpy()]
        for start in range(0, len(order), BATCH):
            x = torch.from_numpy(played[order[start : start + BATCH]].toarray())
            some = torch.nn.functional.dropout(x, DROPOUT)
            mean, spread = middle(torch.tanh(encode(some))).chunk(2, dim=1)
            tastes = mean + torch.randn_like(mean) * torch.exp(spread / 2)
            logits = out(torch.tanh(decode(tastes)))
            likelihood = (torch.log_softmax(logits, dim=1) * (x > 0)).sum(dim=1).mean()
            divergence = 0.5 * (spread.exp() + mean**2 - 1 - spread).sum(dim=1).mean()
            loss = ANNEAL * step / steps * divergence - likelihood
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            step += 1
    parts = [
        (encode.weight, encode.bias),
        (middle.weight[:factors], middle.bias[:factors]),
        (decode.weight, decode.bias),
        (out.weight, out.bias),
    ]
    flat = [array.detach().numpy() for weight, bias in parts for array in (weight.T, bias)]
    return dict(zip(ORDER, map(np.ascontiguousarray, flat), strict=True))
