"""What comes next: a pointer over the user's own positions, and a share for anything else.

A user repeats: what was done before, lately, often, or at the beginning of a day, comes again. So both questions (the
category of the next purchase, the word that the next active day begins with) are answered by copying from the user's own
positions, whatever they are called. How much is left for what the user never did is told by the head's hidden layer and by
how often something new came so far: the share of what was seen once is an estimate of it (Good, 1953).

Shapes: B users, T positions, H the query head's hidden layer, D the body's width.
"""

from typing import cast

import torch
from torch import Tensor, nn

from context import DAY, TYPES, Positions

SPACE = 32
FACTS = TYPES + 5
TALLIES = 9
USES = 15
"""Place of the uses by type over 30 days (log1p per active user) among the shop statistics."""
RARE = 1e-3


class NextHead(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.query = nn.Linear(hidden, 2 * SPACE)
        self.key = nn.Sequential(nn.Linear(width + FACTS, 64), nn.GELU(), nn.Linear(64, 2 * (SPACE + 1)))
        self.other = nn.Sequential(nn.Linear(hidden + TALLIES, 32), nn.GELU(), nn.Linear(32, 2))
        self.towards = nn.Linear(hidden, width)
        """Moves the body's state from the next position to the next active day, for the words of the vocabulary."""
        nn.init.zeros_(self.towards.weight)
        nn.init.zeros_(self.towards.bias)

    def forward(
        self, states: Tensor, p: Positions, hidden: Tensor, words: Tensor, vocabulary: int, moment: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Shares [B,1+T] of anything else and of each position before `moment` [B,1]: of the category of the next purchase,
        and of the next word, from states [B,T,D], a hidden layer [B,1,H] and words [B,T] below `vocabulary`."""
        seen = p.valid & (p.at < moment)
        asked, hidden = self.query(hidden).view(-1, 2, SPACE) * 0.2, hidden.squeeze(1)
        # A position's score is linear in its key, so what is asked goes through the key's last layer once for all of them.
        asked = torch.cat([asked, torch.ones_like(asked[:, :, :1])], dim=-1)
        last = cast(nn.Linear, self.key[2])
        towards = torch.stack([asked[:, n] @ last.weight.view(2, SPACE + 1, -1)[n] for n in (0, 1)], dim=-1)
        scores = torch.bmm(self.key[:2](torch.cat([states, facts(p, moment)], dim=-1)), towards)
        scores = scores + (asked * last.bias.view(2, -1)).sum(-1).unsqueeze(1)
        others = self.other(torch.cat([hidden, tallies(p, seen.float(), words, vocabulary)], dim=-1))
        shares = []
        for number, usable in enumerate((seen & (p.local > 0), seen)):
            score = torch.where(usable, scores[:, :, number], -1e4)
            shares.append(torch.softmax(torch.cat([others[:, number : number + 1], score], dim=-1), dim=-1))
        return shares[0], shares[1]


def facts(p: Positions, moment: Tensor) -> Tensor:
    """[B,T,FACTS] of each position: its type, age, repeats, and place within its day."""
    ago = (moment - p.at).float().clamp(min=0.0) / DAY
    at_once = (p.at == torch.cat([torch.full_like(p.at[:, :1], -1), p.at[:, :-1]], dim=1)).float()
    own = [torch.log1p(ago), torch.log1p(p.weight), p.seen_before, p.first_of_day, at_once]
    return torch.cat([p.of_type, torch.stack(own, dim=-1)], dim=-1)


def tallies(p: Positions, seen: Tensor, words: Tensor, vocabulary: int) -> Tensor:
    """[B,TALLIES]: how many, how many different, and how many only once, of categories by day and of words; and how much was
    bought of categories known from another day, and of others."""
    days = torch.bmm((seen * p.first_of_day_in_category).unsqueeze(1), p.categories).squeeze(1)
    bought = seen * (p.is_purchase & (p.local > 0)).float()
    known = (bought * p.seen_another_day).sum(-1, keepdim=True)
    new = bought.sum(-1, keepdim=True) - known
    found = [known + 1.0, new + 1.0, (new + 0.5) / (known + 0.5)]
    for counts in (days, torch.zeros_like(seen[:, :1]).expand(-1, vocabulary).scatter_add(1, words, seen)):
        total, single = counts.sum(-1, keepdim=True), (counts == 1).float().sum(-1, keepdim=True)
        found += [total + 1.0, (counts > 0).float().sum(-1, keepdim=True) + 1.0, (single + 0.5) / (total + 1.0)]
    return torch.log(torch.cat(found, dim=-1))


def type_shares(shop: Tensor) -> Tensor:
    """Logarithm of each action type's uses [B,TYPES] in the shop's last 30 days, from its statistics [B,S]: what a shop does
    not track does not come next."""
    return torch.log(torch.expm1(shop[:, USES : USES + TYPES].clamp(min=0.0)) + RARE)
