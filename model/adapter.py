"""What private training learns: how a few features of a user move the hazards of a bundle that stays as it is.

A gradient of 91 numbers needs far less noise than one of 300,000. What is learned is folded into the last layers of the
member, so that it is served by the same graph. Shapes: Q queries, F context features, K time bins.
"""

import torch
from torch import Tensor, nn

from context import PURCHASE, TYPES
from network import BINS, EDGES, Member, context_width

PER_WINDOW = TYPES + 1
_SINCE_TYPE = 7 * PER_WINDOW
_DECAYS = _SINCE_TYPE + 2 * TYPES + 2
_RHYTHM = _DECAYS + 3 * (TYPES + 1)
COLUMNS = (
    *(window * PER_WINDOW + PURCHASE for window in (2, 4, 6)),  # purchases within 7 and 30 days, and ever
    *(window * PER_WINDOW for window in (2, 4)),  # views
    *(window * PER_WINDOW + TYPES for window in (2, 4, 6)),  # active days
    _SINCE_TYPE + PURCHASE,  # days since the last purchase
    _SINCE_TYPE + TYPES + PURCHASE,  # whether there is one
    _SINCE_TYPE + 2 * TYPES,  # silence
    _SINCE_TYPE + 2 * TYPES + 1,  # tenure
    *(_DECAYS + scale * (TYPES + 1) for scale in range(3)),  # silence, fading over 2, 7 and 30 days
    *(_DECAYS + scale * (TYPES + 1) + 1 + PURCHASE for scale in range(3)),  # the same of the last purchase
    _RHYTHM,  # days with a purchase
    _RHYTHM + 1,  # gaps between them
    _RHYTHM + 7,  # silence since the last one against the user's own gaps
    _RHYTHM + 8,
    _RHYTHM + 21,  # purchases a month
    _RHYTHM + 18,  # of the user's gaps as long as this silence, how many end within 7 days
    _RHYTHM + 20,  # within 30
)
"""Places among the context features (context.py), chosen on simulated shops."""
INPUTS = 1 + len(COLUMNS) + 1
SCALE = 0.3
"""Of features in standard deviations: no single one is to make most of a user's gradient."""
USUAL = 4.0
DAILY = 30


class Adapter(nn.Module):
    """Three smooth functions of the time bin for each input, and a logit for each weekday."""

    shapes: Tensor

    def __init__(self) -> None:
        super().__init__()
        late = torch.log1p(torch.tensor(EDGES[:-1], dtype=torch.float32))
        late = (late - late.mean()) / late.std()
        columns = [torch.ones(BINS), late, late**2 - 1]
        self.register_buffer("shapes", torch.stack([c / c.square().mean().sqrt() for c in columns], dim=1))
        self.weight = nn.Parameter(torch.zeros(3, INPUTS))
        self.weekday = nn.Parameter(torch.zeros(7))

    def forward(self, inputs: Tensor) -> Tensor:
        """What is added to the hazard logits [...,K] for inputs [...,INPUTS]; weekdays apart."""
        return inputs @ self.weight.T @ self.shapes.T


def without_shop(member: Member) -> None:
    """Answers as if the shop's statistics were the mean of simulated shops, whatever they are."""
    with torch.no_grad():
        width = member.shape.shop
        features = context_width()
        member.enter.weight[:, features : features + width].zero_()
        member.gate.weight.zero_()
        member.linear.weight[:, features:].zero_()


def usual_logit(member: Member) -> tuple[Tensor, Tensor, Tensor]:
    """Weights for the hidden layer [H] and the context features [F], and the constant, of the mean logit of the daily
    bins, weekdays apart."""
    leave, linear = member.leave, member.linear
    features = context_width()
    constant = leave.bias[:DAILY].mean() + linear.bias[:DAILY].mean() + USUAL
    return leave.weight[:DAILY].mean(0), linear.weight[:DAILY, :features].mean(0), constant


def adapter_inputs(member: Member, context: Tensor, hidden: Tensor) -> Tensor:
    """[...,INPUTS] from scaled context features [...,F] and the head's hidden layer [...,H]."""
    of_hidden, of_context, constant = usual_logit(member)
    usual = (hidden @ of_hidden + context @ of_context + constant).unsqueeze(-1)
    return torch.cat([torch.ones_like(usual), context[..., COLUMNS] * SCALE, usual * SCALE], dim=-1)


def fold(member: Member, adapter: Adapter) -> None:
    """Makes the member say what it says together with the adapter."""
    with torch.no_grad():
        of_hidden, of_context, constant = usual_logit(member)
        added = adapter.shapes @ adapter.weight  # [K,INPUTS]
        tilt = added[:, -1] * SCALE
        member.leave.weight[:BINS] += torch.outer(tilt, of_hidden)
        member.linear.weight[:BINS, : context_width()] += torch.outer(tilt, of_context)
        for number, column in enumerate(COLUMNS):
            member.linear.weight[:BINS, column] += added[:, 1 + number] * SCALE
        member.linear.bias[:BINS] += added[:, 0] + tilt * constant
        member.linear.bias[BINS:] += adapter.weekday
