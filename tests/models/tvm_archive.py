"""Compile a Relay module with TVM and write Model Library Format archives.

The same input gives the same bytes in every run: no time, user or folder of the machine that
made an archive gets into it.
"""

import io
import json
import os
import pathlib
import re
import sys
import tarfile
import tempfile

# TVM fills the gaps of a constant pool with what malloc happens to return; with this, with zeros.
if os.environ.get("MALLOC_PERTURB_") != "255":
    os.environ["MALLOC_PERTURB_"] = "255"
    os.execv(sys.executable, [sys.executable, *sys.argv])

# Without this the first compile tries to download tuned schedules.
os.environ["TOPHUB_LOCATION"] = "NONE"

import numpy as np

# TVM makes a cache folder in whatever folder is the current one while it is imported.
_here = os.getcwd()
with tempfile.TemporaryDirectory() as _import_folder:
    os.chdir(_import_folder)
    import tvm
    import tvm.topi

    os.chdir(_here)

# This build of TVM has no C++ microTVM session; tvm.micro is only importable when the function
# that would start one exists. Exporting an archive never calls it.
tvm.register_func("micro._rpc_connect", lambda *_: None)

from tvm import WorkspaceMemoryPools, ConstantMemoryPools, WorkspacePoolInfo, ConstantPoolInfo
from tvm import relay
from tvm.contrib import graph_executor
from tvm.micro import model_library_format as mlf
from tvm.relay.backend import Executor, Runtime

TARGET = "c -keys=cpu"
EXPORT_TIME = "2024-01-01 00:00:00Z"
RUNTIME_NOTE = "TVM puts a copy of its C runtime here. This archive leaves it out.\n"
TEMPLATE_NOTE = "/* TVM puts its template here. This archive leaves it out. */\n"
TEMPLATES = ("crt_config.h.template", "platform.c.template")

PACKED_AOT = Executor("aot", {"interface-api": "packed", "unpacked-api": False})
C_AOT = Executor("aot", {"interface-api": "c", "unpacked-api": True})
UNPACKED_AOT = Executor("aot", {"interface-api": "packed", "unpacked-api": True})
GRAPH = Executor("graph", {"link-params": True})
# TVM's default: weights come in a file of the archive, and a client sends them to the board.
GRAPH_PARAMS = Executor("graph", {"link-params": False})
SYSTEM_LIB = Runtime("crt", {"system-lib": True})

# Name: executor, runtime, is memory planned at compile time (USMP; TVM's default for AOT)?
# Where it is not, the generated code asks the runtime for its workspace while it runs.
INTERFACES = {
    "packed": (PACKED_AOT, SYSTEM_LIB, True),
    "packed_heap": (PACKED_AOT, SYSTEM_LIB, False),
    "c": (C_AOT, Runtime("crt"), False),
    "usmp": (C_AOT, Runtime("crt"), True),
    # The caller provides the memory; with io_pools that of inputs and outputs is in it, too.
    "pools": (C_AOT, Runtime("crt"), True),
    "io_pools": (C_AOT, Runtime("crt"), True),
    "graph": (GRAPH, SYSTEM_LIB, False),
    "graph_params": (GRAPH_PARAMS, SYSTEM_LIB, False),
    # Of no use: nothing calls the first, and what TVM writes for the others does not compile.
    "unpacked": (UNPACKED_AOT, Runtime("crt"), True),
    "unpacked_system_lib": (UNPACKED_AOT, SYSTEM_LIB, True),
    "c_system_lib": (C_AOT, SYSTEM_LIB, True),
}

# TVM prints these declarations, each a constant offset into a pool, in the order of a hash table
# of pointers: another one in every process. They do not depend on each other.
POOL_DECLARATION = re.compile(r" *void\* sid_\d+_let = \(&\(.*\[\d+\]\)\);\n")


def _pass_context(config=None):
    # The C that TVM prints for vector types does not compile.
    return tvm.transform.PassContext(
        opt_level=3, config={"tir.disable_vectorize": True, **(config or {})}
    )


def write_archive(module, interface, path, mod_name="default"):
    """Compile `module` for one of INTERFACES and write its archive to `path`."""
    write_archive_of([(module, interface, mod_name)], path)


def write_archive_of(models, path):
    """Several models in one archive; each is (module, interface, name)."""
    factories = [_build(*model) for model in models]
    with tempfile.TemporaryDirectory() as folder:
        raw = pathlib.Path(folder) / "raw.tar"
        _export(factories, raw, pathlib.Path(folder))
        _normalize(raw, pathlib.Path(path))


def _build(module, interface, mod_name):
    executor, runtime, planned = INTERFACES[interface]
    config = {"tir.usmp.enable": planned, "tir.usmp.use_workspace_io": interface == "io_pools"}
    target = tvm.target.Target(TARGET)
    pools = {}
    if interface in ("pools", "io_pools"):
        sram = WorkspacePoolInfo("sram", [target])
        pools["workspace_memory_pools"] = WorkspaceMemoryPools([sram])
    if interface == "pools":
        flash = ConstantPoolInfo("flash", [target], [])
        pools["constant_memory_pools"] = ConstantMemoryPools([flash])
    with _pass_context(config):
        return relay.build(
            module, target=target, executor=executor, runtime=runtime, mod_name=mod_name, **pools
        )


def _export(factories, path, folder):
    # The exporter copies TVM's C runtime and templates into the archive and the Python package
    # ships neither.
    crt = folder / "crt"
    crt.mkdir()
    (crt / "README.txt").write_text(RUNTIME_NOTE)
    templates = folder / "templates"
    templates.mkdir()
    for name in TEMPLATES:
        (templates / name).write_text(TEMPLATE_NOTE)
    mlf.get_standalone_crt_dir = lambda: str(crt)
    mlf.get_microtvm_template_projects = lambda _: str(folder)
    mlf.export_model_library_format(factories, path)


def _normalize(source, target):
    """Write the members of `source` to `target` in order of their names, with fixed metadata."""
    members = {}
    with tarfile.open(source) as archive:
        for info in archive.getmembers():
            members[info.name] = archive.extractfile(info).read() if info.isfile() else None
    members["./metadata.json"] = _normal_metadata(members["./metadata.json"])
    for name in members:
        if name.endswith(".c"):
            members[name] = _sort_pool_declarations(members[name].decode()).encode()
    with tarfile.open(target, "w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in sorted(members.items()):
            info = tarfile.TarInfo(name)
            info.type = tarfile.DIRTYPE if data is None else tarfile.REGTYPE
            info.mode = 0o755 if data is None else 0o644
            info.uname = info.gname = "root"
            info.size = len(data or b"")
            archive.addfile(info, io.BytesIO(data or b""))


def _normal_metadata(text):
    metadata = json.loads(text)
    for module in metadata["modules"].values():
        module["export_datetime"] = EXPORT_TIME
        # In the order of a hash table, too.
        module["memory"]["functions"]["operator_functions"].sort(key=lambda f: f["function_name"])
    return json.dumps(metadata, indent=2, sort_keys=True).encode()


def _sort_pool_declarations(code):
    result, run = [], []
    for line in code.splitlines(keepends=True):
        if POOL_DECLARATION.fullmatch(line):
            run.append(line)
            continue
        result += sorted(run)
        run.clear()
        result.append(line)
    return "".join(result + sorted(run))


def host_runner(module):
    """A function from a sample's inputs, by name, to its outputs: `module`, compiled to C by TVM and
    by the host's C compiler."""
    with _pass_context():
        factory = relay.build(module, target=TARGET)
    # A fresh folder each time: a library that was loaded once from a path is never read again.
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.so")
        factory.export_library(path)
        library = tvm.runtime.load_module(path)
        runner = graph_executor.GraphModule(library["default"](tvm.cpu()))

    def run(inputs):
        runner.run(**inputs)
        return [runner.get_output(i).numpy() for i in range(runner.get_num_outputs())]

    return run


def run_on_host(module, batches):
    """Outputs of `module` on the host.

    `batches` maps an input's name to an array with a batch axis in front; the result is a list
    with one such array per output.
    """
    run = host_runner(module)
    samples = zip(*batches.values())
    results = [run(dict(zip(batches, sample))) for sample in samples]
    return [np.stack(output) for output in zip(*results)]


def check_close(name, ours, host, tolerance):
    """Fail unless two independent computations of `name` agree; returns the largest difference."""
    assert ours.shape == host.shape and ours.dtype == host.dtype, (name, ours.shape, host.shape)
    if ours.dtype.kind != "f":
        assert np.array_equal(ours, host), f"{name}: NumPy and TVM disagree"
        return 0.0
    difference = float(np.abs(ours.astype(np.float64) - host).max())
    assert difference <= tolerance, f"{name}: NumPy and TVM differ by {difference}"
    return difference
