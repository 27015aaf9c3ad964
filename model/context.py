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
LONG_AGO = 1e6  # days since what has not been seen


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
        # Same category and earlier: [B,T,T]
        own = torch.where(valid, local, torch.zeros_like(local))
        self.categories = torch.nn.functional.one_hot(own, LOCALS).float()[:, :, 1:]
        again = (own.unsqueeze(1) == own.unsqueeze(2)) & (own > 0).unsqueeze(1) & (strictly_earlier > 0)
        again_that_day = again & (day.unsqueeze(1) == day.unsqueeze(2))
        times, times_that_day = again.float().sum(-1), again_that_day.float().sum(-1)
        self.first_of_day_in_category = (own > 0).float() * (times_that_day == 0).float()
        self.seen_before = (times > 0).float()
        self.seen_another_day = (times > times_that_day).float()


def log_days(days: Tensor) -> Tensor:
    return torch.log1p(days.clamp(min=0.0)) - math.log(8.0)


def context_features(p: Positions, moment: Tensor, seen: Tensor | None = None) -> Tensor:
    """Features [B,Q,F] of what happened strictly before each `moment` [B,Q] (int64 seconds).

    `seen` [B,1,T]: given where all moments see the same positions and are whole days apart, as those of silence are. What
    only depends on the positions is then computed once.
    """
    if seen is None:
        seen = (p.at.unsqueeze(1) < moment.unsqueeze(2)) & p.valid.unsqueeze(1)  # [B,Q,T]
    views = seen.shape[1]
    seen_f = seen.float()
    at = p.at.unsqueeze(1)

    def days_since(instant: Tensor) -> Tensor:
        """Whole days, 1 = within the last day; [B,Q,1] of instants [B,Q or 1,1]."""
        return torch.ceil((moment.unsqueeze(2) - instant).float() / DAY)

    ago = torch.where(seen, days_since(at), torch.full((), LONG_AGO))  # [B,Q,T]
    inside = {window: (ago <= window).float() for window in WINDOWS}
    of_type = torch.cat([p.of_type * p.weight.unsqueeze(-1), torch.stack([p.first_of_day, p.weight], dim=-1)], dim=-1)
    features: list[Tensor] = []

    sums = {window: torch.bmm(inside[window], of_type) for window in WINDOWS}
    ever = torch.bmm(seen_f, of_type)
    for found in (*sums.values(), ever):
        features.append(torch.log1p(found[:, :, : TYPES + 1]))

    def latest(of: Tensor) -> tuple[Tensor, Tensor]:
        """Days since the latest of some positions [B,views,T], and whether there is one [B,views,1]."""
        return days_since(torch.where(of, at, torch.zeros_like(at)).amax(-1, keepdim=True)), of.any(-1, keepdim=True)

    by_type = [latest(seen & (p.of_type[:, :, t] > 0).unsqueeze(1)) for t in range(TYPES)]
    since_type = torch.cat([torch.where(some, days, torch.full_like(days, NEVER)) for days, some in by_type], -1).clamp(max=NEVER)
    had_type = torch.cat([some for _, some in by_type], dim=-1).float()
    days, some = latest(seen)
    since_any = torch.where(some, days, torch.full_like(days, NEVER)).clamp(max=NEVER)
    first_at = torch.where(seen, at, moment[:, :views].unsqueeze(2)).amin(-1, keepdim=True)
    tenure = torch.where(some, days_since(first_at), torch.zeros_like(days))
    features += [log_days(since_type), had_type, log_days(since_any), log_days(tenure)]
    for scale in (2.0, 7.0, 30.0):
        features.append(torch.exp(-since_any / scale))
        features.append(torch.exp(-since_type / scale))

    # Purchase rhythm.
    gapped = seen_f * p.has_gap.float().unsqueeze(1)
    gap = p.gap.unsqueeze(1)
    bought_days = (seen_f * p.first_purchase_of_day.float().unsqueeze(1)).sum(-1, keepdim=True)
    gaps = gapped.sum(-1, keepdim=True)
    some = (gaps > 0).float()
    mean = (gapped * gap).sum(-1, keepdim=True) / gaps.clamp(min=1.0)
    log_gap = torch.log(gap.clamp(min=1.0))
    mean_log = (gapped * log_gap).sum(-1, keepdim=True) / gaps.clamp(min=1.0)
    square_log = (gapped * log_gap**2).sum(-1, keepdim=True) / gaps.clamp(min=1.0)
    spread = torch.sqrt((square_log - mean_log**2).clamp(min=0.0) + 1e-6)
    least = torch.where(gapped > 0, gap, torch.full_like(gap, NEVER)).amin(-1, keepdim=True)
    # The last gap ends at the latest purchase day with one.
    end_age = torch.where(gapped > 0, ago[:, :views], torch.full((), LONG_AGO))
    last = torch.where(end_age <= end_age.amin(-1, keepdim=True), gapped * gap, torch.zeros_like(gapped)).amax(-1, keepdim=True)
    silence = since_type[:, :, PURCHASE : PURCHASE + 1]
    features += [torch.log1p(bought_days), torch.log1p(gaps), some * log_days(mean), some * mean_log, some * spread]
    features += [some * log_days(least), some * log_days(last)]
    features.append(some * (torch.log(silence) - mean_log))
    features.append(some * torch.tanh((torch.log(silence) - mean_log) / (spread + 0.3)))
    for edge in GAP_GRID:
        features.append((gapped * (gap <= edge).float()).sum(-1, keepdim=True) / (gaps + 1.0))
    # The user's own gaps as an empirical hazard: of those at least as long as the silence, how many end within h days.
    own_gaps = torch.where(gapped > 0, gap, torch.zeros_like(gapped))
    longer, *longer_still = [(own_gaps >= silence + ahead).float().sum(-1, keepdim=True) for ahead in (0, *AHEAD)]
    features.append(longer / (gaps + 1.0))
    for beyond in longer_still:
        features.append((longer - beyond) / (longer + 1.0))
    purchase_rate = bought_days / (tenure + 14.0)
    features.append(torch.log(purchase_rate * 30.0 + 0.02))

    # Coming back to the same thing.
    weighted = p.categories * p.weight.unsqueeze(-1)
    of_category = torch.cat([weighted, p.categories * p.first_of_day_in_category.unsqueeze(-1)], dim=-1)
    for window in (1, 7, 30):
        mass, returns = torch.bmm(inside[window], of_category).split(LOCALS - 1, dim=-1)  # [B,Q,categories]
        top, total = mass.amax(-1, keepdim=True), sums[window][:, :, TYPES + 1 :]
        distinct = (mass > 0).float().sum(-1, keepdim=True)
        features += [torch.log1p(top), top / (total + 1.0), torch.log1p(distinct), torch.log1p(returns.amax(-1, keepdim=True))]
    newest = (ago[:, :views] <= since_any[:, :views]).float() * seen_f  # positions of the last active day
    on_last_day = newest.sum(-1, keepdim=True).clamp(min=1.0)
    features.append((newest * p.seen_before.unsqueeze(1)).sum(-1, keepdim=True) / on_last_day)
    bought = seen_f * p.is_purchase.float().unsqueeze(1)
    bought_category = (torch.bmm(bought, p.categories) > 0).float()
    features.append((newest * torch.bmm(bought_category, p.categories.transpose(1, 2))).sum(-1, keepdim=True) / on_last_day)
    repeat_purchases = (bought * p.seen_before.unsqueeze(1)).sum(-1, keepdim=True)
    features.append(torch.log1p(repeat_purchases))

    features.append(calendar(moment))
    queries = moment.shape[1]
    return torch.cat([f if f.shape[1] == queries else f.expand(-1, queries, -1) for f in features], dim=-1)


def calendar(moment: Tensor) -> Tensor:
    """[B,Q,13]: weekday (Monday first), time of year and of month of each moment."""
    day = moment // DAY
    weekday = torch.nn.functional.one_hot((day + 3) % 7, 7).float()
    year = day.float() * (2 * math.pi / 365.2425)
    month = day.float() * (2 * math.pi / 30.436875)
    waves = [torch.sin(year), torch.cos(year), torch.sin(2 * year), torch.cos(2 * year), torch.sin(month), torch.cos(month)]
    return torch.cat([weekday, torch.stack(waves, dim=-1)], dim=-1)
