"""The torch side of test/contract/parity.test.ts.

python parity.py make BUNDLE            a bundle of untrained members, with their weights
python parity.py run BUNDLE FOLDER      answers FOLDER/N.request (KServe v2, binary) with FOLDER/N.{hazard,p_buy,next_local_p}
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "model"))

from export import load_net, write_bundle  # noqa: E402
from network import BuyTiming, Member, Shape  # noqa: E402

SHIPPED = Path(__file__).resolve().parents[2] / "model" / "bundles" / "tiny"
KINDS = {"INT64": np.int64, "FP32": np.float32}


def make(bundle: Path) -> None:
    torch.manual_seed(4)
    words = json.loads((SHIPPED / "vocabulary.json").read_text())
    statistics = json.loads((SHIPPED / "manifest.json").read_text())["shopStatistics"]
    types = words[1:11]
    shape = Shape(
        "tiny",
        len(words),
        len(statistics),
        [0] + [types.index(word.split(":")[0]) for word in words[1:]],
    )
    members = [Member(shape) for _ in range(2)]
    for member in members:
        for parameter in member.parameters():
            torch.nn.init.normal_(parameter, std=0.05)
        member.linear.bias.data -= 3.0
    trained_on = {
        "firstDay": "2026-01-01",
        "lastDay": "2026-01-01",
        "users": 0,
        "actions": 0,
        "hash": "",
    }
    write_bundle(bundle, BuyTiming(members), words, statistics, {"trainedOn": trained_on}, "untrained")


def read(request: Path) -> dict[str, torch.Tensor]:
    body = request.read_bytes()
    size = int.from_bytes(body[:4], "little")
    header, at = json.loads(body[4 : 4 + size]), 4 + size
    tensors = {}
    for entry in header["inputs"]:
        width = entry["parameters"]["binary_data_size"]
        flat = np.frombuffer(body[at : at + width], dtype=KINDS[entry["datatype"]])
        tensors[entry["name"]] = torch.from_numpy(flat.reshape(entry["shape"]).copy())
        at += width
    return tensors


def run(bundle: Path, folder: Path) -> None:
    torch.set_num_threads(2)
    net = load_net(bundle)
    for request in sorted(folder.glob("*.request")):
        with torch.no_grad():
            hazard, p_buy, _, _, next_local_p = net(**read(request))
        for name, value in (
            ("hazard", hazard),
            ("p_buy", p_buy),
            ("next_local_p", next_local_p),
        ):
            request.with_suffix(f".{name}").write_bytes(np.ascontiguousarray(value.numpy()).tobytes())


if __name__ == "__main__":
    {"make": make, "run": run}[sys.argv[1]](*map(Path, sys.argv[2:]))
