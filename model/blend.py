"""Learns on held-out weeks how much each member counts and how their hazards are to be corrected."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from dataset import DAY, Batch, Data, Part
from losses import HAZARD, HORIZON, hazard_losses
from network import HORIZONS, Blend, Member, blended, corrected, logs

WINDOWS = 6_000
"""At most about so many held-out windows are asked, QUERIES days of each."""
QUERIES = 6
BUNDLE = 0.7
"""Share of the bundle started from, beside the members trained from it, before anything is known of the shop: on simulated
shops of 300 users, those trained did clearly worse on some, and on most a little better."""
SPREADS = {"mix": 1.0, "shift": 0.3, "tilt": 0.15, "slope": 0.1}
"""Standard deviations of a correction before anything is known of the shop, and of the logarithms of the shares."""
DROPPED = 0.03
"""A member with a smaller share costs more than it brings."""
CLEAR = 2.0
"""Standard errors by which users whom a correction was not fitted to must gain. On simulated shops, whose truth is known,
corrections of less evidence did harm: four weeks held out are one season, and the weeks after them another."""


@dataclass
class HeldOut:
    """What happened on days that members were not trained on, for queries [Q] in one row, and whose they are."""

    truth: Batch
    silence: Tensor
    group: Tensor

    @property
    def users(self) -> int:
        return len(self.group.unique())


def held_out(data: Data, part: Part, positions: int) -> HeldOut | None:
    """The queries of a part; absent where it has none."""
    batches = list(asked(data, part, positions))
    if not batches:
        return None

    def flat(name: str) -> Tensor:
        values = [getattr(batch, name) for batch in batches]
        return torch.cat([value.flatten(0, 1) for value in values]).unsqueeze(0)

    names = ("weight", "survival", "known")
    empty = torch.zeros(0)
    rest = dict.fromkeys(("words", "at", "count", "local", "shop", "moment", "next_local", "following", "group", "cut"), empty)
    silence = torch.cat([silence_of(batch).flatten() for batch in batches])
    group = torch.cat([batch.group.unsqueeze(1).expand(-1, QUERIES).flatten() for batch in batches])
    return HeldOut(Batch(**rest, **{name: flat(name) for name in names}), silence, group)


def asked(data: Data, part: Part, positions: int) -> list[Batch]:
    found, windows = [], 0
    for batch in data.batches(part, positions, QUERIES, (0,)):
        found.append(batch)
        windows += len(batch.words)
        if windows > WINDOWS:
            break
    return found


def silence_of(batch: Batch) -> Tensor:
    """Whole days [R,Q] between the last action before each moment and the moment's day."""
    before = (batch.at.unsqueeze(1) < batch.moment.unsqueeze(2)) & (batch.words > 0).unsqueeze(1)
    last = torch.where(before, batch.at.unsqueeze(1), torch.zeros_like(batch.at).unsqueeze(1)).amax(-1)
    return batch.moment // DAY - last // DAY - 1


def answers(member: Member, data: Data, part: Part, positions: int) -> Tensor:
    """Hazard logits [Q,K] of a member for the queries of `held_out`."""
    found = []
    with torch.no_grad():
        for batch in asked(data, part, positions):
            p = member.positions(batch.words, batch.at, batch.count, batch.local)
            states = member.states(batch.words, batch.count, p)
            found.append(member.query(states, p, batch.shop, batch.moment)[0].flatten(0, 1))
    return torch.cat(found)


def loss_of(logits: Tensor, truth: Batch, some: Tensor | None = None) -> Tensor:
    """What training minimises of the hazards [Q,K], on some queries."""
    if some is not None:
        truth, logits = part_of(truth, some), logits[some]
    parts = hazard_losses(logits.unsqueeze(0), truth)
    return (HAZARD * parts["hazard"] + HORIZON * parts["horizon"]) / HORIZON


def part_of(truth: Batch, some: Tensor) -> Batch:
    return Batch(**{**vars(truth), **{name: getattr(truth, name)[:, some] for name in ("weight", "survival", "known")}})


def logits_of(stays: Tensor, leaves: Tensor, silence: Tensor, raw: dict[str, Tensor]) -> Tensor:
    hazard = blended(stays, leaves, torch.softmax(raw["mix"], 0)).clamp(1e-7, 1 - 1e-7)
    hazard = corrected(hazard, silence, raw["shift"], 1 + raw["tilt"], raw["slope"]).clamp(1e-7, 1 - 1e-7)
    return torch.log(hazard) - torch.log1p(-hazard)


def usual_shares(members: int, from_bundle: bool) -> list[float]:
    """What members count before held-out weeks say more; the bundle started from comes first."""
    if from_bundle and members > 1:
        return [BUNDLE] + [(1 - BUNDLE) / (members - 1)] * (members - 1)
    return [1 / members] * members


def fit_blend(logits: Tensor, held: HeldOut, some: Tensor, usual: list[float], corrects: bool = True) -> dict[str, Tensor]:
    """Most probable shares, and with `corrects` a correction, given the queries `some`, of members' logits [M,Q,K].

    A user's days say much the same, so that each user counts as two observations whatever the number of days asked.
    """
    stays, leaves = logs(logits)
    middle = torch.tensor(usual).log()
    raw = {"mix": middle.clone(), "shift": torch.zeros(3), "tilt": torch.zeros(()), "slope": torch.zeros(())}
    fitted = [value.requires_grad_() for name, value in raw.items() if corrects or name == "mix"]
    size = 2.0 * len(held.group[some].unique())
    optimizer = torch.optim.LBFGS(fitted, max_iter=60, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        found = logits_of(stays, leaves, held.silence, raw)
        away = {**raw, "mix": raw["mix"] - middle}
        prior = torch.stack([((away[name] / spread) ** 2).sum() for name, spread in SPREADS.items()]).sum() / 2
        loss = loss_of(found, held.truth, some) + prior / size
        loss.backward()
        return loss

    optimizer.step(closure)
    return {name: value.detach() for name, value in raw.items()}


def learn_blend(logits: Tensor, held: HeldOut, usual: list[float]) -> tuple[Blend, dict[str, float]]:
    """Shares of members with logits [M,Q,K], with a correction where it is clear that users it was not fitted to gain by it,
    and the losses on the held-out weeks: of each member alone, and of either blend, fitted to the other half of the users.
    """
    stays, leaves = logs(logits)
    half = torch.from_numpy(np.random.default_rng(0).permutation(int(held.group.max()) + 1) % 2 == 0)[held.group]

    def of_others(corrects: bool) -> Tensor:
        """Logits [Q,K] of blends that were each fitted to the users of the other half."""
        found = torch.zeros_like(logits[0])
        for side in (half, ~half):
            found[side] = logits_of(stays, leaves, held.silence, fit_blend(logits, held, ~side, usual, corrects))[side]
        return found

    shared, corrects = of_others(False), of_others(True)
    found = {f"member {number}": float(loss_of(each, held.truth)) for number, each in enumerate(logits)}
    found |= {"shares": float(loss_of(shared, held.truth)), "corrected": float(loss_of(corrects, held.truth))}
    raw = fit_blend(logits, held, torch.ones_like(half), usual, is_clear(shared, corrects, held))
    mix = torch.softmax(raw["mix"], 0)
    mix = torch.where(mix < DROPPED, torch.zeros(()), mix)
    shares = [round(float(share), 4) for share in mix / mix.sum()]
    first, second, third = (round(float(value), 4) for value in raw["shift"])
    blend = Blend(shares, (first, second, third), round(1 + float(raw["tilt"]), 4), round(float(raw["slope"]), 4))
    return blend, {name: round(value, 5) for name, value in found.items()}


def is_clear(before: Tensor, after: Tensor, held: HeldOut) -> bool:
    """Whether users gain by the second of two logits [Q,K], by more than their differences explain."""
    gain = by_query(before, held.truth) - by_query(after, held.truth)
    users = torch.zeros(int(held.group.max()) + 1).index_add(0, held.group, gain)[held.group.unique()]
    return float(users.mean()) * math.sqrt(len(users)) > CLEAR * float(users.std())


def by_query(logits: Tensor, truth: Batch) -> Tensor:
    """Log-loss [Q] of the horizons of each query that are known, as it counts in `loss_of`."""
    survival = torch.exp(torch.cumsum(nn.functional.logsigmoid(-logits), dim=-1)).clamp(1e-6, 1 - 1e-6)
    ends = [days - 1 for days in HORIZONS]
    said, stayed, known = survival[:, ends], truth.survival[0][:, ends], truth.known[0][:, ends]
    return -(known * (stayed * torch.log(said) + (1 - stayed) * torch.log1p(-said))).sum(-1) * truth.weight[0]
