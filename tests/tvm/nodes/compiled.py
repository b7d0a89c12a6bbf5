"""A case as TVM compiles it to C, for a board or for this machine."""

import pathlib
import tempfile

import cases
import common

tvm = common.import_tvm()
from tvm import relay  # pylint: disable=wrong-import-position
from tvm.contrib import graph_executor  # pylint: disable=wrong-import-position
from tvm.relay.backend import Executor, Runtime  # pylint: disable=wrong-import-position

CONFIG = {"tir.disable_vectorize": True}  # the C that TVM prints for vectors does not compile
EXECUTORS = {
    "aot": Executor("aot", {"interface-api": "packed", "unpacked-api": False}),
    "graph": Executor("graph"),
}


class Refused(Exception):
    """TVM does not take the model."""


class Compiled:
    """inputs is by name, in the order of the function's arguments."""

    def __init__(self, case, executor, module_name):
        self.case = case
        self.name = module_name
        self.executor = executor
        self.relay, self.params, self.inputs = _first_that_builds(case, executor, module_name)
        self.factory = _build(self.relay, self.params, executor, module_name)
        self._check_export()

    def _check_export(self):
        """TVM's exporter does not know booleans."""
        with tempfile.TemporaryDirectory() as folder:
            try:
                tvm.micro.export_model_library_format(self.factory, pathlib.Path(folder, "m.tar"))
            except Exception as error:  # what it stumbles over
                raise Refused(f"export: {_last_line(error)}") from error

    def run_on_host(self, options=()):
        """Outputs of the same code in this process; options are gcc's."""
        with tvm.transform.PassContext(opt_level=3, config=CONFIG):
            factory = relay.build(self.relay, target="c", params=self.params, mod_name=self.name)
        # A library that was loaded once from a path is never read again.
        with tempfile.TemporaryDirectory() as folder:
            path = str(pathlib.Path(folder, "model.so"))
            factory.export_library(path, options=["-shared", "-fPIC", "-O2", *options])
            library = tvm.runtime.load_module(path)
            runner = graph_executor.GraphModule(library[self.name](tvm.cpu()))
            runner.run(**self.inputs)
            return [runner.get_output(i).numpy() for i in range(runner.get_num_outputs())]


def _first_that_builds(case, executor, module_name):
    """Many operators take shapes, axes or limits as inputs, which TVM needs to know: where it does
    not compile with all inputs open, all but the first are constants."""
    every = list(case.inputs)
    reason = None
    for constants in ([], every[1:]):
        try:
            module, params, inputs = _convert(case, constants)
            _build(module, params, executor, module_name)
            return module, params, inputs
        except Exception as error:  # TVM has an own class for each thing that may go wrong
            reason = reason or error
    raise Refused(_last_line(reason))


def _convert(case, constants):
    model, inputs = case.with_constants(constants)
    shapes = {name: value.shape for name, value in inputs.items()}
    types = {name: str(value.dtype) for name, value in inputs.items()}
    module, params = relay.frontend.from_onnx(model, shapes, dtype=types, freeze_params=True)
    module = relay.transform.DynamicToStatic()(module)
    arguments = [var.name_hint for var in module["main"].params]
    # An input that the operator does not look at is gone.
    return module, params, {name: inputs[name] for name in arguments if name in inputs}


def _build(module, params, executor, module_name):
    with tvm.transform.PassContext(opt_level=3, config=CONFIG):
        return relay.build(
            module,
            target="c",
            executor=EXECUTORS[executor],
            runtime=Runtime("crt", {"system-lib": True}),
            params=params,
            mod_name=module_name,
        )


def _last_line(error):
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[-1][:200] if lines else ''}"


def outcome_on_host(compiled, options=()):
    """What is wrong with it on this machine, or None."""
    try:
        return cases.difference(compiled.run_on_host(options), compiled.case.outputs)
    except Exception as error:  # gcc's, or TVM's
        return _last_line(error)


def outcome_with_fma(compiled):
    """The same where this machine, too, multiplies and adds in one step, as every core with floating
    point does: nearest pixels, for one, then lie elsewhere. None, too, where it can't."""
    flags = pathlib.Path("/proc/cpuinfo").read_text().split()
    return outcome_on_host(compiled, ["-mfma"]) if "fma" in flags else None
