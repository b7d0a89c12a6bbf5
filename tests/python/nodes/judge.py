"""What becomes of one of ONNX's node tests: exported, and its C run on this computer or on a board."""

import pathlib
import re
import sys

import numpy as np
import onnx

import common

sys.path.append(str(pathlib.Path(common.__file__).parent / "nodes"))
import cases  # pylint: disable=wrong-import-position

import microtvm_qemu  # pylint: disable=wrong-import-position
from microtvm_qemu.exporter import frontends, golden  # pylint: disable=wrong-import-position

import native  # pylint: disable=wrong-import-position

# In the order of a table.
OUTCOMES = ("passed", "refused", "no numbers", "TVM's own wrong", "wrong")


class Candidate:
    """A case whose archive is written. inputs: in the order of the model's."""

    def __init__(self, case, folder, interface):
        self.case, self.path = case, folder / "model.tar"
        self.module = self.exported = None
        every = list(case.inputs)
        # Many operators take shapes, axes or limits as inputs, which TVM needs to know: where a model is
        # refused with all inputs open, all but the first are constants.
        for constants in ([], every[1:], every):
            try:
                self._export(constants, folder, interface)
                return
            except microtvm_qemu.ExportError as error:
                reason = error
        raise reason  # of the last try

    def _export(self, constants, folder, interface):
        model, inputs = self.case.with_constants(constants)
        kept = [value for value in model.graph.input if value.name in inputs]
        del model.graph.input[:]
        model.graph.input.extend(kept)
        path = folder / "model.onnx"
        onnx.save(model, path)
        self.module = frontends.load(path)
        self.exported = microtvm_qemu.export(self.module, self.path, interface=interface)
        self.inputs = [inputs[name] for name in self.exported.inputs]


def difference(got, expected):
    """As cases.difference; types count, too."""
    for index, (a, b) in enumerate(zip(got, expected)):
        if a.dtype != b.dtype:
            return f"output {index}: {a.dtype}, want {b.dtype}"
    return cases.difference(got, expected)


def by_tvm(candidate):
    """Outputs of TVM's own virtual machine; None: it fails."""
    try:
        return golden.run_by_tvm(candidate.module, candidate.inputs)
    except Exception:  # pylint: disable=broad-except
        return None


def wrong_elements(got, expected):
    """Where an output is wrong, of outputs of the right shape."""
    pairs = zip(got, expected)
    return [~np.isclose(a, b, equal_nan=True, **cases.TOLERANCE) for a, b in pairs]


def wrong_alike(got, peer, expected):
    """Both are wrong in the same elements: whatever was in memory there."""
    shapes = [[array.shape for array in arrays] for arrays in (got, peer, expected)]
    if shapes[0] != shapes[2] or shapes[1] != shapes[2]:
        return False
    both = zip(wrong_elements(got, expected), wrong_elements(peer, expected))
    return all((ours == theirs).all() for ours, theirs in both)


def judge(name, folder, run):
    """(outcome, why); run(candidate, folder) gives outputs. interface is an attribute of run."""
    try:
        candidate = Candidate(cases.Case(name), folder, run.interface)
    except cases.Unsuitable as error:
        return "no numbers", str(error)
    except microtvm_qemu.ExportError as error:
        return "refused", str(error)
    try:
        got = run(candidate, folder)
    except (native.Failed, microtvm_qemu.RunError) as error:
        return "wrong", str(error)
    detail = difference(got, candidate.case.outputs)
    if detail is None:
        return "passed", ""
    # It is TVM that is wrong where its virtual machine says the same of the module.
    peer = by_tvm(candidate)
    if peer is None:
        return "wrong", f"{detail}; TVM's own virtual machine can't run it"
    other = difference(got, peer)
    if other is None:
        return "TVM's own wrong", f"{detail}; TVM's own virtual machine says the same"
    if wrong_alike(got, peer, candidate.case.outputs):
        return "TVM's own wrong", f"{detail}; TVM's own virtual machine is wrong in the same elements"
    return "wrong", f"{detail}; TVM's own virtual machine says otherwise: {other}"


def natively(candidate, folder):
    return native.run(candidate.path, candidate.exported, candidate.inputs, folder)


natively.interface = "c"


def reason(why):
    """A refusal without what is the case's own, to count them by."""
    text = re.sub(r"^/\S*model\.onnx: ", "", why)
    text = re.sub(r"\[[^]]*\]|\([^)]*\)|'[^']*'|\"[^\"]*\"", "..", text)
    text = re.sub(r"\b\d+\b|0x[0-9a-f]+", "N", text)
    return text[:160]
