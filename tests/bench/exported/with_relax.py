"""Makes the networks as ONNX, and their archives with microtvm_qemu.export: FOLDER/NAME/."""

import pathlib
import sys

import numpy as np
import tiny
import trained

import microtvm_qemu
from microtvm_qemu.exporter.frontends import load

NETWORKS = {
    "conv": trained.conv,
    "anomalies": tiny.anomalies,
    "images": tiny.images,
    "keywords": tiny.keywords,
}


def main():
    for name, make in NETWORKS.items():
        folder = pathlib.Path(sys.argv[1], name)
        folder.mkdir()
        made = make(folder)
        [value] = made.inputs.values()
        np.save(folder / "relax.npy", value[:1])
        microtvm_qemu.export(load(made.path), folder / "relax.tar", interface="c")
        print(name, flush=True)


main()
