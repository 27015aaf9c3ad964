"""The network of Buy Timing: a GPT-2 body over action words and a query head for any day after the last action.

Shapes: B users, T positions, Q query moments, K time bins, S shop statistics.
"""

from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, GPT2Config, GPT2Model

from context import TYPES, Positions, context_features, context_parts, days
from next_head import NextHead, type_shares

EDGES = (*range(32), 45, 60, 90, 120)
BINS = len(EDGES) - 1
HORIZONS = (1, 3, 7, 14, 30)
ROWS = 31
DAY = 86_400
USUAL = -3.0  # logit of a usual daily hazard: a correction's tilt turns about it
LATE = 2.0  # log of the day, plus one, about which its slope turns
EXPORTED_ATTENTION = "causal"
SIZES = {"tiny": (3, 64, 4), "base": (6, 256, 8), "gpt2": (12, 768, 12)}


def causal_attention(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, scaling: float | None = None, **_: Any
) -> tuple[Tensor, None]:
    """Attention [B,T,heads,D] of each position to itself and those before it, in as few nodes of a graph as it takes."""
    length = query.shape[2]
    later = torch.triu(torch.full((length, length), -1e9, device=query.device), diagonal=1)
    weights = torch.softmax(torch.matmul(query * query.shape[-1] ** -0.5, key.transpose(2, 3)) + later, dim=-1)
    return torch.matmul(weights, value).transpose(1, 2), None


AttentionInterface.register(EXPORTED_ATTENTION, causal_attention)


@dataclass
class Shape:
    """What decides the network's parameters. `word_types` and `word_parents` come from the vocabulary."""

    size: str
    vocabulary: int
    shop: int
    word_types: list[int]
    hidden: int = 192


class Member(nn.Module):
    """One independently trained network."""

    word_types: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        layers, width, heads = SIZES[shape.size]
        self.shape = shape
        self.register_buffer("word_types", torch.tensor(shape.word_types, dtype=torch.int64), persistent=False)
        self.type_embedding = nn.Embedding(TYPES, width)
        self.word_embedding = nn.Embedding(shape.vocabulary, width, padding_idx=0)
        self.time = nn.Linear(13, width)
        self.body = GPT2Model(
            GPT2Config(
                vocab_size=1,
                n_positions=256,
                n_embd=width,
                n_layer=layers,
                n_head=heads,
                bos_token_id=None,
                eos_token_id=None,
                resid_pdrop=0.0,
                embd_pdrop=0.0,
                attn_pdrop=0.0,
                # The same function as the default, in one kernel instead of eight.
                activation_function="gelu_pytorch_tanh",
                use_cache=False,
            )
        )
        features = context_width() + shape.shop
        self.norm = nn.BatchNorm1d(features, affine=False, momentum=0.02)
        self.enter = nn.Linear(features + width, shape.hidden)
        self.gate = nn.Linear(shape.shop, shape.hidden)
        self.middle = nn.Linear(shape.hidden, shape.hidden)
        self.leave = nn.Linear(shape.hidden, BINS + 7)
        self.linear = nn.Linear(features, BINS + 7)
        for layer in (self.leave, self.linear):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        self.linear.bias.data[:BINS] = -3.0
        self.next_word = nn.Linear(width, shape.vocabulary)
        self.next_head = NextHead(width, shape.hidden)

    def positions(self, words: Tensor, at: Tensor, count: Tensor, local: Tensor) -> Positions:
        return Positions(self.word_types[words], at, count, local, words > 0)

    def states(self, words: Tensor, count: Tensor, p: Positions) -> Tensor:
        """States of the body [B,T,D]; position t has seen positions 0…t and only the gaps between them."""
        return self.read(words, self.times(count, p))

    def times(self, count: Tensor, p: Positions) -> Tensor:
        """What the body is told of each position besides its word [B,T,13]."""
        gap = (p.at - torch.cat([p.at[:, :1], p.at[:, :-1]], dim=1)).clamp(min=0).float() / DAY
        hour = (p.at % DAY).float() * (2 * torch.pi / DAY)
        weekday = ((days(p.at) + 3) % 7).unsqueeze(-1) == torch.arange(7, device=p.at.device)
        own = [torch.log1p(gap), (gap == 0).float(), torch.log1p(count), p.seen_before, torch.sin(hour), torch.cos(hour)]
        return torch.cat([torch.stack(own, dim=-1), weekday.float()], dim=-1)

    def read(self, words: Tensor, times: Tensor) -> Tensor:
        """As `states`, from words [B,T] and what `times` gave."""
        table = self.type_embedding(self.word_types) + self.word_embedding.weight + self.time.bias
        embedded = nn.functional.embedding(words, table) + nn.functional.linear(times, self.time.weight)
        # Right padding needs no attention mask: a causal position never sees what follows it.
        return self.body(inputs_embeds=embedded, use_cache=False).last_hidden_state

    def query(self, states: Tensor, p: Positions, shop: Tensor, moment: Tensor) -> tuple[Tensor, Tensor]:
        """Hazard logits [B,Q,K] and the head's hidden layer [B,Q,H] at moments [B,Q], with `shop` [B,Q,S] of each."""
        return self.head(torch.cat([context_features(p, moment), shop], dim=-1), self.latest(states, p, moment), moment)

    def latest(self, states: Tensor, p: Positions, moment: Tensor) -> Tensor:
        """State [B,Q,D] of the last position before each moment, nought where there is none."""
        seen = ((p.at.unsqueeze(1) < moment.unsqueeze(2)) & p.valid.unsqueeze(1)).sum(-1)  # [B,Q]
        index = (seen - 1).clamp(min=0).unsqueeze(-1).expand(-1, -1, states.shape[2])
        return torch.gather(states, 1, index) * (seen > 0).unsqueeze(-1).float()

    def head(self, raw: Tensor, state: Tensor, moment: Tensor) -> tuple[Tensor, Tensor]:
        """As `query`, from the context features with the shop statistics after them [B,Q,F+S] and the states [B,Q,D]."""
        features = self.norm(raw.transpose(1, 2)).transpose(1, 2).clamp(-6.0, 6.0)
        width = self.shape.shop
        return self.answer(features[:, :, :-width], features[:, :, -width:], state, moment)

    def silence(self, state: Tensor, p: Positions, shop: Tensor, moment: Tensor) -> tuple[Tensor, Tensor]:
        """As `query`, at moments [B,Q] whole days apart after every position, with the state [B,1,D] of the last of them
        and one row of shop statistics [B,S]."""
        parts = [*context_parts(p, moment, p.valid.unsqueeze(1)), shop.unsqueeze(1)]
        places = torch.split(torch.arange(self.norm.num_features), [part.shape[2] for part in parts])
        moving = [n for n, part in enumerate(parts) if part.shape[1] > 1]
        steady = [n for n, part in enumerate(parts) if part.shape[1] == 1]

        def scaled(some: list[int]) -> Tensor:
            return self.scaled(torch.cat([parts[n] for n in some], dim=-1), torch.cat([places[n] for n in some]))

        order = torch.cat([places[n] for n in (*moving, *steady)])
        return self.answer(scaled(moving), scaled(steady), state, moment, order)

    def scaled(self, raw: Tensor, columns: slice | Tensor) -> Tensor:
        """What `norm` makes of some of the features when it learns nothing from them."""
        mean, var = (cast(Tensor, value)[columns] for value in (self.norm.running_mean, self.norm.running_var))
        return ((raw - mean) * torch.rsqrt(var + self.norm.eps)).clamp(-6.0, 6.0)

    def answer(
        self, context: Tensor, steady: Tensor, state: Tensor, moment: Tensor, order: slice | Tensor = slice(None)
    ) -> tuple[Tensor, Tensor]:
        """As `query`, from scaled features [B,Q,F] and others [B,Q or 1,S], the shop statistics last of them, and states
        [B,Q or 1,D]; `order`: their columns among the network's features."""
        width, features = context.shape[2], self.norm.num_features
        enter, linear = (layer.weight[:, :features][:, order] for layer in (self.enter, self.linear))
        once = nn.functional.linear(steady, enter[:, width:], self.enter.bias)
        once = once + nn.functional.linear(state, self.enter.weight[:, features:])
        hidden = nn.functional.gelu(nn.functional.linear(context, enter[:, :width]) + once)
        hidden = hidden * (1.0 + torch.tanh(self.gate(steady[:, :, -self.shape.shop :])))
        hidden = hidden + nn.functional.gelu(self.middle(hidden))
        out = self.leave(hidden) + nn.functional.linear(context, linear[:, :width])
        out = out + nn.functional.linear(steady, linear[:, width:], self.linear.bias)
        return out[:, :, :BINS] + self.weekdays(out[:, :, BINS:], moment), hidden

    def shop_scale(self) -> Tensor:
        """Standard deviations [S] of the shop statistics among the shops of the training."""
        return torch.sqrt(cast(Tensor, self.norm.running_var)[-self.shape.shop :])

    def weekdays(self, head: Tensor, moment: Tensor) -> Tensor:
        """The seven weekday logits [B,Q,7] laid on the daily bins by the weekday each falls on; wide bins get none."""
        first = (days(moment) + 3).unsqueeze(-1)
        week = torch.gather(head, 2, (first + torch.arange(7, device=moment.device)) % 7)
        return torch.cat([*[week] * 4, week[:, :, :3], torch.zeros_like(week[:, :, : BINS - 31])], dim=-1)

    def coming(
        self, states: Tensor, state: Tensor, p: Positions, hidden: Tensor, words: Tensor, shop: Tensor, moment: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Of the next purchase after `moment` [B,1], the probability [B,65] of each own category, 0: another; and of the
        next active day the first word's [B,V]. `state` [B,D] is that of the last position before the moment, `shop` [B,S] the
        shop's statistics then."""
        vocabulary = self.shape.vocabulary
        category, word = self.next_head(states, p, hidden, words, vocabulary, moment)
        own = torch.bmm(category[:, 1:].unsqueeze(1), p.categories).squeeze(1)
        spread = nn.functional.pad(word[:, :1] * self.elsewhere(state, hidden, shop), (1, 0))
        return torch.cat([category[:, :1], own], dim=-1), spread.scatter_add(1, words, word[:, 1:])

    def elsewhere(self, state: Tensor, hidden: Tensor, shop: Tensor) -> Tensor:
        """Probabilities [B,V-1] of the words of the vocabulary where the next one is not the user's own; as `coming`."""
        logits = self.next_word(state + self.next_head.towards(hidden.squeeze(1))) + type_shares(shop)[:, self.word_types]
        return torch.softmax(logits[:, 1:], dim=-1)


def context_width() -> int:
    zero = torch.zeros((1, 1), dtype=torch.int64)
    positions = Positions(zero, zero, torch.ones(1, 1), zero, zero == 0)
    return context_features(positions, zero + DAY).shape[-1]


@dataclass
class Blend:
    """How the members' forecasts become one, learned on held-out weeks; by default their mean as it is."""

    mix: list[float]
    """Share of each member; they sum to 1."""
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Added to the logits of the hazard of users silent 0, 1 to 7, and more days."""
    tilt: float = 1.0
    slope: float = 0.0
    """Times the centred logarithm of the day a time bin begins."""

    @property
    def corrects(self) -> bool:
        return any(self.shift) or self.tilt != 1.0 or self.slope != 0.0


def logs(logits: Tensor) -> tuple[Tensor, Tensor]:
    """Log-probabilities to stay and to leave."""
    return nn.functional.logsigmoid(-logits), nn.functional.logsigmoid(logits)


def blended(stays: Tensor, leaves: Tensor, mix: Tensor) -> Tensor:
    """Hazard [...,K] of a mixture of members, from log-probabilities [M,...,K] to stay and to leave in a bin if there until
    then, and shares [M]: each member counts in a bin as much as it expects to be without a purchase until then."""
    before = torch.cumsum(stays, dim=-1) - stays + torch.log(mix).reshape(-1, *[1] * (stays.dim() - 1))
    return torch.exp(torch.logsumexp(before + leaves, dim=0) - torch.logsumexp(before, dim=0))


def corrected(hazard: Tensor, silence: Tensor, shift: Tensor, tilt: Tensor, slope: Tensor) -> Tensor:
    """Hazard [...,K] with the correction of a `Blend` for users silent [...] days."""
    logits = torch.log(hazard) - torch.log1p(-hazard)
    late = torch.log1p(torch.tensor(EDGES[:-1], dtype=hazard.dtype, device=hazard.device)) - LATE
    of_silence = torch.where(silence > 7, shift[2], torch.where(silence > 0, shift[1], shift[0])).unsqueeze(-1)
    return torch.sigmoid(of_silence + tilt * (logits - USUAL) + USUAL + slope * late)


class BuyTiming(nn.Module):
    """The served graph: members blended, rows for 31 days of silence, the model contract's inputs and outputs."""

    mix: Tensor
    shift: Tensor
    tilt: Tensor
    slope: Tensor

    def __init__(self, members: list[Member], blend: Blend | None = None) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.blend = blend or Blend([1.0 / len(members)] * len(members))
        for name in ("mix", "shift", "tilt", "slope"):
            self.register_buffer(name, torch.tensor(getattr(self.blend, name)), persistent=False)

    def forward(
        self, words: Tensor, at: Tensor, count: Tensor, local: Tensor, length: Tensor, shop: Tensor, origin: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        place = torch.arange(words.shape[1], device=words.device).unsqueeze(0)
        words = torch.where(place < length, words, 0)
        moment = origin + torch.arange(ROWS, device=words.device).unsqueeze(0) * DAY
        last = (length - 1).clamp(min=0)
        said = []
        word_p, local_p = torch.zeros(()), torch.zeros(())
        for number, module in enumerate(self.members):
            member = cast(Member, module)
            p = member.positions(words, at, count, local)
            states = member.states(words, count, p)
            state = torch.gather(states, 1, last.unsqueeze(-1).expand(-1, -1, states.shape[2]))
            logits, hidden = member.silence(state, p, shop, moment)
            said.append(logits)
            own, following = member.coming(states, state.squeeze(1), p, hidden[:, :1], words, shop, origin)
            local_p = local_p + self.mix[number] * own
            word_p = word_p + self.mix[number] * following[:, 1:]
        mixed = blended(*logs(torch.stack(said)), self.mix) if len(said) > 1 else torch.sigmoid(said[0])
        hazard = mixed.clamp(1e-7, 1.0 - 1e-7)
        if self.blend.corrects:
            silence = moment // DAY - torch.gather(at, 1, last) // DAY - 1
            hazard = corrected(hazard, silence, self.shift, self.tilt, self.slope).clamp(1e-7, 1.0 - 1e-7)
        until = (torch.arange(BINS, device=words.device).unsqueeze(1) < torch.tensor(HORIZONS, device=words.device)).float()
        p_buy = 1.0 - torch.exp(torch.matmul(torch.log1p(-hazard), until))
        next_p, next_id = torch.topk(word_p, 10, dim=-1)
        return hazard, p_buy, next_id + 1, next_p, local_p
