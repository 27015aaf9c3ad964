"""What the heads of a bundle are refitted with: batches from the body's readings of simulated shops, and their losses."""

import math
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from context import LOCALS
from dataset import DAY, FAR
from losses import HAZARD, HORIZON, first_of_next_day
from network import HORIZONS, Member, logs
from shops import Shops
from start import rescale

HEAD = ("enter", "gate", "middle", "leave", "linear")
NEXT = ("next_head",)
SHOP_NOISE = 0.1
"""In standard deviations: a shop's statistics say roughly what it is like, and no head may know a shop by them."""
MOST_WEIGHT = 20.0
SILENCE, VIEWS = 97, 5
"""Places of the log of the days since the last action among the context features, and of views among shop statistics."""
DROPPED = 0.2
"""Of what the body and the query head tell: users of real shops are unlike simulated ones in some of it."""
OTHERS = 100
"""As many words of a type are about equally likely where a shop's vocabulary names its categories."""
LONGEST, SOME_VIEWS = math.log1p(90) - math.log(8), 0.02


def head_losses(logits: Tensor, survival: Tensor, weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Hazard and horizon losses as in training of everything, and the horizon loss of the truth itself."""
    weight = weight / weight.mean()
    before = torch.cat([torch.ones_like(survival[..., :1]), survival[..., :-1]], -1)
    stay, leave = logs(logits)
    hazard = -((before - survival).clamp(min=0.0) * leave + survival * stay).sum(-1)
    said_all = torch.exp(torch.cumsum(stay, -1))
    horizon, truth_itself = torch.zeros_like(hazard), torch.zeros_like(hazard)
    for days in HORIZONS:
        truth, said = survival[..., days - 1].clamp(1e-6, 1 - 1e-6), said_all[..., days - 1].clamp(1e-6, 1 - 1e-6)
        horizon = horizon - (truth * torch.log(said) + (1 - truth) * torch.log1p(-said))
        truth_itself = truth_itself - (truth * torch.log(truth) + (1 - truth) * torch.log1p(-truth))
    parts = (hazard, horizon / len(HORIZONS), truth_itself / len(HORIZONS))
    means = [(weight * part).mean() for part in parts]
    return means[0], means[1], means[2]


def head_batches(shops: list[Shops], rows: int, seed: int) -> Iterator[tuple[Tensor, ...]]:
    """Queries of all shops in random order, over and over."""
    ends = np.cumsum([len(part.data.queries) for part in shops])
    for turn in range(1_000_000):
        order = np.random.default_rng((seed, turn)).permutation(int(ends[-1]))
        for at in range(0, len(order) - rows + 1, rows):
            chosen = np.sort(order[at : at + rows])
            owner = np.searchsorted(ends, chosen, side="right")
            drawn = [shops[o].queries(chosen[owner == o] - (ends[o - 1] if o else 0)) for o in np.unique(owner)]
            yield tuple(torch.cat(parts) for parts in zip(*drawn, strict=True))


def head_loss(member: Member, batch: tuple[Tensor, ...], anchor: Member, trust: float) -> Tensor:
    """Of queries like those the start was fitted to, its own survival curve makes the share `trust` of the target."""
    raw, state, moment, survival, weight = batch
    width = member.shape.shop
    with torch.no_grad():
        stays = torch.exp(torch.cumsum(nn.functional.logsigmoid(-anchor.head(raw, state, moment)[0]), -1))
        trusted = trust * ((raw[..., SILENCE] <= LONGEST) & (raw[..., VIEWS - width] > SOME_VIEWS)).float().unsqueeze(-1)
        survival = survival * (1 - trusted) + stays * trusted
        noise = SHOP_NOISE * torch.sqrt(variances(member)[-width:]) * torch.randn_like(raw[..., -width:])
    logits, _ = member.head(torch.cat([raw[..., :-width], raw[..., -width:] + noise], -1), state, moment)
    hazard, horizon, _ = head_losses(logits, survival, weight.clamp(max=float(weight.mean()) * MOST_WEIGHT))
    return HAZARD * hazard + HORIZON * horizon


def variances(member: Member) -> Tensor:
    found = member.norm.running_var
    assert isinstance(found, Tensor)
    return found


def next_batches(shops: list[Shops], seed: int) -> Iterator[tuple[Shops, NDArray[np.int64], int, int]]:
    """Windows of all shops in random order, over and over."""
    plan = [(part, windows, length) for part in shops for windows, length in part.windows(1)]
    for turn in range(1_000_000):
        for place in np.random.default_rng((seed, turn)).permutation(len(plan)):
            yield (*plan[place], turn * len(plan) + int(place))


def next_loss(member: Member, batch: tuple[Shops, NDArray[np.int64], int, int]) -> Tensor:
    """Cross-entropies of the category of the next purchase and of the first word of the next active day, for two queries of
    each window."""
    sums = next_sums(member, batch)
    return sums[0] / sums[1].clamp(min=1e-9) + sums[2] / sums[3].clamp(min=1e-9)


def next_sums(member: Member, batch: tuple[Shops, NDArray[np.int64], int, int]) -> Tensor:
    """Of both questions, the sums of the losses and of their weights [4].

    A shop's vocabulary may know none of its categories, some, or all. So a batch names the words of no category, of one in
    three, or of all; what is named elsewhere as by its type alone. Every other batch is read as a log that keeps days only:
    all actions of a day at once, in no order.
    """
    part, windows, length, turn = batch
    pick = np.random.default_rng(turn)
    words, at, count, local = part.padded(windows, length)
    days_only = turn // 3 % 2 == 1
    if days_only:
        at = at // DAY * DAY
    with torch.no_grad():
        p = member.positions(words, at, count, local)
        states = member.states(words, count, p)
    named = (local > 0) & ((local + turn) % 3 < (0, 1, 3)[turn % 3])
    types = member.shape.vocabulary
    names = words + torch.where(named, types * local, 0)
    first, end = part.data.first_query[windows], part.data.first_query[windows + 1]
    sums, learning = torch.zeros(4), torch.is_grad_enabled()
    for _ in range(2):
        chosen = pick.integers(first, end)
        raw, state, moment, _, weight = part.queries(chosen)
        if days_only:
            raw[..., -1] = 1.0  # the share of users without times of day
            state = member.latest(states, p, moment)
        target = torch.from_numpy(np.asarray(part.data.queries[chosen, 3], np.int64)).unsqueeze(1)
        with torch.no_grad():
            hidden = nn.functional.dropout(member.head(raw, state, moment)[1], DROPPED, learning)
        category, word = member.next_head(
            nn.functional.dropout(states, DROPPED, learning), p, hidden, names, types * LOCALS, moment
        )
        weight = weight.squeeze(1).clamp(max=float(weight.mean()) * MOST_WEIGHT)

        own = torch.bmm(category[:, 1:].unsqueeze(1), p.categories).squeeze(1)
        said = torch.cat([category[:, :1], own], dim=-1).gather(1, target.clamp(min=0)).squeeze(1)
        known = weight * ((target.squeeze(1) >= 0) & (local.amax(-1) < LOCALS - 1)).float()

        share = first_of_next_day(p, moment, torch.full_like(moment, FAR))
        spread = member.elsewhere(state.squeeze(1), hidden, raw[:, 0, -member.shape.shop :])
        elsewhere = (word[:, :1] * spread).gather(1, words.clamp(min=1) - 1)
        elsewhere = torch.where(named, elsewhere / OTHERS, elsewhere)
        same = (names.unsqueeze(1) == names.unsqueeze(2)).float()
        copied = torch.bmm(same, word[:, 1:].unsqueeze(2)).squeeze(2)
        following = (share * torch.log(elsewhere + copied + 1e-9)).sum(-1)
        losses = (
            -(known * torch.log(said + 1e-9)).sum(),
            known.sum(),
            -(weight * following).sum(),
            (weight * share.sum(-1)).sum(),
        )
        sums = sums + torch.stack(losses)
    return sums


def renormalise(member: Member, shops: list[Shops]) -> None:
    """Means and variances of the features as they are in this family, and weights that make the same of them."""
    raw = torch.cat([part.queries(np.arange(0, len(part.data.queries), 7))[0].flatten(0, 1) for part in shops])
    rescale(member, raw.mean(0), raw.var(0) + 1e-3)


def judge_next(member: Member, shops: list[Shops]) -> dict[str, float]:
    """Mean losses of the next category and the next word in shops that were held out."""
    sums = torch.zeros(4)
    with torch.no_grad():
        for _, batch in zip(range(sum(len(list(part.windows(1))) for part in shops)), next_batches(shops, 0), strict=False):
            sums = sums + next_sums(member, batch)
    return {"category": round(float(sums[0] / sums[1]), 4), "word": round(float(sums[2] / sums[3]), 4)}


def judge(member: Member, shops: list[Shops]) -> dict[str, float]:
    """Mean losses over every query of shops that were held out, beside the least there is."""
    sums, rows = np.zeros(3), 0
    with torch.no_grad():
        for part in shops:
            for at in range(0, len(part.data.queries), 4_096):
                chosen = np.arange(at, min(at + 4_096, len(part.data.queries)))
                raw, state, moment, survival, weight = part.queries(chosen)
                found = head_losses(member.head(raw, state, moment)[0], survival, weight)
                sums += len(chosen) * np.array([float(value) for value in found])
                rows += len(chosen)
    return dict(zip(("hazard", "horizon", "oracle"), (sums / rows).round(5).tolist(), strict=True))
