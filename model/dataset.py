"""Training data as the TypeScript core wrote it: flat arrays on disk, mapped into memory, never a list of all users.

A folder holds `meta.json` and, row-major and little-endian:
  words.i32 at.i64 count.f32 local.i32            positions, one after the other
  windows.i64  [W,3]  first position, number of positions, shop
  queries.i32  [Q,4]  window, day asked, row of shop statistics, own category of the next purchase (0 another, -1 unknown)
  weights.f32  [Q]    user-days a query stands for
  survival.f32 [Q,K]  P(no purchase before the end of each time bin), given what was visible before the day
  shop.f32     [R,S]  shop statistics
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from network import BINS

LENGTHS = (32, 64, 128, 256)


@dataclass
class Batch:
    words: torch.Tensor
    at: torch.Tensor
    count: torch.Tensor
    local: torch.Tensor
    shop: torch.Tensor
    moment: torch.Tensor
    weight: torch.Tensor
    survival: torch.Tensor
    next_local: torch.Tensor


class Folder:
    """One mapped folder of training data."""

    def __init__(self, folder: Path) -> None:
        self.meta = json.loads((folder / "meta.json").read_text())
        width = len(self.meta["shopStatistics"])

        def mapped(name: str, kind: type, *shape: int) -> NDArray:  # type: ignore[type-arg]
            return np.memmap(folder / name, dtype=kind, mode="r").reshape(-1, *shape)

        self.words = mapped("words.i32", np.int32)
        self.at = mapped("at.i64", np.int64)
        self.count = mapped("count.f32", np.float32)
        self.local = mapped("local.i32", np.int32)
        self.windows = mapped("windows.i64", np.int64, 3)
        self.queries = mapped("queries.i32", np.int32, 4)
        self.weights = mapped("weights.f32", np.float32)
        self.survival = mapped("survival.f32", np.float32, BINS)
        self.shop = mapped("shop.f32", np.float32, width)
        # Queries are written window by window.
        window = np.asarray(self.queries[:, 0])
        self.first_query = np.searchsorted(window, np.arange(len(self.windows) + 1))

    def buckets(self) -> NDArray[np.int64]:
        """For each window the padded length it needs."""
        return np.asarray(LENGTHS)[np.searchsorted(LENGTHS, np.asarray(self.windows[:, 1]))]

    def batch(self, windows: NDArray[np.int64], length: int, queries: int, pick: np.random.Generator) -> Batch:
        """Windows padded to `length`, with `queries` of each drawn (with repetition where it has fewer)."""
        rows = len(windows)
        shape = (rows, length)
        words, local = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        at, count = np.zeros(shape, np.int64), np.zeros(shape, np.float32)
        chosen = np.zeros((rows, queries), np.int64)
        share = np.zeros((rows, 1), np.float32)
        for row, window in enumerate(windows):
            first, size, _ = self.windows[window]
            part = slice(first, first + size)
            words[row, :size], at[row, :size] = self.words[part], self.at[part]
            count[row, :size], local[row, :size] = self.count[part], self.local[part]
            low, high = self.first_query[window], self.first_query[window + 1]
            there = high - low
            chosen[row] = low + (pick.permutation(there)[:queries] if there >= queries else pick.integers(0, there, queries))
            share[row] = there / queries
        # Window-constant statistics would differ between queries of different days, so a batch row repeats per query day.
        asked = np.asarray(self.queries[chosen.ravel()]).reshape(rows, queries, 4)
        return Batch(
            words=torch.from_numpy(words),
            at=torch.from_numpy(at),
            count=torch.from_numpy(count),
            local=torch.from_numpy(local),
            shop=torch.from_numpy(np.asarray(self.shop[asked[:, :, 2].ravel()]).reshape(rows, queries, -1)),
            moment=torch.from_numpy(asked[:, :, 1].astype(np.int64) * 86_400),
            weight=torch.from_numpy(np.asarray(self.weights[chosen.ravel()]).reshape(rows, queries) * share),
            survival=torch.from_numpy(np.asarray(self.survival[chosen.ravel()]).reshape(rows, queries, BINS)),
            next_local=torch.from_numpy(asked[:, :, 3].astype(np.int64)),
        )


class Data:
    """Several folders as one; windows of a share of the shops can be held out."""

    def __init__(self, folders: list[Path], hold_out: float = 0.05) -> None:
        self.folders = [Folder(folder) for folder in folders]
        self.meta = self.folders[0].meta
        self.parts: dict[bool, list[tuple[int, int, NDArray[np.int64]]]] = {False: [], True: []}
        for number, folder in enumerate(self.folders):
            shops = np.asarray(folder.windows[:, 2])
            asked = np.diff(folder.first_query) > 0
            held = (shops * 2_654_435_761 % 1_000) < hold_out * 1_000
            bucket = folder.buckets()
            for kept in (False, True):
                for length in LENGTHS:
                    index = np.flatnonzero(asked & (held == kept) & (bucket == length))
                    if len(index):
                        self.parts[kept].append((number, length, index))

    def windows(self, held_out: bool = False) -> int:
        return sum(len(index) for _, _, index in self.parts[held_out])

    def batches(self, positions: int, queries: int, seed: int, held_out: bool = False) -> Iterator[Batch]:
        """One pass in random order; a batch holds about `positions` padded positions of one length."""
        pick = np.random.default_rng(seed)
        plan: list[tuple[int, int, NDArray[np.int64]]] = []
        for number, length, index in self.parts[held_out]:
            rows = max(2, min(512, positions // length))
            shuffled = pick.permutation(index)
            plan += [(number, length, np.sort(shuffled[at : at + rows])) for at in range(0, len(shuffled), rows)]
        for turn in pick.permutation(len(plan)):
            number, length, windows = plan[turn]
            if len(windows) > 1:
                yield self.folders[number].batch(windows, length, queries, pick)
