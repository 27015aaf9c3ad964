#!/bin/bash
# Entry point of a training job: the packages of requirements.lock, whose hashes are checked, then the training itself.
set -euo pipefail
here=$(dirname "$0")
python -m venv /tmp/python
/tmp/python/bin/python -m pip install --quiet --require-hashes -r "$here/requirements.lock"
exec /tmp/python/bin/python "$here/train.py"
