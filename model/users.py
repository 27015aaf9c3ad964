"""Users one by one, as private training reads them: what the frozen bundle makes of each of a user's days asked, or the
user's sequence itself. A user is one example, whatever the number of windows and days."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from adapter import INPUTS, Adapter, adapter_inputs
from context import context_features
from dataset import DAY, FAR, LENGTHS, Folder, Ints, Part, rows_of
from losses import HAZARD, HORIZON
from network import BINS, HORIZONS, Member, logs

DAYS_ASKED = 16
"""Of each user at most; `npm run train` draws so many by the user's own id."""
POSITIONS = 6_144
WHOLE = Part()


@dataclass
class Queries:
    """U users with DAYS_ASKED queries each, of which those of weight 0 are padding."""

    chosen: Ints
    """[U,Q] places in the folder's queries"""
    weight: Tensor
    """[U,Q]: share of the log's span that a query stands for, at most 1 over a user"""


def queries_of(folder: Folder, span: int, part: Part = WHOLE) -> Queries:
    """The queries of each user, by user; those that a part does not ask weigh nothing. A user's weight does not depend on
    any other user."""
    window = np.asarray(folder.queries[:, 0])
    user = np.asarray(folder.windows[:, 2])[window]
    order = np.argsort(user, kind="stable")
    first = np.flatnonzero(np.diff(user[order], prepend=-1))
    ends = np.append(first[1:], len(order))
    if len(first) and int((ends - first).max()) > DAYS_ASKED:
        raise ValueError("these data were not made for private training; make them with --private")
    place = np.minimum(first[:, None] + np.arange(DAYS_ASKED), ends[:, None] - 1)
    there = first[:, None] + np.arange(DAYS_ASKED) < ends[:, None]
    chosen = order[place]
    day = np.asarray(folder.queries[:, 1])[chosen]
    weight = np.asarray(folder.weights)[chosen] * (there & (day >= part.first) & (day < part.end)) / span
    return Queries(chosen, torch.from_numpy(weight.astype(np.float32)))


def read_days(member: Member, folder: Folder, queries: Queries) -> tuple[Tensor, Tensor]:
    """Adapter inputs [U,Q,INPUTS] and hazard logits [U,Q,K] of the member as it is; the body reads each window once."""
    users, asked = queries.chosen.shape
    inputs, base = torch.zeros(users * asked, INPUTS), torch.zeros(users * asked, BINS)
    flat = queries.chosen.ravel()
    place: dict[int, list[int]] = {}
    for query, window in enumerate(np.asarray(folder.queries[flat, 0])):
        place.setdefault(int(window), []).append(query)
    bucket = folder.buckets()
    with torch.no_grad():
        for length in LENGTHS:
            windows = np.asarray([window for window in sorted(place) if bucket[window] == length])
            for at in range(0, len(windows), rows_of(length, POSITIONS)):
                some = windows[at : at + rows_of(length, POSITIONS)]
                most = max(len(place[window]) for window in some)
                index = np.stack([np.resize(place[window], most) for window in some])
                batch = folder.batch(some, length, flat[index], np.ones(index.shape, np.float32), FAR)
                p = member.positions(batch.words, batch.at, batch.count, batch.local)
                state = member.latest(member.states(batch.words, batch.count, p), p, batch.moment)
                context = member.scaled(context_features(p, batch.moment), slice(None, -member.shape.shop))
                logits, hidden = member.answer(context, torch.zeros(*batch.moment.shape, member.shape.shop), state, batch.moment)
                inputs[index], base[index] = adapter_inputs(member, context, hidden), logits
    return inputs.view(users, asked, -1), base.view(users, asked, -1)


def user_loss(logits: Tensor, survival: Tensor, known: Tensor, weight: Tensor) -> Tensor:
    """What training minimises (losses.py) of one user's queries [Q], weighted [Q] and added up: nothing in it depends on
    other users."""
    before = torch.cat([torch.ones_like(survival[:, :1]), survival[:, :-1]], dim=-1)
    stay, leave = logs(logits)
    loss = -HAZARD * (((before - survival).clamp(min=0.0) * leave + survival * stay) * known).sum(-1)
    surviving = torch.exp(torch.cumsum(stay, dim=-1))
    for days in HORIZONS:
        truth, said = survival[:, days - 1], surviving[:, days - 1].clamp(1e-6, 1 - 1e-6)
        each = truth * torch.log(said) + (1 - truth) * torch.log1p(-said)
        loss = loss - HORIZON / len(HORIZONS) * each * known[:, days - 1]
    return (weight * loss).sum()


class AdapterLoss(nn.Module):
    """Of one user, from what `read_days` gave."""

    def __init__(self, member: Member) -> None:
        super().__init__()
        self.adapter = Adapter()
        self.weekdays = member.weekdays

    def forward(self, inputs: Tensor, base: Tensor, moment: Tensor, survival: Tensor, known: Tensor, weight: Tensor) -> Tensor:
        weekday = self.adapter.weekday.expand(1, len(moment), 7)
        logits = base + self.adapter(inputs) + self.weekdays(weekday, moment.unsqueeze(0)).squeeze(0)
        return user_loss(logits, survival, known, weight)


class NetworkLoss(nn.Module):
    """Of one user, from the user's latest window and the days asked of it (`Sequences`): every weight that the answers
    come from learns."""

    def __init__(self, member: Member) -> None:
        super().__init__()
        self.member = member
        for name, value in member.named_parameters():
            # Nothing here asks for the next word or category, and the body is given embeddings.
            value.requires_grad_(not name.startswith(("next_word", "next_head", "body.wte")))

    def forward(
        self,
        words: Tensor,
        times: Tensor,
        context: Tensor,
        latest: Tensor,
        moment: Tensor,
        survival: Tensor,
        known: Tensor,
        weight: Tensor,
    ) -> Tensor:
        state = self.member.read(words[None], times[None])[0][latest]
        shop = torch.zeros(1, len(moment), self.member.shape.shop)
        logits, _ = self.member.answer(context[None], shop, state[None], moment[None])
        return user_loss(logits[0], survival, known, weight)


class Source(Protocol):
    """Users in parts of a size that memory holds; each tensor of a part has a row for each of its users."""

    users: int

    def parts(self, users: Ints) -> Iterator[tuple[Tensor, ...]]: ...


class Days:
    """The users' tensors for `AdapterLoss`."""

    chunk = 4_096

    def __init__(self, member: Member, folder: Folder, span: int, part: Part = WHOLE) -> None:
        self.folder, self.part, self.queries = folder, part, queries_of(folder, span, part)
        self.inputs, self.base = read_days(member, folder, self.queries)
        self.users = len(self.inputs)

    def parts(self, users: Ints) -> Iterator[tuple[Tensor, ...]]:
        for at in range(0, len(users), self.chunk):
            some = users[at : at + self.chunk]
            yield self.inputs[some], self.base[some], *targets(self.folder, self.queries, some, self.part.cut)


class Sequences:
    """The users' tensors for `NetworkLoss`, users of one padded length at a time."""

    chunk = 2_048

    def __init__(self, member: Member, folder: Folder, span: int) -> None:
        self.member, self.folder, self.queries = member, folder, queries_of(folder, span)
        window = np.asarray(folder.queries[:, 0])[self.queries.chosen]
        self.window = window.max(1)
        # What is asked of earlier windows stays out: a user is read once a step.
        self.queries.weight *= torch.from_numpy((window == self.window[:, None]).astype(np.float32))
        self.length = folder.buckets()[self.window]
        self.users = len(self.window)

    def parts(self, users: Ints) -> Iterator[tuple[Tensor, ...]]:
        for length in LENGTHS:
            here = users[self.length[users] == length]
            rows = max(1, self.chunk // length)
            for at in range(0, len(here), rows):
                some = here[at : at + rows]
                chosen = self.queries.chosen[some]
                batch = self.folder.batch(self.window[some], length, chosen, np.ones(chosen.shape, np.float32), FAR)
                p = self.member.positions(batch.words, batch.at, batch.count, batch.local)
                context = self.member.scaled(context_features(p, batch.moment), slice(None, -self.member.shape.shop))
                before = (p.at.unsqueeze(1) < batch.moment.unsqueeze(2)) & p.valid.unsqueeze(1)
                latest = (before.sum(-1) - 1).clamp(min=0)  # [U,Q] positions; a day asked comes after an action
                times = self.member.times(batch.count, p)
                yield batch.words, times, context, latest, *targets(self.folder, self.queries, some)


def targets(folder: Folder, queries: Queries, users: Ints, cut: int = FAR) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """moment [U,Q], survival and known [U,Q,K], weight [U,Q]"""
    chosen = queries.chosen[users]
    survival, known = folder.truth(chosen.ravel(), cut)
    moment = torch.from_numpy(np.asarray(folder.queries[:, 1])[chosen].astype(np.int64) * DAY)
    shape = (*chosen.shape, BINS)
    return moment, torch.from_numpy(survival).view(shape), torch.from_numpy(known).view(shape), queries.weight[users]
