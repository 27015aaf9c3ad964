"""Starting from a GPT-2 of Hugging Face, here a small random one saved in that format."""

import json
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from network import Member, Shape
from start import starting_members

TOKENS = ["<unk>", "view", "running", "shoes", "sneakers", "purchase"]
TYPES = ["view", "search", "wishlist", "cart", "uncart", "checkout", "coupon", "purchase", "refund", "visit"]
WORDS = ["", *TYPES, "view:running-shoes", "view:sneakers"]
SHAPE = Shape("tiny", len(WORDS), 3, [0, *range(10), 0, 0])


def gpt2(folder: Path, **changes: object) -> Path:
    torch.manual_seed(5)
    values = {"vocab_size": len(TOKENS), "n_embd": 64, "n_layer": 4, "n_head": 4, "n_positions": 300, **changes}
    config = GPT2Config(**values, bos_token_id=None, eos_token_id=None)
    GPT2LMHeadModel(config).save_pretrained(folder)
    words = Tokenizer(models.WordLevel({token: number for number, token in enumerate(TOKENS)}, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=words, unk_token="<unk>").save_pretrained(folder)
    return folder


def start(folder: Path) -> Member:
    return starting_members(folder, SHAPE, WORDS, 1, 0)[0]


def test_the_body_is_its_first_layers_and_each_word_the_mean_of_its_text(tmp_path: Path) -> None:
    given = GPT2LMHeadModel.from_pretrained(gpt2(tmp_path)).transformer
    member = start(tmp_path)
    own, theirs = member.body.state_dict(), given.state_dict()
    assert all(torch.equal(own[name], theirs[name]) for name in own if name.startswith(("h.", "ln_f.")))
    assert torch.equal(own["wpe.weight"], theirs["wpe.weight"][:256])
    table, rows = theirs["wte.weight"], member.word_embedding.weight
    assert torch.allclose(rows[11], table[[1, 2, 3]].mean(0)) and torch.allclose(rows[12], table[[1, 4]].mean(0))
    assert torch.allclose(rows[1], table[1])


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"n_embd": 32}, "its n_embd is 32, and size tiny has 64"),
        ({"n_head": 8}, "its n_head is 8"),
        ({"n_layer": 2}, "its n_layer is 2, and size tiny needs 3"),
        ({"n_positions": 128}, "its n_positions is 128"),
        ({"activation_function": "relu"}, "its activation_function is relu"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, changes: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        start(gpt2(tmp_path, **changes))


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="neither a bundle"):
        start(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "llama"}))
    with pytest.raises(ValueError, match="model_type is llama"):
        start(tmp_path)
