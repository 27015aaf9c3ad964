"""The naive way: a GPT-2 of the same size, `generate()` for one user at a time, to read the next word.

python test/bench/generate.py SIZE USERS ACTIONS THREADS
"""

import json
import sys
import time
from pathlib import Path

import torch
from transformers import GPT2Config, GPT2LMHeadModel

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "model"))

from network import SIZES  # noqa: E402

VOCABULARY = 1_000


def main() -> None:
    size, users, actions, threads = sys.argv[1], *map(int, sys.argv[2:])
    torch.set_num_threads(threads)
    layers, width, heads = SIZES[size]
    config = GPT2Config(
        vocab_size=VOCABULARY,
        n_positions=257,
        n_layer=layers,
        n_embd=width,
        n_head=heads,
        bos_token_id=0,
        eos_token_id=0,
    )
    model = GPT2LMHeadModel(config).eval()
    words = torch.randint(1, VOCABULARY, (users, actions))

    def next_word(user: int) -> None:
        model.generate(words[user : user + 1], max_new_tokens=1, do_sample=False, pad_token_id=0)

    with torch.no_grad():
        for user in range(min(5, users)):
            next_word(user)
        start = time.monotonic()
        for user in range(users):
            next_word(user)
    print(json.dumps({"usersPerSecond": users / (time.monotonic() - start)}))


if __name__ == "__main__":
    main()
