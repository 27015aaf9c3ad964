"""Starts a member's body from a GPT-2 in Hugging Face's format: config.json, model.safetensors and a tokenizer."""

import json
from pathlib import Path

import torch
from safetensors import safe_open
from transformers import AutoTokenizer

from network import Member

POSITIONS = 256


def is_gpt2(folder: Path) -> bool:
    return (folder / "config.json").exists()


def adopt_gpt2(member: Member, folder: Path, vocabulary: list[str]) -> str:
    """Copies the body's weights, and starts each action word from the mean of its text's token embeddings.

    The body may be deeper than ours (its first layers are used) and read more positions. Returns what was used.
    Raises ValueError that names what does not fit.
    """
    config = json.loads((folder / "config.json").read_text())
    ours = member.body.config
    if config.get("model_type") != "gpt2":
        raise refusal(folder, f"its model_type is {config.get('model_type')}, not gpt2")
    for name, need in (("n_embd", ours.n_embd), ("n_head", ours.n_head)):
        if config.get(name) != need:
            raise refusal(folder, f"its {name} is {config.get(name)}, and size {member.shape.size} has {need}")
    for name, least in (("n_layer", ours.n_layer), ("n_positions", POSITIONS)):
        if config.get(name, 0) < least:
            raise refusal(folder, f"its {name} is {config.get(name)}, and size {member.shape.size} needs {least}")
    if config.get("n_inner") not in (None, 4 * ours.n_embd):
        raise refusal(folder, f"its n_inner is {config['n_inner']}, not four times n_embd")
    if config.get("activation_function", "gelu_new") not in ("gelu_new", "gelu_pytorch_tanh"):
        raise refusal(folder, f"its activation_function is {config['activation_function']}, not gelu_new")
    weights = read_weights(folder)
    own = member.body.state_dict()
    for name, value in own.items():
        if name == "wte.weight":
            continue  # the body is given embeddings
        if name not in weights:
            raise refusal(folder, f"it has no {name}")
        start = weights[name][:POSITIONS] if name == "wpe.weight" else weights[name]
        if start.shape != value.shape:
            raise refusal(folder, f"its {name} is {list(start.shape)}, here it is {list(value.shape)}")
        value.copy_(start)
    member.body.load_state_dict(own)
    with torch.no_grad():
        member.type_embedding.weight.zero_()
        member.word_embedding.weight[1:] = word_starts(folder, weights, vocabulary[1:])
    return f"{folder}: {ours.n_layer} of {config['n_layer']} layers of width {ours.n_embd}"


def read_weights(folder: Path) -> dict[str, torch.Tensor]:
    file = folder / "model.safetensors"
    if not file.exists():
        raise refusal(folder, "it has no model.safetensors")
    with safe_open(str(file), "pt") as opened:
        return {name.removeprefix("transformer."): opened.get_tensor(name).float() for name in opened.keys()}  # noqa: SIM118


def word_starts(folder: Path, weights: dict[str, torch.Tensor], words: list[str]) -> torch.Tensor:
    """Mean token embedding [W,D] of each word's text: `view:running-shoes` reads "view running shoes"."""
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    except (OSError, ValueError) as problem:
        raise refusal(folder, f"its tokenizer cannot be read: {str(problem).splitlines()[0]}") from None
    table = weights["wte.weight"]
    rows = []
    for word in words:
        text = "".join(letter if letter.isalnum() else " " for letter in word)
        tokens = [token for token in tokenizer.encode(text, add_special_tokens=False) if token < len(table)]
        rows.append(table[tokens].mean(0) if tokens else table.mean(0))
    return torch.stack(rows)


def refusal(folder: Path, reason: str) -> ValueError:
    return ValueError(f"{folder} cannot be started from: {reason}")
