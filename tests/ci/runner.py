"""Plays GitHub's runner for a composite action: as much of it as ours meets.

What the runner does with inputs, files and commands is from the sources of actions/runner: an input that
action.yml does not know is warned of and handed over with the others; names of inputs are compared
without case; the outputs are taken whether the steps fail or not; the first step that fails is the job's
failure, and steps after it run where their condition asks for the job's state.
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import time

from cache import Cache

import yaml

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
COMMAND = re.compile(r"\s*::([a-z-]+)(?: ([^:]*))?::(.*)")
COMMANDS = ("error", "warning", "notice", "group", "endgroup", "add-mask", "set-output")


class Job:
    """One use of the action: what it was given and all that it left."""

    def __init__(self, action_dir, scratch, inputs, env, path, cache=None):
        self.action_dir = pathlib.Path(action_dir)
        self.scratch = pathlib.Path(scratch)
        self.action = yaml.safe_load((self.action_dir / "action.yml").read_text())
        self.env = dict(env)
        self.path = path
        given = {name.lower() for name in inputs}
        self.inputs = dict(inputs)
        for name, about in self.action["inputs"].items():
            if name not in given:
                self.inputs[name] = about.get("default", "")
        self.cache = cache or Cache()
        self.steps = {}
        self.cancelled = False
        self.log = ""
        self.commands = []  # (name, properties, data)
        self.summary = ""
        self.status = 0

    def evaluate(self, text):
        def value(match):
            what = match.group(1)
            if what == "toJSON(inputs)":
                return json.dumps(self.inputs, indent=2, ensure_ascii=False)
            if what.startswith("inputs."):
                return {k.lower(): v for k, v in self.inputs.items()}[what[len("inputs.") :]]
            return self.value(what)

        return EXPRESSION.sub(value, text)

    def value(self, expression):
        """Of outputs of steps, with || && ! == != and the state of the job."""
        what = re.sub(r"steps\.[a-z]+\.outputs\.[a-z-]+", self.output, expression)
        what = re.sub(r"!(?!=)", " not ", what).replace("||", " or ").replace("&&", " and ")
        known = {"cancelled": lambda: self.cancelled, "success": lambda: self.status == 0}
        return eval(what.strip(), {"__builtins__": {}}, known)

    def output(self, match):
        _, step, _, name = match.group(0).split(".")
        return repr(self.steps.get(step, {}).get(name, ""))

    def is_due(self, step):
        condition = EXPRESSION.sub(r"\1", step.get("if", "success()"))
        if not re.search(r"(success|failure|cancelled|always)\(\)", condition):
            condition = f"success() && ({condition})"
        return self.value(condition)

    def run(self, interrupt_when=None, timeout_s=120):
        """interrupt_when: the job is cancelled as soon as this file is there."""
        assert self.action["runs"]["using"] == "composite"
        for step in self.action["runs"]["steps"]:
            if "uses" in step:
                assert set(step) <= {"id", "name", "if", "uses", "with"}
            else:
                assert step["shell"] == "bash", "a step of a composite action names its shell"
                assert set(step) <= {"id", "name", "if", "shell", "env", "run"}
            if not self.is_due(step):
                continue
            if "uses" in step:
                given = {name: self.evaluate(value) for name, value in step["with"].items()}
                self.steps[step.get("id")] = self.cache.use(step["uses"], given)
                continue
            status = self.run_step(step, interrupt_when, timeout_s)
            self.status = self.status or status
        self.outputs = {
            name: self.evaluate(about["value"]) for name, about in self.action["outputs"].items()
        }
        return self

    def run_step(self, step, interrupt_when, timeout_s):
        files = {}
        for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_PATH", "GITHUB_ENV"):
            files[name] = self.scratch / f"{name}_{step['id']}"
            files[name].write_text("")
        script = self.scratch / "step.sh"
        script.write_text(self.evaluate(step["run"]))
        env = {
            **self.env,
            **{name: self.evaluate(value) for name, value in step.get("env", {}).items()},
            **{name: str(path) for name, path in files.items()},
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(self.action_dir),
            "RUNNER_TEMP": str(self.scratch / "runner_temp"),
            "PATH": self.path,
        }
        (self.scratch / "runner_temp").mkdir(exist_ok=True)
        shell = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
        with open(self.scratch / "log", "wb") as log:
            process = subprocess.Popen(
                shell,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.scratch,
                start_new_session=True,
            )
            if interrupt_when:
                while not interrupt_when.exists() and process.poll() is None:
                    time.sleep(0.01)
                if interrupt_when.exists():
                    process.send_signal(signal.SIGINT)
                    self.cancelled = True
            try:
                status = process.wait(timeout=timeout_s)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise
        log = (self.scratch / "log").read_text(errors="replace")
        self.log += log
        self.take_commands(log)
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text(errors="replace")
        self.path = ":".join(files["GITHUB_PATH"].read_text().split("\n")[:-1] + [self.path])
        outputs = {}
        for line in files["GITHUB_OUTPUT"].read_text().splitlines():
            name, _, value = line.partition("=")
            outputs[name] = value
        self.steps[step["id"]] = outputs
        return status

    def take_commands(self, log):
        stopped = None  # of this step alone
        for line in log.splitlines():
            if stopped:
                stopped = None if line.strip() == f"::{stopped}::" else stopped
                continue
            match = COMMAND.fullmatch(line)
            if match and match.group(1) == "stop-commands":
                stopped = match.group(3)
            elif match and match.group(1) in COMMANDS:
                properties = dict(p.split("=", 1) for p in (match.group(2) or "").split(",") if p)
                self.commands.append(
                    (
                        match.group(1),
                        {name: unescaped(value) for name, value in properties.items()},
                        unescaped(match.group(3)),
                    )
                )
            elif "##[" in line:
                self.commands.append(("older command", {}, line))

    def annotations(self):
        return [c for c in self.commands if c[0] not in ("group", "endgroup")]


def unescaped(text):
    for raw, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(raw, character)
    return text
