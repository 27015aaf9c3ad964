"""Training data as the TypeScript core wrote it: flat arrays on disk, mapped into memory, never a list of all users.

A folder holds `meta.json` and, row-major and little-endian:
  words.i32 at.i64 count.f32 local.i32            positions, one after the other
  windows.i64  [W,3]  first position, number of positions, group (simulated: the shop; a shop's own log: the user)
  queries.i32  [Q,4]  window, day asked, row of shop statistics, own category of the next purchase (0 another, -1 unknown)
  weights.f32  [Q]    user-days a query stands for
  shop.f32     [R,S]  shop statistics
and what is known of the purchases after each day asked, as `targets` of meta.json names it:
  survival.f32 [Q,K]  simulated: P(no purchase before the end of each time bin), given what was visible before the day
  outcomes.i32 [Q,2]  a log: days to the first purchase (-1: none before the cut-off), days to the cut-off
"""

import functools
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from network import BINS, EDGES

LENGTHS = (32, 64, 128, 256)
DAY = 86_400
FAR = 10_000_000
ENDS = np.asarray(EDGES[1:])
Ints = NDArray[np.int64]


@dataclass
class Batch:
    """R windows of T positions with Q queries each. A query of weight 0 is padding."""

    words: torch.Tensor
    at: torch.Tensor
    count: torch.Tensor
    local: torch.Tensor
    shop: torch.Tensor
    moment: torch.Tensor
    weight: torch.Tensor
    survival: torch.Tensor
    """[R,Q,K]: P(no purchase before the end of each time bin); 0 or 1 where it is an outcome."""
    known: torch.Tensor
    """[R,Q,K]: 1 for the time bins that end by the cut-off, 0 for those nothing is known of."""
    next_local: torch.Tensor
    following: torch.Tensor
    """[R,T-1]: the next word of each position, 0 where there is none before the cut-off."""
    group: torch.Tensor
    """[R]: whose windows they are, as in `windows.i64`."""
    cut: torch.Tensor
    """[R,1]: day from which on nothing is known."""

    def to(self, device: torch.device) -> "Batch":
        return Batch(**{name: value.to(device, non_blocking=True) for name, value in vars(self).items()})


@dataclass(frozen=True)
class Part:
    """Some of the queries: by day (first included, end excluded), labels and words known before day `cut` only, and
    for simulated shops those of the shops held out or of the others."""

    first: int = -FAR
    end: int = FAR
    cut: int = FAR
    held_out: bool | None = None


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
        self.shop = mapped("shop.f32", np.float32, width)
        self.simulated = self.meta.get("targets", "survival") == "survival"
        if self.simulated:
            self.targets = mapped("survival.f32", np.float32, BINS)
        else:
            self.targets = mapped("outcomes.i32", np.int32, 2)
        # Queries are written window by window, ascending in day.
        window = np.asarray(self.queries[:, 0])
        self.first_query = np.searchsorted(window, np.arange(len(self.windows) + 1))

    def buckets(self) -> Ints:
        """For each window the padded length it needs."""
        return np.asarray(LENGTHS)[np.searchsorted(LENGTHS, np.asarray(self.windows[:, 1]))]

    @functools.lru_cache(maxsize=4)  # noqa: B019
    def ranges(self, part: Part) -> tuple[Ints, Ints]:
        """First and end of the queries of each window that a part asks."""
        low, high = self.first_query[:-1], self.first_query[1:]
        if part.first == -FAR and part.end == FAR:
            return low, high
        days = np.asarray(self.queries[:, 1])

        def earlier(day: int) -> Ints:
            sums = np.concatenate([[0], np.cumsum(days < day)])
            return sums[high] - sums[low]

        return low + earlier(part.first), low + earlier(part.end)

    def batch(self, windows: Ints, length: int, chosen: Ints, weight: NDArray[np.float32], cut: int) -> Batch:
        """Windows padded to `length`, with the queries `chosen` [R,Q], which weigh `weight` [R,Q] times their own."""
        rows, asked_each = chosen.shape
        shape = (rows, length)
        words, local = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        at, count = np.zeros(shape, np.int64), np.zeros(shape, np.float32)
        for row, window in enumerate(windows):
            first, size, _ = self.windows[window]
            part = slice(first, first + size)
            words[row, :size], at[row, :size] = self.words[part], self.at[part]
            count[row, :size], local[row, :size] = self.count[part], self.local[part]
        asked = np.asarray(self.queries[chosen.ravel()]).reshape(rows, asked_each, 4)
        survival, known = self.truth(chosen.ravel(), cut)
        bins = (rows, asked_each, BINS)
        return Batch(
            words=torch.from_numpy(words),
            at=torch.from_numpy(at),
            count=torch.from_numpy(count),
            local=torch.from_numpy(local),
            shop=torch.from_numpy(np.asarray(self.shop[asked[:, :, 2].ravel()]).reshape(rows, asked_each, -1)),
            moment=torch.from_numpy(asked[:, :, 1].astype(np.int64) * DAY),
            weight=torch.from_numpy(np.asarray(self.weights[chosen.ravel()]).reshape(rows, asked_each) * weight),
            survival=torch.from_numpy(survival.reshape(bins)),
            known=torch.from_numpy(known.reshape(bins)),
            next_local=torch.from_numpy(asked[:, :, 3].astype(np.int64)),
            following=torch.from_numpy(np.where(at[:, 1:] < cut * DAY, words[:, 1:], 0)),
            group=torch.from_numpy(np.asarray(self.windows[windows, 2])),
            cut=torch.full((rows, 1), cut),
        )

    def truth(self, chosen: Ints, cut: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Survival and known [N,K] of queries."""
        targets = np.asarray(self.targets[chosen])
        if self.simulated:
            return targets, np.ones_like(targets)
        after, observed = targets[:, :1], targets[:, 1:]
        day = np.asarray(self.queries[chosen, 1])[:, None]
        known = np.minimum(observed, cut - day) >= ENDS
        survived = (after < 0) | (after >= ENDS)
        return survived.astype(np.float32), known.astype(np.float32)


class Data:
    """Several folders as one."""

    def __init__(self, folders: list[Path], hold_out: float = 0.05) -> None:
        self.folders = [Folder(folder) for folder in folders]
        self.meta = self.folders[0].meta
        self.hold_out = hold_out

    def buckets(self, part: Part) -> list[tuple[int, int, Ints]]:
        """Windows that a part asks something of: folder, padded length, windows."""
        found: list[tuple[int, int, Ints]] = []
        for number, folder in enumerate(self.folders):
            low, high = folder.ranges(part)
            chosen = high > low
            if part.held_out is not None:
                held = (np.asarray(folder.windows[:, 2]) * 2_654_435_761 % 1_000) < self.hold_out * 1_000
                chosen &= held == part.held_out
            bucket = folder.buckets()
            found += [(number, length, np.flatnonzero(chosen & (bucket == length))) for length in LENGTHS]
        return [entry for entry in found if len(entry[2])]

    def steps(self, part: Part, positions: int) -> int:
        """Batches of one pass."""
        return sum(math.ceil(len(windows) / rows_of(length, positions)) for _, length, windows in self.buckets(part))

    def batches(self, part: Part, positions: int, queries: int, seed: tuple[int, ...], skip: int = 0) -> Iterator[Batch]:
        """One pass in random order without its first `skip` batches; a batch holds about `positions` padded positions of
        one length, and `queries` of each window drawn (with repetition where it has fewer)."""
        pick = np.random.default_rng(seed)
        plan: list[tuple[int, int, Ints]] = []
        for number, length, index in self.buckets(part):
            rows, shuffled = rows_of(length, positions), pick.permutation(index)
            plan += [(number, length, np.sort(shuffled[at : at + rows])) for at in range(0, len(shuffled), rows)]
        for turn in pick.permutation(len(plan))[skip:]:
            number, length, windows = plan[turn]
            # A generator of its own for each batch, so that a pass can begin anywhere.
            draw = np.random.default_rng((*seed, int(turn)))
            low, high = (bounds[windows] for bounds in self.folders[number].ranges(part))
            chosen = np.zeros((len(windows), queries), np.int64)
            for row, (first, end) in enumerate(zip(low, high, strict=True)):
                there = end - first
                few = there < queries
                chosen[row] = first + (draw.integers(0, there, queries) if few else draw.permutation(there)[:queries])
            share = ((high - low) / queries).astype(np.float32)[:, None]
            yield self.folders[number].batch(windows, length, chosen, np.repeat(share, queries, axis=1), part.cut)

    def every(self, part: Part, positions: int) -> Iterator[Batch]:
        """Every query of a part once, in the order of the folders; what fills a row up has weight 0."""
        for number, length, index in self.buckets(part):
            rows = rows_of(length, positions)
            for at in range(0, len(index), rows):
                windows = index[at : at + rows]
                low, high = (bounds[windows] for bounds in self.folders[number].ranges(part))
                place = np.arange(int((high - low).max()))[None, :]
                there = place < (high - low)[:, None]
                chosen = np.where(there, low[:, None] + place, low[:, None])
                yield self.folders[number].batch(windows, length, chosen, there.astype(np.float32), part.cut)


def rows_of(length: int, positions: int) -> int:
    return max(2, min(512, positions // length))
