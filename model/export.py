"""Exports trained members as a model bundle: one ONNX file, its Triton configuration, vocabulary and manifest.

    python model/export.py BUNDLE

exports a bundle anew from its own weights, after a change of the graph that changes none of what it says.
"""

import hashlib
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import onnx
import onnxruntime
import torch
from safetensors import safe_open
from safetensors.torch import save

from network import BINS, EDGES, EXPORTED_ATTENTION, HORIZONS, ROWS, Blend, BuyTiming, Member, Shape

OPSET = 20
WEIGHTS = "weights.safetensors"
LENGTHS = (32, 64, 128, 256)
INPUTS = {
    "words": "INT64",
    "at": "INT64",
    "count": "FP32",
    "local": "INT64",
    "length": "INT64",
    "shop": "FP32",
    "origin": "INT64",
}
OUTPUTS = {
    "hazard": ("FP32", [ROWS, BINS]),
    "p_buy": ("FP32", [ROWS, len(HORIZONS)]),
    "next_word": ("INT64", [10]),
    "next_word_p": ("FP32", [10]),
    "next_local_p": ("FP32", [65]),
}


def example(batch: int, length: int, vocabulary: int, shop: int, seed: int = 0) -> dict[str, torch.Tensor]:
    """Random inputs within the model contract."""
    make = torch.Generator().manual_seed(seed)
    lengths = torch.randint(1, length + 1, (batch, 1), generator=make)
    padding = torch.arange(length).unsqueeze(0) >= lengths
    at = 1_700_000_000 + torch.cumsum(torch.randint(0, 200_000, (batch, length), generator=make), dim=1)
    origin = (at.amax(1, keepdim=True) // 86_400 + 1) * 86_400
    inputs = {
        "words": torch.randint(1, min(vocabulary, 11), (batch, length), generator=make),
        "at": at,
        "count": torch.randint(1, 4, (batch, length), generator=make).float(),
        "local": torch.randint(0, 9, (batch, length), generator=make),
    }
    inputs = {name: torch.where(padding, torch.zeros_like(value), value) for name, value in inputs.items()}
    shop_row = torch.randn((1, shop), generator=make).expand(batch, shop).contiguous()
    return {**inputs, "length": lengths, "shop": shop_row, "origin": origin}


def to_onnx(net: BuyTiming, file: Path, vocabulary: int, shop: int) -> float:
    """Writes the graph with free batch and length; returns the largest difference to torch over several shapes."""
    net.eval()
    for member in net.members:
        cast(Member, member).body.set_attn_implementation(EXPORTED_ATTENTION)
    batch, length = torch.export.Dim("batch", min=1, max=64), torch.export.Dim("length", min=2, max=256)
    sequence = {0: batch, 1: length}
    shapes = (
        {**dict.fromkeys(("words", "at", "count", "local"), sequence), **dict.fromkeys(("length", "shop", "origin"), {0: batch})},
    )
    sample = example(3, 48, vocabulary, shop)
    program = torch.onnx.export(
        net,
        (),
        kwargs=sample,
        dynamo=True,
        opset_version=OPSET,
        external_data=False,
        verbose=False,
        input_names=list(INPUTS),
        output_names=list(OUTPUTS),
        dynamic_shapes=shapes[0],
    )
    assert program is not None
    onnx.save(without_traces(program.model_proto), str(file))
    onnx.checker.check_model(str(file))
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    worst = 0.0
    for rows, size in ((1, 32), (2, 64), (64, 32), (5, 256)):
        inputs = example(rows, size, vocabulary, shop, seed=rows)
        with torch.no_grad():
            expected = net(**inputs)
        found = session.run(["hazard", "p_buy", "next_local_p"], {name: value.numpy() for name, value in inputs.items()})
        for mine, theirs in zip((expected[0], expected[1], expected[4]), found, strict=True):
            worst = max(worst, float((mine - torch.from_numpy(theirs)).abs().max()))
    if worst > 1e-4:
        raise RuntimeError(f"the exported graph differs from torch by {worst:.1e}")
    return worst


def without_traces(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph without what the exporter notes of where it ran: stack traces name folders of the machine."""
    for holder in (model, model.graph, *model.functions):
        del holder.metadata_props[:]
    for nodes in (model.graph.node, *(function.node for function in model.functions)):
        for node in nodes:
            node.doc_string = ""
            del node.metadata_props[:]
    for value in (*model.graph.value_info, *model.graph.input, *model.graph.output, *model.graph.initializer):
        value.doc_string = ""
        del value.metadata_props[:]
    return model


# Bytes that ONNX Runtime's arena takes of a GPU at most: three quarters of a T4's, the smallest. It grows by what is
# asked for and no more, so that an alarm at 90 % speaks of something else that fills the card.
GPU_MEMORY = 12 * 2**30


def triton_config(shop: int) -> str:
    def tensor(name: str, kind: str, dims: list[int]) -> str:
        return f'  {{ name: "{name}" data_type: TYPE_{kind} dims: [ {", ".join(map(str, dims))} ] }}'

    width = {"length": [1], "origin": [1], "shop": [shop]}
    inputs = ",\n".join(tensor(name, kind, width.get(name, [-1])) for name, kind in INPUTS.items())
    outputs = ",\n".join(tensor(name, kind, dims) for name, (kind, dims) in OUTPUTS.items())
    warm = ",\n".join(warm_up(length, width) for length in LENGTHS)
    return f"""name: "buy_timing"
backend: "onnxruntime"
max_batch_size: 64
input [
{inputs}
]
output [
{outputs}
]
instance_group [ {{ kind: KIND_GPU }} ]
dynamic_batching {{ }}
parameters {{ key: "gpu_mem_limit" value: {{ string_value: "{GPU_MEMORY}" }} }}
parameters {{ key: "arena_extend_strategy" value: {{ string_value: "1" }} }}
model_warmup [
{warm}
]
"""


def warm_up(length: int, width: dict[str, list[int]]) -> str:
    """The first call of a shape is slow on a GPU: each padded length is called once before the server is ready."""
    dims = {name: width.get(name, [length])[0] for name in INPUTS}
    inputs = "\n".join(
        f'    inputs {{ key: "{name}" value: {{ data_type: TYPE_{kind} dims: [ {dims[name]} ] zero_data: true }} }}'
        for name, kind in INPUTS.items()
    )
    return f"""  {{
    name: "padded to {length}"
    batch_size: 64
{inputs}
  }}"""


def save_weights(net: BuyTiming, file: Path) -> None:
    """The weights that training can start from; serving needs only the graph."""
    members = [cast(Member, member) for member in net.members]
    tensors = {
        f"{number}.{name}": value.contiguous()
        for number, member in enumerate(members)
        for name, value in member.state_dict().items()
    }
    facts = {
        "shape": json.dumps(asdict(members[0].shape)),
        "members": str(len(members)),
        "blend": json.dumps(asdict(net.blend)),
    }
    file.write_bytes(save(tensors, facts))  # `save_file` would not say by a code that the disk is full


def load_members(bundle: Path, may_lack: tuple[str, ...] = ()) -> list[Member]:
    """The members of a bundle, ready to train on; parts that it may lack, as one of before, are as they are drawn."""
    with safe_open(str(bundle / WEIGHTS), "pt") as file:
        facts = file.metadata()
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    members = []
    for number in range(int(facts["members"])):
        member = Member(Shape(**json.loads(facts["shape"])))
        state = member.state_dict()
        for name in state:
            if (there := tensors.get(f"{number}.{name}")) is not None:
                state[name] = there
            elif not name.startswith(may_lack):
                raise ValueError(f"{bundle} has no {name}: it is of another version of the network")
        member.load_state_dict(state)
        members.append(member)
    return members


def load_net(bundle: Path) -> BuyTiming:
    """The served graph of a bundle, in torch."""
    with safe_open(str(bundle / WEIGHTS), "pt") as file:
        blend = file.metadata().get("blend")
    return BuyTiming(load_members(bundle), Blend(**json.loads(blend)) if blend else None).eval()


def write_bundle(
    folder: Path, net: BuyTiming, vocabulary: list[str], shop_statistics: list[str], facts: dict[str, Any], version: str
) -> None:
    """Writes the whole bundle beside its place and moves it there, so that nothing half-written is ever found."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".bundle-") as scratch:
        root = Path(scratch) / "bundle"
        repository = root / "repository" / "buy_timing"
        (repository / "1").mkdir(parents=True)
        shape = cast(Member, net.members[0]).shape
        to_onnx(net, repository / "1" / "model.onnx", len(vocabulary), len(shop_statistics))
        (repository / "config.pbtxt").write_text(triton_config(len(shop_statistics)))
        save_weights(net, root / WEIGHTS)
        (root / "vocabulary.json").write_text(json.dumps(vocabulary, ensure_ascii=False) + "\n")
        files = {
            str(f.relative_to(root)): hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(root.rglob("*")) if f.is_file()
        }
        manifest = {
            "version": version,
            "size": shape.size,
            "members": len(net.members),
            "parameters": sum(p.numel() for p in net.parameters()),
            "horizons": list(HORIZONS),
            "bins": list(EDGES),
            "shopStatistics": shop_statistics,
            "maxLength": 256,
            "vocabularySize": len(vocabulary),
            "private": None,
            "backtest": {},
            "calibration": {},
            **facts,
            "files": files,
        }
        (root / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
        if folder.exists():
            folder.rename(Path(scratch) / "before")
        root.rename(folder)


if __name__ == "__main__":
    again = Path(sys.argv[1])
    manifest = json.loads((again / "manifest.json").read_text())
    words = json.loads((again / "vocabulary.json").read_text())
    write_bundle(again, load_net(again), words, manifest["shopStatistics"], manifest, manifest["version"])
