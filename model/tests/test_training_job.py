"""What a SageMaker training job means as a command line."""

import json
from pathlib import Path

import pytest

from training_job import is_job, job_arguments, write_failure


def channel(root: Path, name: str, *folders: str) -> tuple[str, str]:
    for folder in folders:
        (root / name / folder).mkdir(parents=True, exist_ok=True)
        (root / name / folder / "meta.json").write_text("{}")
    return f"SM_CHANNEL_{name.upper()}", str(root / name)


def test_channels_hyperparameters_and_places_become_arguments(tmp_path: Path) -> None:
    hps = {"members": 2, "size": "tiny", "sagemaker_program": "train.py"}
    environment = {
        "SM_MODEL_DIR": "/opt/ml/model",
        "SM_HPS": json.dumps(hps),
        **dict([channel(tmp_path, "training", "a", "b"), channel(tmp_path, "init", ".")]),
    }
    assert is_job(environment) and not is_job({})
    training = tmp_path / "training"
    assert job_arguments(environment) == [
        *[str(training / "a"), str(training / "b")],
        *["--out", "/opt/ml/model/bundle", "--checkpoints", "/opt/ml/checkpoints", "--resume"],
        *["--members", "2", "--size", "tiny", "--init", str(tmp_path / "init")],
    ]


def test_a_job_without_data_or_with_an_unknown_hyperparameter_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no channel holds training data: training"):
        job_arguments({"SM_MODEL_DIR": "m", "SM_CHANNEL_TRAINING": str(tmp_path)})
    given = dict([channel(tmp_path, "training", ".")])
    with pytest.raises(ValueError, match="hyperparameter depth is not one of size"):
        job_arguments({"SM_MODEL_DIR": "m", "SM_HPS": '{"depth": 3}', **given})


def test_the_reason_of_a_failure_is_where_the_service_reads_it(tmp_path: Path) -> None:
    write_failure("x" * 2_000, tmp_path)
    assert (tmp_path / "output" / "failure").read_text() == "x" * 1_024
