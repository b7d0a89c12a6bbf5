"""Makes archives with TVM 0.16's Relay, of the ONNX files in FOLDER/NAME/.

Its front end crashes on keywords, whose int8 is that of ONNX's QuantizeLinear; in its place stands the
same network out of Relay's own operators of int8, as TFLite's front end gives them.
"""

import pathlib
import shutil
import sys

import tvm_archive  # first: it settles where TVM leaves its cache
from tvm_archive import relay

import mlperftiny
import numpy as np
import onnx


def from_onnx(path):
    module, params = relay.frontend.from_onnx(onnx.load(str(path)), freeze_params=True)
    if params:
        main = relay.build_module.bind_params_by_name(module["main"], params)
        module = tvm_archive.tvm.IRModule.from_expr(main)
    return module


def main():
    for folder in sorted(pathlib.Path(sys.argv[1]).iterdir()):
        if folder.name == "keywords":
            network = mlperftiny.TASKS["kws"]()
            module = network.module()
            np.save(folder / "relay.npy", mlperftiny.inputs_of(network, 7)[:1])
        else:
            module = from_onnx(folder / "model.onnx")
            shutil.copy(folder / "relax.npy", folder / "relay.npy")
        tvm_archive.write_archive(module, "usmp", folder / "relay.tar")
        print(folder.name, flush=True)


main()
