"""Context features: what recency, frequency and rhythm say of a user on a day, computed inside the graph.

Shapes: B users, T positions, Q query moments. Times are wall-clock seconds (int64), features float32.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

TYPES = 10  # order of ACTION_TYPES in core/actions/action.ts
PURCHASE = 7
LOCALS = 65
DAY = 86_400
WINDOWS = (1, 3, 7, 14, 30, 60)
GAP_GRID = (2, 4, 7, 14, 28, 56)
AHEAD = (1, 3, 7, 14, 30)
YEAR, MONTH = 365.2425, 30.436875
NO_DAY = -1_000_000  # before any day of any log
NEVER = 730.0  # days since something that never happened
LONG_AGO = 1e6  # days since what has not been seen


class Positions:
    """What every query of one sequence shares.

    `types` [B,T] int64 (index of ACTION_TYPES), `at` [B,T] int64 seconds, `count` [B,T], `local` [B,T] int64,
    `valid` [B,T] bool (not padding).
    """

    def __init__(self, types: Tensor, at: Tensor, count: Tensor, local: Tensor, valid: Tensor) -> None:
        self.types, self.at, self.local, self.valid = types, at, local, valid
        some = valid.float()
        self.weight = count.clamp(min=1.0) * some
        self.of_type = ((types.unsqueeze(-1) == torch.arange(TYPES, device=at.device)) & valid.unsqueeze(-1)).float()
        day = days(at)
        before = torch.cat([torch.full_like(day[:, :1], NO_DAY), day[:, :-1]], dim=1)
        self.first_of_day = ((day != before) & valid).float()
        # Purchases: the gap of each day with a purchase to the one before it, and its age later on.
        is_purchase = (types == PURCHASE) & valid
        length = types.shape[1]
        strictly_earlier = torch.tril(torch.ones((length, length), device=at.device), diagonal=-1).unsqueeze(0)
        purchase_day = torch.where(is_purchase, day.float(), NO_DAY)
        # The latest day with a purchase before each position; masked maximum, since ONNX has no running maximum.
        previous = torch.minimum(purchase_day.unsqueeze(1), torch.where(strictly_earlier > 0, -NO_DAY, NO_DAY)).amax(-1)
        self.is_purchase = is_purchase
        self.first_purchase_of_day = is_purchase & (day.float() > previous)
        self.has_gap = self.first_purchase_of_day & (previous > NO_DAY)
        self.gap = torch.where(self.has_gap, day.float() - previous, 0.0)
        # Same category and earlier: [B,T,T]
        own = torch.where(valid, local, 0).float()
        self.categories = (own.unsqueeze(-1) == torch.arange(1.0, LOCALS, device=at.device)).float()
        again = (own.unsqueeze(1) == own.unsqueeze(2)) & (own > 0).unsqueeze(1) & (strictly_earlier > 0)
        again_that_day = again & (day.unsqueeze(1) == day.unsqueeze(2))
        times, times_that_day = again.float().sum(-1), again_that_day.float().sum(-1)
        self.first_of_day_in_category = (own > 0).float() * (times_that_day == 0).float()
        self.seen_before = (times > 0).float()
        self.seen_another_day = (times > times_that_day).float()


def days(at: Tensor) -> Tensor:
    """Days since 1970 of seconds; `at // DAY` becomes three times as many nodes of the graph."""
    return torch.div(at - at % DAY, DAY, rounding_mode="trunc")


def log_days(days: Tensor) -> Tensor:
    return torch.log1p(days.clamp(min=0.0)) - math.log(8.0)


def context_features(p: Positions, moment: Tensor, seen: Tensor | None = None) -> Tensor:
    """Features [B,Q,F] of what happened strictly before each `moment` [B,Q] (int64 seconds); `seen` as in the parts."""
    return torch.cat([f.expand(-1, moment.shape[1], -1) for f in context_parts(p, moment, seen)], dim=-1)


def context_parts(p: Positions, moment: Tensor, seen: Tensor | None = None) -> list[Tensor]:
    """The same as parts [B,Q or 1,...], in their order.

    `seen` [B,1,T]: given where all moments see the same positions and are whole days apart, as those of silence are. What
    only depends on the positions is then computed once.
    """
    daily = seen is not None
    if seen is None:
        seen = (p.at.unsqueeze(1) < moment.unsqueeze(2)) & p.valid.unsqueeze(1)  # [B,Q,T]
    views, queries = seen.shape[1], moment.shape[1]
    seen_f = seen.float()
    at = p.at.unsqueeze(1)

    def days_since(instant: Tensor) -> Tensor:
        """Whole days, 1 = within the last day; [B,Q,N] of instants [B,Q or 1,N]."""
        return torch.ceil((moment.unsqueeze(2) - instant).float() / DAY)

    # Days until the first of the moments that see a position [B,views,T].
    ago = torch.where(seen, torch.ceil((moment[:, :views].unsqueeze(2) - at).float() / DAY), LONG_AGO)

    def inside(windows: tuple[int, ...]) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
        """Rows [B,R,T] of the positions within some days, and what lays rows [B,R,N] out by moment and window [B,Q,W,N].
        q days later, what is within w days is what was within w − q."""
        if daily:
            days = torch.arange(max(windows) + 1, device=at.device)
            row = (torch.tensor(windows, device=at.device) - torch.arange(queries, device=at.device).unsqueeze(1)).clamp(min=0)
            return (ago <= days.unsqueeze(1)).float(), lambda rows: rows.index_select(1, row.flatten()).unflatten(1, row.shape)
        each = (ago.unsqueeze(2) <= torch.tensor(windows, device=at.device).unsqueeze(1)).float()
        return each.flatten(1, 2), lambda rows: rows.unflatten(1, (queries, len(windows)))

    of_type = torch.cat([p.of_type * p.weight.unsqueeze(-1), p.first_of_day.unsqueeze(-1)], dim=-1)
    lately, laid_out = inside(WINDOWS)
    features = [laid_out(torch.log1p(torch.bmm(lately, of_type))).flatten(2), torch.log1p(torch.bmm(seen_f, of_type))]

    # Latest position of each type, and of any; [B,views,TYPES+1].
    kind = torch.arange(TYPES + 1, device=at.device).unsqueeze(1)
    kinds = ((p.types.unsqueeze(1) == kind) | (kind == TYPES)).unsqueeze(2) & seen.unsqueeze(1)
    latest = torch.where(kinds, at.unsqueeze(1), -1).amax(-1).transpose(1, 2)
    had = latest >= 0
    since = torch.where(had, days_since(latest), NEVER).clamp(max=NEVER)
    since_type, since_any = since[:, :, :TYPES], since[:, :, TYPES:]
    had_type, some = had[:, :, :TYPES], had[:, :, TYPES:]
    first_at = torch.where(seen, at, moment[:, :views].unsqueeze(2)).amin(-1, keepdim=True)
    tenure = torch.where(some, days_since(first_at), 0.0)
    features += [log_days(since_type), had_type.float(), log_days(torch.cat([since_any, tenure], dim=-1))]
    fades = torch.cat([since_any, since_type], dim=-1).unsqueeze(2) / torch.tensor([[-2.0], [-7.0], [-30.0]], device=at.device)
    features.append(torch.exp(fades).flatten(2))

    # Purchase rhythm.
    gapped = seen_f * p.has_gap.float().unsqueeze(1)
    gap = p.gap.unsqueeze(1)
    bought_days = (seen_f * p.first_purchase_of_day.float().unsqueeze(1)).sum(-1, keepdim=True)
    gaps = gapped.sum(-1, keepdim=True)
    some = (gaps > 0).float()
    log_gap = torch.log(gap.clamp(min=1.0))
    means = torch.bmm(gapped, torch.cat([gap, log_gap, log_gap * log_gap], dim=1).transpose(1, 2)) / gaps.clamp(min=1.0)
    mean, mean_log, square_log = (means[:, :, n : n + 1] for n in range(3))
    spread = torch.sqrt((square_log - mean_log * mean_log).clamp(min=0.0) + 1e-6)
    least = torch.where(gapped > 0, gap, NEVER).amin(-1, keepdim=True)
    # The last gap ends at the latest purchase day with one.
    end_age = torch.where(gapped > 0, ago, LONG_AGO)
    own_gaps = gapped * gap
    last = torch.where(end_age <= end_age.amin(-1, keepdim=True), own_gaps, 0.0).amax(-1, keepdim=True)
    log_silence = torch.log(since_type[:, :, PURCHASE : PURCHASE + 1])
    mean, least, last = (log_days(of) for of in (mean, least, last))
    features.append(torch.log1p(torch.cat([bought_days, gaps], dim=-1)))
    features.append(some * torch.cat([mean, mean_log, spread, least, last], dim=-1))
    late = log_silence - mean_log
    features.append(some * torch.cat([late, torch.tanh(late / (spread + 0.3))], dim=-1))
    short = own_gaps.unsqueeze(2) <= torch.tensor(GAP_GRID, device=at.device).unsqueeze(1)
    features.append((gapped.unsqueeze(2) * short.float()).sum(-1) / (gaps + 1.0))
    # The user's own gaps as an empirical hazard: of those at least as long as the silence, how many end within h days.
    ahead = since_type[:, :, PURCHASE : PURCHASE + 1] + torch.tensor((0, *AHEAD), device=at.device)
    lasting = (own_gaps.unsqueeze(2) >= ahead.unsqueeze(3)).float().sum(-1)
    longer, longer_still = lasting[:, :, :1], lasting[:, :, 1:]
    features += [longer / (gaps + 1.0), (longer - longer_still) / (longer + 1.0)]
    purchase_rate = bought_days / (tenure + 14.0)
    features.append(torch.log(purchase_rate * 30.0 + 0.02))

    # Coming back to the same thing.
    lately, laid_out = inside((1, 7, 30))
    mass = torch.bmm(lately * p.weight.unsqueeze(1), p.categories)  # [B,R,categories]
    returns = torch.bmm(lately * p.first_of_day_in_category.unsqueeze(1), p.categories).amax(-1, keepdim=True)
    top, total = mass.amax(-1, keepdim=True), torch.bmm(lately, p.weight.unsqueeze(-1))
    distinct = (mass > 0).float().sum(-1, keepdim=True)
    counts = torch.log1p(torch.cat([top, distinct, returns], dim=-1))
    found = torch.cat([counts[:, :, :1], top / (total + 1.0), counts[:, :, 1:]], dim=-1)
    features.append(laid_out(found).flatten(2))
    newest = (ago <= since_any[:, :views]).float() * seen_f  # positions of the last active day
    on_last_day = newest.sum(-1, keepdim=True).clamp(min=1.0)
    features.append((newest * p.seen_before.unsqueeze(1)).sum(-1, keepdim=True) / on_last_day)
    bought = seen_f * p.is_purchase.float().unsqueeze(1)
    bought_category = (torch.bmm(bought, p.categories) > 0).float()
    features.append((newest * torch.bmm(bought_category, p.categories.transpose(1, 2))).sum(-1, keepdim=True) / on_last_day)
    repeat_purchases = (bought * p.seen_before.unsqueeze(1)).sum(-1, keepdim=True)
    features.append(torch.log1p(repeat_purchases))

    features.append(calendar(moment))
    return features


def calendar(moment: Tensor) -> Tensor:
    """[B,Q,13]: weekday (Monday first), time of year and of month of each moment."""
    day = days(moment).unsqueeze(-1)
    weekday = ((day + 3) % 7 == torch.arange(7, device=moment.device)).float()
    waves = day.float() * torch.tensor([2 * math.pi / period for period in (YEAR, YEAR / 2, MONTH)], device=moment.device)
    return torch.cat([weekday, torch.stack([torch.sin(waves), torch.cos(waves)], dim=-1).flatten(-2)], dim=-1)
