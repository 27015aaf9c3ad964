"""What training minimises.

The hazard part is the negative log-likelihood of the discrete hazard model (Tutz & Schmid, Modeling Discrete Time-to-Event
Data, 2016, eq. 3.12). Of a simulated shop the probability itself is known, so there both of its terms are weighted by the
true survival: the expectation over all outcomes. Of a log, time bins that do not end by the cut-off count nowhere.
"""

import torch
from torch import Tensor, nn

from dataset import Batch
from network import HORIZONS, Member, Positions

HAZARD, HORIZON, WORD, CATEGORY = 0.3, 2.0, 0.1, 0.1
"""Weights of the parts."""


def losses(member: Member, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """The weighted loss of a batch and its parts."""
    p = member.positions(batch.words, batch.at, batch.count, batch.local)
    states = member.states(batch.words, batch.count, p)
    logits, hidden = member.query(states, p, batch.shop, batch.moment)
    parts = hazard_losses(logits, batch)
    word_logits = member.next_word(states[:, :-1]).float()
    some = (batch.following > 0).sum().clamp(min=1)
    word = nn.functional.cross_entropy(word_logits.flatten(0, 1), batch.following.flatten(), ignore_index=0, reduction="sum")
    parts["word"] = word / some
    parts["category"] = pointer_loss(member, batch, states, p, hidden)
    weighted = parts["hazard"] * HAZARD + parts["horizon"] * HORIZON + parts["word"] * WORD + parts["category"] * CATEGORY
    return weighted, parts


def hazard_losses(logits: Tensor, batch: Batch) -> dict[str, Tensor]:
    """`hazard`: likelihood over all bins; `horizon`: mean log-loss of the horizons known; `oracle`: that of the truth."""
    logits = logits.float()  # bf16 would lose the small hazards
    weight = batch.weight / batch.weight.mean().clamp(min=1e-12)
    before = torch.cat([torch.ones_like(batch.survival[:, :, :1]), batch.survival[:, :, :-1]], dim=-1)
    stay, leave = nn.functional.logsigmoid(-logits), nn.functional.logsigmoid(logits)
    each = (before - batch.survival).clamp(min=0.0) * leave + batch.survival * stay
    hazard = -(each * batch.known).sum(-1)
    survival = torch.exp(torch.cumsum(stay, dim=-1))
    sums = torch.zeros(3, device=logits.device)
    for days in HORIZONS:
        truth, said = batch.survival[:, :, days - 1], survival[:, :, days - 1].clamp(1e-6, 1 - 1e-6)
        here = weight * batch.known[:, :, days - 1]
        loss = -(truth * torch.log(said) + (1 - truth) * torch.log1p(-said))
        least = nn.functional.binary_cross_entropy(truth.clamp(0.0, 1.0), truth.clamp(0.0, 1.0), reduction="none")
        sums = sums + torch.stack([(here * loss).sum(), (here * least).sum(), here.sum()])
    mean = sums[:2] / sums[2].clamp(min=1.0)
    return {"hazard": (weight * hazard).mean(), "horizon": mean[0], "oracle": mean[1]}


def pointer_loss(member: Member, batch: Batch, states: Tensor, p: Positions, hidden: Tensor) -> Tensor:
    """Cross-entropy of the category of the next purchase, for the first query of each row that knows it."""
    known = batch.next_local[:, 0] >= 0
    said = member.pointer(states, p, hidden[:, :1], batch.moment[:, :1])
    picked = said.gather(1, batch.next_local[:, :1].clamp(min=0)).squeeze(1)
    return -(picked * known.float()).sum() / known.float().sum().clamp(min=1.0)
