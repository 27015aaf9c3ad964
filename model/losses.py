"""What training minimises.

The hazard part is the negative log-likelihood of the discrete hazard model (Tutz & Schmid, Modeling Discrete Time-to-Event
Data, 2016, eq. 3.12). Of a simulated shop the probability itself is known, so there both of its terms are weighted by the
true survival: the expectation over all outcomes. Of a log, time bins that do not end by the cut-off count nowhere.
"""

import torch
from torch import Tensor, nn

from context import LOCALS
from dataset import DAY, FAR, Batch
from network import HORIZONS, Member, Positions, logs

HAZARD, HORIZON, WORD, CATEGORY, NEXT = 0.3, 2.0, 0.1, 0.1, 0.1
"""Weights of the parts."""
SOON_DAYS = 30
"""What comes later is not asked about."""


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
    parts["category"], parts["next"] = next_losses(member, batch, states, p, hidden)
    weights = {"hazard": HAZARD, "horizon": HORIZON, "word": WORD, "category": CATEGORY, "next": NEXT}
    return torch.stack([weight * parts[name] for name, weight in weights.items()]).sum(), parts


def hazard_losses(logits: Tensor, batch: Batch) -> dict[str, Tensor]:
    """`hazard`: likelihood over all bins; `horizon`: mean log-loss of the horizons known; `oracle`: that of the truth."""
    logits = logits.float()  # bf16 would lose the small hazards
    weight = batch.weight / batch.weight.mean().clamp(min=1e-12)
    before = torch.cat([torch.ones_like(batch.survival[:, :, :1]), batch.survival[:, :, :-1]], dim=-1)
    stay, leave = logs(logits)
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


def next_losses(member: Member, batch: Batch, states: Tensor, p: Positions, hidden: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropies of the category of the next purchase and of the first word of the next active day, for the first
    query of each row that knows it. What the words teach stays in their own head."""
    moment, weight, shop = batch.moment[:, :1], batch.weight[:, 0], batch.shop[:, 0]
    state = member.latest(states, p, moment).squeeze(1)
    # Where categories are left out, the window's last ones have numbers: that tells which of them came again.
    known = (batch.next_local[:, 0] >= 0) & (p.local.amax(-1) < LOCALS - 1)
    own = member.coming(states, state, p, hidden[:, :1], batch.words, shop, moment)[0]
    said = torch.log(own.gather(1, batch.next_local[:, :1].clamp(min=0)).squeeze(1) + 1e-9)
    category = -(said * known.float()).sum() / known.float().sum().clamp(min=1.0)
    first = first_of_next_day(p, moment, batch.cut)
    words = member.coming(states.detach(), state.detach(), p, hidden[:, :1].detach(), batch.words, shop, moment)[1]
    said = (first * torch.log(words.gather(1, batch.words) + 1e-9)).sum(-1)
    return category, -(weight * said).sum() / (weight * first.sum(-1)).sum().clamp(min=1e-9)


def first_of_next_day(p: Positions, moment: Tensor, cut: Tensor) -> Tensor:
    """How much of the first thing after `moment` [B,1] each position [B,T] is: several of one instant share it, since nobody
    knows their order. Nothing where nothing comes within 30 days, or before the day `cut` [B,1]."""
    end = torch.minimum(moment + SOON_DAYS * DAY, cut * DAY)
    later = p.valid & (p.at >= moment) & (p.at < end)
    first = torch.where(later, p.at, torch.full_like(p.at, FAR * DAY)).amin(-1, keepdim=True)
    share = p.weight * (later & (p.at == first)).float()
    return share / share.sum(-1, keepdim=True).clamp(min=1.0)
