"""What a SageMaker training job gives: channels, hyperparameters, and places for the model, checkpoints and a failure.

Channels hold what `npm run export` or `npm run prior` wrote (in the channel or in folders of it); a channel `init` holds the
bundle to start from. Hyperparameters are the options of train.py without dashes. The bundle goes to `bundle` in
SM_MODEL_DIR. A job that was interrupted, as on a spot instance, goes on from /opt/ml/checkpoints.
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo.html
"""

import json
from collections.abc import Mapping
from pathlib import Path

CHANNEL = "SM_CHANNEL_"
OURS = ("size", "members", "minutes", "epochs", "seed", "rate", "positions", "queries")


def is_job(environment: Mapping[str, str]) -> bool:
    return "SM_MODEL_DIR" in environment


def job_arguments(environment: Mapping[str, str], root: Path = Path("/opt/ml")) -> list[str]:
    """The command line that a job means. Raises ValueError where it is incomplete."""
    channels = {
        name.removeprefix(CHANNEL).lower(): Path(place) for name, place in environment.items() if name.startswith(CHANNEL)
    }
    init = channels.pop("init", None)
    folders = [folder for place in channels.values() for folder in data_folders(place)]
    if not folders:
        raise ValueError(f"no channel holds training data: {', '.join(sorted(channels)) or 'there is none'}")
    given = json.loads(environment.get("SM_HPS", "{}"))
    for name in given:
        if name not in OURS and not name.startswith("sagemaker_"):
            raise ValueError(f"hyperparameter {name} is not one of {', '.join(OURS)}")
    options = [part for name, value in given.items() if name in OURS for part in (f"--{name}", str(value).strip('"'))]
    places = ["--out", str(Path(environment["SM_MODEL_DIR"]) / "bundle"), "--checkpoints", str(root / "checkpoints"), "--resume"]
    return [*map(str, folders), *places, *options, *(["--init", str(init)] if init else [])]


def data_folders(place: Path) -> list[Path]:
    return sorted(file.parent for pattern in ("meta.json", "*/meta.json") for file in place.glob(pattern))


def write_failure(reason: str, root: Path = Path("/opt/ml")) -> None:
    """SageMaker shows the first 1,024 characters as the job's FailureReason."""
    (root / "output").mkdir(parents=True, exist_ok=True)
    (root / "output" / "failure").write_text(reason[:1_024])
