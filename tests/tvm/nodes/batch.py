"""batch.py BUILD_DIR EXECUTOR BOARD CASE...: several cases in one firmware on one board.

A line of JSON for each case: [name, outcome, detail]. Exit status 3 when the firmware of several
does not build or does not fit, or has no memory for some: the caller is to try those that were not
told of, fewer at once."""

import json
import signal
import subprocess
import sys
import tempfile

import cases
import common
import compiled
from compiled import tvm
from tvm.contrib import graph_executor  # pylint: disable=wrong-import-order
from tvm.runtime.executor.aot_executor import AotModule  # pylint: disable=wrong-import-order

EXIT_TRY_FEWER = 3
GRAPH_PACKET_LEAST = 2048
GRAPH_PACKET_HEADER = 256


def say(name, outcome, detail=""):
    print(json.dumps([name, outcome, detail]), flush=True)


def compile_all(names, executor):
    """Those that TVM takes; of the others it is said why."""
    taken = []
    for name in names:
        try:
            taken.append(compiled.Compiled(cases.Case(name), executor, f"m{len(taken)}"))
        except cases.Unsuitable as error:
            say(name, "unsuitable", str(error))
        except compiled.Refused as error:
            say(name, "refused", str(error))
    return taken


class Board:
    """An rpc-server with all models in its firmware. problem: what it said when it did not start."""

    def __init__(self, archive, board, options):
        self.has_floating_point = common.ALL_BOARDS[board]["floating_point"] is not None
        command = [common.PROGRAM, "rpc-server", archive, "--board", board, "--port", "0"]
        for option in options:
            command += ["--option", option]
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [str(word) for word in command], stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        lines = iter(self.process.stdout.readline, "")
        words = next((line.split() for line in lines if line.startswith("listening")), None)
        self.problem = None if words else self._problem()
        self.port = int(words[2].rpartition(":")[2]) if words else None

    def _problem(self):
        self.process.wait()
        self.log.seek(0)
        return self.log.read()

    def close(self):
        self.process.terminate()
        self.process.wait()

    def run(self, model):
        """Each model has a board that just booted."""
        remote = tvm.rpc.connect("127.0.0.1", self.port)
        library = remote.get_function("runtime.SystemLib")()
        if model.executor == "aot":
            create = remote.get_function("tvm.aot_executor.create")
            runner = AotModule(create(library, remote.cpu(0), model.name))
        else:
            text = model.factory.get_graph_json()
            runner = graph_executor.create(text, library, remote.cpu(0))
            runner.set_input(**model.factory.get_params())
        for i, (name, value) in enumerate(model.inputs.items()):
            runner.set_input(i if model.executor == "aot" else name, value)
        runner.run()
        return [runner.get_output(i).numpy() for i in range(runner.get_num_outputs())]


def judge(board, model, is_alone):
    """False: it may need the board for itself, whose heap was counted for one of the models."""
    try:
        detail = cases.difference(board.run(model), model.case.outputs)
    except tvm.TVMError as error:
        detail = str(error).strip().splitlines()[-1][:300]
        if "heap full" in detail and not is_alone:
            return False
    if detail is None:
        say(model.case.name, "passed")
        return True
    host = compiled.outcome_on_host(model)
    if not host and board.has_floating_point:
        host = compiled.outcome_with_fma(model)
    if host:
        say(model.case.name, "wrong on the host too", f"{detail}; host: {host}")
    else:
        say(model.case.name, "wrong on the board alone", detail)
    return True


def judge_unbuilt(model, problem):
    """One whose firmware alone does not build."""
    if "boards that would hold it" in problem or "no board here would hold it" in problem:
        say(model.case.name, "does not fit", problem[:300])
        return
    host = compiled.outcome_on_host(model)
    outcome = "wrong on the host too" if host else "wrong on the board alone"
    say(model.case.name, outcome, f"does not build: {problem[:300]}; host: {host}")


def options_for(models):
    """TVM's client sends a graph in one message."""
    longest = max(len(model.factory.get_graph_json()) for model in models)
    return [f"rpc_packet_size_bytes={max(GRAPH_PACKET_LEAST, longest + GRAPH_PACKET_HEADER)}"]


def main():
    _, _, executor, name_of_board, *names = sys.argv
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    models = compile_all(names, executor)
    if not models:
        return
    with common.scratch() as folder:
        archive = folder / "model.tar"
        tvm.micro.export_model_library_format([model.factory for model in models], archive)
        board = Board(archive, name_of_board, options_for(models) if executor == "graph" else [])
        try:
            is_alone = len(models) == 1
            if board.problem is None:
                all_told = all([judge(board, model, is_alone) for model in models])
            else:
                all_told = is_alone
                if is_alone:
                    judge_unbuilt(models[0], board.problem)
            if not all_told:
                sys.exit(EXIT_TRY_FEWER)
        finally:
            board.close()


if __name__ == "__main__":
    main()
