"""Context features: what recency, frequency and rhythm say of a user on a day, computed inside the graph.

Shapes: B users, T positions, Q query moments. Times are wall-clock seconds (int64), features float32.
"""

import math

import torch
from torch import Tensor

TYPES = 10  # order of ACTION_TYPES in core/actions/action.ts
PURCHASE = 7
LOCALS = 65
DAY = 86_400
WINDOWS = (1, 3, 7, 14, 30, 60)
GAP_GRID = (2, 4, 7, 14, 28, 56)
AHEAD = (1, 3, 7, 14, 30)
NO_DAY = -1_000_000  # before any day of any log
NEVER = 730.0  # days since something that never happened


class Positions:
    """What every query of one sequence shares.

    `types` [B,T] int64 (index of ACTION_TYPES), `at` [B,T] int64 seconds, `count` [B,T], `local` [B,T] int64,
    `valid` [B,T] bool (not padding).
    """

    def __init__(self, types: Tensor, at: Tensor, count: Tensor, local: Tensor, valid: Tensor) -> None:
        self.at, self.local, self.valid = at, local, valid
        some = valid.float()
        self.weight = count.clamp(min=1.0) * some
        self.of_type = torch.nn.functional.one_hot(types, TYPES).float() * some.unsqueeze(-1)
        day = at // DAY
        before = torch.cat([torch.full_like(day[:, :1], NO_DAY), day[:, :-1]], dim=1)
        self.first_of_day = ((day != before) & valid).float()
        # Purchases: the gap of each day with a purchase to the one before it, and its age later on.
        is_purchase = (types == PURCHASE) & valid
        length = types.shape[1]
        strictly_earlier = torch.tril(torch.ones((length, length), device=at.device), diagonal=-1).unsqueeze(0)
        purchase_day = torch.where(is_purchase, day, torch.full_like(day, NO_DAY)).float()
        # The latest day with a purchase before each position; masked maximum, since ONNX has no running maximum.
        previous = torch.where(strictly_earlier > 0, purchase_day.unsqueeze(1), torch.full_like(strictly_earlier, NO_DAY)).amax(
            -1
        )
        self.is_purchase = is_purchase
        self.first_purchase_of_day = is_purchase & (day.float() > previous)
        self.has_gap = self.first_purchase_of_day & (previous > NO_DAY)
        self.gap = torch.where(self.has_gap, day.float() - previous, torch.zeros_like(previous))
        # Same category: [B,T,T]
        same = (local.unsqueeze(1) == local.unsqueeze(2)) & (local > 0).unsqueeze(1)
        self.same = (same & valid.unsqueeze(1) & valid.unsqueeze(2)).float()
        earlier = strictly_earlier
        same_day = (day.unsqueeze(1) == day.unsqueeze(2)).float()
        self.first_of_day_in_category = ((self.same * earlier * same_day).sum(-1) == 0).float() * (local > 0).float() * some
        self.seen_before = ((self.same * earlier).sum(-1) > 0).float()


def log_days(days: Tensor) -> Tensor:
    return torch.log1p(days.clamp(min=0.0)) - math.log(8.0)


def context_features(p: Positions, moment: Tensor) -> Tensor:
    """Features [B,Q,F] of what happened strictly before each `moment` [B,Q] (int64 seconds)."""
    seen = (p.at.unsqueeze(1) < moment.unsqueeze(2)) & p.valid.unsqueeze(1)  # [B,Q,T]
    seen_f = seen.float()
    ago = torch.ceil((moment.unsqueeze(2) - p.at.unsqueeze(1)).float() / DAY)  # whole days, 1 = within the last day
    weight = seen_f * p.weight.unsqueeze(1)
    features: list[Tensor] = []

    for window in WINDOWS:
        inside = (ago <= window).float()
        features.append(torch.log1p(torch.bmm(weight * inside, p.of_type)))
        features.append(torch.log1p((seen_f * inside * p.first_of_day.unsqueeze(1)).sum(-1, keepdim=True)))
    ever = torch.bmm(seen_f, p.of_type)
    features.append(torch.log1p(torch.bmm(weight, p.of_type)))
    features.append(torch.log1p((seen_f * p.first_of_day.unsqueeze(1)).sum(-1, keepdim=True)))

    far = torch.where(seen, ago, torch.full_like(ago, NEVER))
    since_type = torch.stack(
        [torch.where(p.of_type[:, :, t].unsqueeze(1) > 0, far, torch.full_like(far, NEVER)).amin(-1) for t in range(TYPES)],
        dim=-1,
    ).clamp(max=NEVER)
    since_any = far.amin(-1, keepdim=True)
    tenure = torch.where(seen, ago, torch.zeros_like(ago)).amax(-1, keepdim=True)
    features += [log_days(since_type), (ever > 0).float(), log_days(since_any), log_days(tenure)]
    for scale in (2.0, 7.0, 30.0):
        features.append(torch.exp(-since_any / scale))
        features.append(torch.exp(-since_type / scale))

    # Purchase rhythm.
    first = seen_f * p.first_purchase_of_day.float().unsqueeze(1)
    gapped = seen_f * p.has_gap.float().unsqueeze(1)
    gap = p.gap.unsqueeze(1)
    bought_days = first.sum(-1, keepdim=True)
    gaps = gapped.sum(-1, keepdim=True)
    some = (gaps > 0).float()
    mean = (gapped * gap).sum(-1, keepdim=True) / gaps.clamp(min=1.0)
    mean_log = (gapped * torch.log(gap.clamp(min=1.0))).sum(-1, keepdim=True) / gaps.clamp(min=1.0)
    square_log = (gapped * torch.log(gap.clamp(min=1.0)) ** 2).sum(-1, keepdim=True) / gaps.clamp(min=1.0)
    spread = torch.sqrt((square_log - mean_log**2).clamp(min=0.0) + 1e-6)
    least = torch.where(gapped > 0, gap, torch.full_like(ago, NEVER)).amin(-1, keepdim=True)
    # The last gap ends at the latest purchase day with one.
    end_age = torch.where(gapped > 0, ago, torch.full_like(ago, 1e6))
    last = torch.where(end_age <= end_age.amin(-1, keepdim=True), gapped * gap, torch.zeros_like(ago)).amax(-1, keepdim=True)
    silence = since_type[:, :, PURCHASE : PURCHASE + 1]
    features += [torch.log1p(bought_days), torch.log1p(gaps), some * log_days(mean), some * mean_log, some * spread]
    features += [some * log_days(least), some * log_days(last)]
    features.append(some * (torch.log(silence) - mean_log))
    features.append(some * torch.tanh((torch.log(silence) - mean_log) / (spread + 0.3)))
    for edge in GAP_GRID:
        features.append((gapped * (gap <= edge).float()).sum(-1, keepdim=True) / (gaps + 1.0))
    # The user's own gaps as an empirical hazard: of those at least as long as the silence, how many end within h days.
    longer = (gapped * (gap >= silence).float()).sum(-1, keepdim=True)
    features.append(longer / (gaps + 1.0))
    for ahead in AHEAD:
        ends = (gapped * ((gap >= silence) & (gap < silence + ahead)).float()).sum(-1, keepdim=True)
        features.append(ends / (longer + 1.0))
    purchase_rate = bought_days / (tenure + 14.0)
    features.append(torch.log(purchase_rate * 30.0 + 0.02))

    # Coming back to the same thing.
    for window in (1, 7, 30):
        inside = weight * (ago <= window).float()
        mass = torch.bmm(inside, p.same)  # [B,Q,T]: what the window holds of position t's category
        top = mass.amax(-1, keepdim=True)
        total = inside.sum(-1, keepdim=True)
        distinct = (inside * (p.local > 0).float().unsqueeze(1) / mass.clamp(min=1.0)).sum(-1, keepdim=True)
        returns = torch.bmm(seen_f * (ago <= window).float() * p.first_of_day_in_category.unsqueeze(1), p.same)
        features += [torch.log1p(top), top / (total + 1.0), torch.log1p(distinct), torch.log1p(returns.amax(-1, keepdim=True))]
    newest = (far <= since_any).float() * seen_f  # positions of the last active day
    on_last_day = newest.sum(-1, keepdim=True).clamp(min=1.0)
    features.append((newest * p.seen_before.unsqueeze(1)).sum(-1, keepdim=True) / on_last_day)
    bought = (seen_f * p.is_purchase.float().unsqueeze(1)).clamp(max=1.0)
    bought_category = (torch.bmm(bought, p.same) > 0).float()
    features.append((newest * bought_category).sum(-1, keepdim=True) / on_last_day)
    repeat_purchases = (bought * p.seen_before.unsqueeze(1)).sum(-1, keepdim=True)
    features.append(torch.log1p(repeat_purchases))

    features.append(calendar(moment))
    return torch.cat(features, dim=-1)


def calendar(moment: Tensor) -> Tensor:
    """[B,Q,13]: weekday (Monday first), time of year and of month of each moment."""
    day = moment // DAY
    weekday = torch.nn.functional.one_hot((day + 3) % 7, 7).float()
    year = day.float() * (2 * math.pi / 365.2425)
    month = day.float() * (2 * math.pi / 30.436875)
    waves = [torch.sin(year), torch.cos(year), torch.sin(2 * year), torch.cos(2 * year), torch.sin(month), torch.cos(month)]
    return torch.cat([weekday, torch.stack(waves, dim=-1)], dim=-1)
