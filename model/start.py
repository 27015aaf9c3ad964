"""Where training starts: from a bundle's weights, or from nothing."""

import json
from pathlib import Path

import torch
from torch import Tensor

from export import WEIGHTS, load_members
from network import Member, Shape

# One row for each word of the vocabulary.
BY_WORD = ("word_embedding.weight", "next_word.weight", "next_word.bias")


def starting_members(init: Path | None, shape: Shape, vocabulary: list[str], count: int, seed: int) -> list[Member]:
    """`count` members: copies of the bundle's in turn, or random ones.

    Raises ValueError, naming what is at fault, where the bundle's weights do not fit `shape`.
    """
    given = load_members(init) if init else []
    known = known_words(init) if init else []
    members = []
    for number in range(count):
        torch.manual_seed(seed + number)
        member = Member(shape)
        if given:
            adopt(member, given[number % len(given)].state_dict(), known, vocabulary, str(init))
        members.append(member)
    return members


def known_words(bundle: Path) -> list[str]:
    words: list[str] = json.loads((bundle / "vocabulary.json").read_text())
    return words


def can_start_from(bundle: Path) -> bool:
    return (bundle / WEIGHTS).exists()


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
        value.copy_(start)
    member.load_state_dict(own)


def back_off(word: str) -> list[str]:
    """As core/vocabulary.ts: `view:a/b`, `view:a`, `view`."""
    kind, colon, category = word.partition(":")
    parts = category.split("/")
    return [f"{kind}:{'/'.join(parts[:n])}" for n in range(len(parts), 0, -1)] + [kind] if colon else [word]
