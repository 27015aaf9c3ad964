"""Simulated shops on disk, as refitting the heads and measuring a bundle against the truth read them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from context import context_features
from dataset import LENGTHS, Folder
from network import BINS, DAY, Member, context_width

POSITIONS = 6_144


class Shops:
    """One folder of training data, with the body's reading of each query once `read` has been called."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, Folder(folder)
        self.survival = np.memmap(folder / "survival.f32", dtype=np.float32, mode="r").reshape(-1, BINS)
        self.width = 0
        self.features: NDArray[np.float16] = np.zeros((0, 0), np.float16)

    def windows(self, per_query: int) -> Iterator[tuple[NDArray[np.int64], int]]:
        """Windows of one padded length, a batch at a time."""
        buckets, asked = self.data.buckets(), np.diff(self.data.first_query)
        for length in LENGTHS:
            index = np.flatnonzero((buckets == length) & (asked > 0))
            index = index[np.argsort(asked[index], kind="stable")]
            rows = max(2, POSITIONS // length // per_query)
            yield from ((index[at : at + rows], length) for at in range(0, len(index), rows))

    def padded(self, windows: NDArray[np.int64], length: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """words, at, count, local [R,T]"""
        shape = (len(windows), length)
        arrays = [np.zeros(shape, kind) for kind in (np.int64, np.int64, np.float32, np.int64)]
        for row, window in enumerate(windows):
            first, size, _ = self.data.windows[window]
            for array, source in zip(arrays, (self.data.words, self.data.at, self.data.count, self.data.local), strict=True):
                array[row, :size] = source[first : first + size]
        words, at, count, local = (torch.from_numpy(array) for array in arrays)
        return words, at, count, local

    def read(self, member: Member, key: str) -> None:
        """Context features and body state of every query, made once for a body."""
        file = self.folder / f"features-{key}.f16"
        self.width = context_width() + member.type_embedding.weight.shape[1]
        if not file.exists():
            made = np.zeros((len(self.data.queries), self.width), np.float16)
            with torch.no_grad():
                for windows, length in self.windows(1):
                    first, end = self.data.first_query[windows], self.data.first_query[windows + 1]
                    chosen = np.minimum(first[:, None] + np.arange(int((end - first).max())), end[:, None] - 1)
                    words, at, count, local = self.padded(windows, length)
                    moment = torch.from_numpy(
                        np.asarray(self.data.queries[chosen.ravel(), 1], np.int64).reshape(chosen.shape) * DAY
                    )
                    p = member.positions(words, at, count, local)
                    state = member.latest(member.states(words, count, p), p, moment)
                    made[chosen.ravel()] = torch.cat([context_features(p, moment), state], -1).flatten(0, 1).numpy()
            made.tofile(file.with_suffix(".part"))
            file.with_suffix(".part").rename(file)
        self.features = np.memmap(file, dtype=np.float16, mode="r").reshape(-1, self.width)

    def queries(self, chosen: NDArray[np.int64]) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """raw [N,1,F+S], state [N,1,D], moment [N,1], survival [N,1,K], weight [N,1]"""
        asked = np.asarray(self.data.queries[chosen])
        context = context_width()
        features = np.asarray(self.features[chosen], np.float32)
        raw = np.concatenate([features[:, :context], self.data.shop[asked[:, 2]]], 1)
        found = (
            raw,
            features[:, context:],
            asked[:, 1].astype(np.int64) * DAY,
            np.asarray(self.survival[chosen]),
            np.asarray(self.data.weights[chosen]),
        )
        raw_, state, moment, survival, weight = (torch.from_numpy(array).unsqueeze(1) for array in found)
        return raw_, state, moment, survival, weight
