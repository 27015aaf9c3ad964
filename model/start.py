"""Where training starts: from a bundle's weights, or from nothing."""

import json
from pathlib import Path
from typing import cast

import torch
from torch import Tensor

from context import context_features
from dataset import Data, Part
from export import WEIGHTS, load_members, load_net
from network import Member, Shape
from pretrained import adopt_gpt2, is_gpt2

# One row for each word of the vocabulary.
BY_WORD = ("word_embedding.weight", "next_word.weight", "next_word.bias")


def starting_members(init: Path | None, shape: Shape, vocabulary: list[str], count: int, seed: int) -> list[Member]:
    """`count` members: copies of the bundle's in turn, random ones with the body of a GPT-2 folder, or wholly random ones.

    Raises ValueError, naming what is at fault, where what is in `init` does not fit `shape`.
    """
    bundle = init if init and is_bundle(init) else None
    if init and not bundle and not is_gpt2(init):
        raise ValueError(f"{init} cannot be started from: it holds neither a bundle with {WEIGHTS} nor a GPT-2 of Hugging Face")
    given = load_members(bundle) if bundle else []
    known = known_words(bundle) if bundle else []
    members = []
    for number in range(count):
        torch.manual_seed(seed + number)
        member = Member(shape)
        if init and not bundle:
            adopt_gpt2(member, init, vocabulary)
        if given:
            adopt(member, given[number % len(given)].state_dict(), known, vocabulary, str(init))
        members.append(member)
    return members


def known_words(bundle: Path) -> list[str]:
    words: list[str] = json.loads((bundle / "vocabulary.json").read_text())
    return words


def is_bundle(folder: Path) -> bool:
    return (folder / WEIGHTS).exists()


def prior_of(init: Path | None, shape: Shape, vocabulary: list[str]) -> Member | None:
    """The member that counts most in the bundle started from, as it is; none without a bundle."""
    if init is None or not is_bundle(init):
        return None
    mix = load_net(init).blend.mix
    number = max(range(len(mix)), key=mix.__getitem__)
    return starting_members(init, shape, vocabulary, number + 1, 0)[number].eval()


def adopt(member: Member, weights: dict[str, Tensor], known: list[str], vocabulary: list[str], name: str) -> None:
    """Copies weights; a word that they do not know starts from the nearest one it backs off to."""
    place = {word: number for number, word in enumerate(known)}
    rows = torch.tensor([place[next(w for w in back_off(word) if w in place)] for word in vocabulary])
    own = member.state_dict()
    for key, value in own.items():
        if key not in weights:
            raise ValueError(f"{name} cannot be started from: it has no {key}; use --init none")
        start = weights[key][rows] if key in BY_WORD else weights[key]
        if start.shape != value.shape:
            sizes = f"its {key} is {list(start.shape)}, here it is {list(value.shape)}"
            raise ValueError(f"{name} cannot be started from: {sizes}; use --init none")
        if key == "next_word.bias":  # what the nearest word gets is shared among those that start from it
            start = start.sub(torch.log(torch.bincount(rows)[rows].float()))
        value.copy_(start)
    member.load_state_dict(own)


def back_off(word: str) -> list[str]:
    """As core/vocabulary.ts: `view:a/b`, `view:a`, `view`."""
    kind, colon, category = word.partition(":")
    parts = category.split("/")
    return [f"{kind}:{'/'.join(parts[:n])}" for n in range(len(parts), 0, -1)] + [kind] if colon else [word]


def renormalise(member: Member, data: Data, part: Part, positions: int, batches: int = 300) -> None:
    """Scales the features by their means and variances in this data, and the weights so that the member says the same."""
    width = member.norm.num_features
    sums, squares, weight = torch.zeros(width, dtype=torch.float64), torch.zeros(width, dtype=torch.float64), 0.0
    with torch.no_grad():
        for _, batch in zip(range(batches), data.batches(part, positions, 4, (0,)), strict=False):
            p = member.positions(batch.words, batch.at, batch.count, batch.local)
            raw = torch.cat([context_features(p, batch.moment), batch.shop], dim=-1).flatten(0, 1).double()
            sums, squares, weight = sums + raw.sum(0), squares + (raw**2).sum(0), weight + len(raw)
    mean = (sums / weight).float()
    rescale(member, mean, ((squares / weight).float() - mean**2).clamp(min=0.0) + 1e-3)


def rescale(member: Member, mean: Tensor, var: Tensor) -> None:
    """Scales the features by these means and variances, and the weights so that the member says the same."""
    with torch.no_grad():
        old, new = (torch.sqrt(v + float(member.norm.eps)) for v in (cast(Tensor, member.norm.running_var), var))
        for layer, columns in (
            (member.enter, slice(None)),
            (member.linear, slice(None)),
            (member.gate, slice(-member.shape.shop, None)),
        ):
            shift = ((mean - cast(Tensor, member.norm.running_mean)) / old)[columns]
            scale = (new / old)[columns]
            weights = layer.weight[:, : len(scale)]
            layer.bias.add_(weights @ shift)
            layer.weight[:, : len(scale)] = weights * scale
        cast(Tensor, member.norm.running_mean).copy_(mean)
        cast(Tensor, member.norm.running_var).copy_(var)
