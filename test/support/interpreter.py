"""Runs state machines in moto's interpreter of Amazon States Language. Services are asked at MOTO_PORT of this machine.

Reads one JSON object a line, `{"name", "definition", "input"}`, and answers each with one line:
`{"status", "output", "error", "cause", "events", "waited"}`. Waits and retries take a thousandth of their time.
"""

import json
import re
import sys
import time
import types

from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

waited: list[float] = []


def wait(seconds: float) -> None:
    waited.append(seconds)
    time.sleep(seconds / 1000)


retrier_decl.time = types.SimpleNamespace(sleep=wait)
WaitFunction._wait_interval = lambda self, env, wait_seconds: wait(wait_seconds)

backend = StepFunctionsParserBackend("eu-central-1", "123456789012")


def run(name: str, definition: str, given: str) -> dict:
    waited.clear()
    # The same number: moto's grammar takes percentages with a point only.
    definition = re.sub(r'("ToleratedFailurePercentage":\d+)(?=[,}])', r"\1.0", definition)
    machine = backend.create_state_machine(name, definition, "arn:aws:iam::123456789012:role/machine")
    execution = backend.start_execution(machine.arn, name=name, execution_input=given)
    while execution.exec_status in (None, "RUNNING"):
        time.sleep(0.02)
    history = backend.get_execution_history(execution.execution_arn)
    events = [
        {
            "type": event["type"],
            "state": (event.get("stateEnteredEventDetails") or {}).get("name"),
        }
        for event in history["events"]
    ]
    return {
        "status": execution.exec_status,
        "output": execution.output,
        "error": execution.error,
        "cause": execution.cause,
        "events": events,
        "waited": list(waited),
    }


for line in sys.stdin:
    request = json.loads(line)
    answer = run(request["name"], request["definition"], request["input"])
    print(json.dumps(answer, default=str), flush=True)
