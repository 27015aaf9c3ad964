"""What training is made of may be used by everybody: the licence of each package of the lock file."""

import re
from importlib import metadata
from pathlib import Path

import pytest

LOCK = Path(__file__).parents[1] / "requirements.lock"
NAMES = sorted(set(re.findall(r"^([\w.-]+)==", LOCK.read_text(), re.MULTILINE)))

PERMISSIVE = re.compile(
    r"(MIT|ISC|0BSD|CC0-1\.0|Zlib|BSL-1\.0|CNRI-Python|PSF-2\.0|Apache[ -]2\.0|Apache Software|MPL-2\.0"
    r"|Mozilla Public License 2\.0|(\d-Clause )?BSD|BSD-\d-Clause)( License)?( \((ISCL|MPL 2\.0)\))?"
    r"( WITH LLVM-exception)?"
)
# NVIDIA's own libraries come with PyTorch on Linux, from NVIDIA; the project does not pass them on.
OF_NVIDIA = re.compile(r"nvidia-|cuda-toolkit$")


def licences_of(name: str) -> list[str]:
    described = metadata.metadata(name)
    named = [line.rsplit("::", 1)[1].strip() for line in described.get_all("Classifier") or [] if "License ::" in line]
    stated = described.get("License-Expression") or " AND ".join(named) or described.get("License") or "none"
    return re.split(r" (?:AND|OR) ", stated)


def test_the_lock_file_names_packages() -> None:
    assert {"torch", "numpy", "onnxruntime"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_its_licence_lets_everybody_use_it(name: str) -> None:
    try:
        licences = licences_of(name)
    except metadata.PackageNotFoundError:
        return  # Of another system.
    if not OF_NVIDIA.match(name):
        assert [licence for licence in licences if not PERMISSIVE.fullmatch(licence)] == []
