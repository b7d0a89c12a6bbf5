"""ONNX models that TVM's front end takes and makes another model of, and reductions of nothing: refused."""

# needs: tvm onnx

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tvm import relax

import common
import microtvm_qemu
from microtvm_qemu.exporter import frontends
from modules import module, tensor

FLOAT, BOOL = TensorProto.FLOAT, TensorProto.BOOL


def exported(nodes, inputs, outputs, constants=(), shapes=None):
    """What export makes of a file; inputs and outputs: {name: (type, dimensions)}."""
    described = [
        [helper.make_tensor_value_info(name, *type_) for name, type_ in values.items()]
        for values in (inputs, outputs)
    ]
    kept = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants]
    model = helper.make_model(
        helper.make_graph(nodes, "main", *described, kept),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    with common.scratch() as folder:
        onnx.save(model, folder / "net.onnx")
        return microtvm_qemu.export(frontends.load(folder / "net.onnx", shapes), folder / "net.tar")


def refused(texts, *args, **options):
    error = common.expect_raises(microtvm_qemu.ExportError, exported, *args, **options)
    for text in texts:
        assert text in str(error), f"no {text!r} in: {error}"


def test_training():
    types = {"x": (FLOAT, [1, 2, 4])}
    rest = [(name, np.ones(2, "float32")) for name in ("scale", "bias", "mean", "var")]
    node = helper.make_node("BatchNormalization", ["x"] + [name for name, _ in rest], ["y"])
    exported([node], types, {"y": (FLOAT, [1, 2, 4])}, rest)
    node.attribute.append(helper.make_attribute("training_mode", 1))
    node.output.extend(["m", "v"])
    refused(["BatchNormalization y", "training mode"], [node], types, {"y": (FLOAT, [1, 2, 4])}, rest)


def test_training_of_dropout():
    """0.25's front end takes none at all, which it says itself."""
    types = {"x": (FLOAT, [1, 2, 4])}
    node = helper.make_node("Dropout", ["x", "ratio", "is_training"], ["y"], name="drop")
    for is_training in (True, False):
        numbers = [("ratio", np.float32(0.5)), ("is_training", np.bool_(is_training))]
        try:
            exported([node], types, {"y": (FLOAT, [1, 2, 4])}, numbers)
            assert not is_training
        except microtvm_qemu.ExportError as error:
            told = is_training and "Dropout drop" in str(error) and "training mode" in str(error)
            assert told or "not supported for frontend ONNX: Dropout" in str(error), error


def test_an_output_of_another_type():
    node = helper.make_node("Relu", ["x"], ["y"])
    types = {"x": (FLOAT, [1, 2, 4])}, {"y": (BOOL, [1, 2, 4])}
    refused(["output y", "bool [1, 2, 4]", "float32"], [node], *types)


def test_an_output_of_another_shape():
    node = helper.make_node("Relu", ["x"], ["y"])
    for dims in ([1, 2, 5], [2, 4]):
        refused(["output y", str(dims)], [node], {"x": (FLOAT, [1, 2, 4])}, {"y": (FLOAT, dims)})


def test_a_shape_of_the_users():
    node = helper.make_node("Relu", ["x"], ["y"])
    types = {"x": (FLOAT, ["batch", 4])}, {"y": (FLOAT, ["batch", 4])}
    made = exported([node], *types, shapes={"x": [3, 4]})
    assert made.outputs == {"y": ((3, 4), "float32")}, made.outputs
    types = {"x": (FLOAT, [1, 4])}, {"y": (FLOAT, [1, 4])}
    made = exported([node], *types, shapes={"x": [3, 4]})
    assert list(made.outputs) == ["y"], made.outputs


def test_one_element_in_place_of_a_scalar():
    node = helper.make_node("ReduceMax", ["x"], ["y"], keepdims=0)
    made = exported([node], {"x": (FLOAT, [4])}, {"y": (FLOAT, [1])})
    assert made.outputs == {"y": ((), "float32")}, made.outputs


def test_a_reduction_of_nothing():
    for reduce in (relax.op.max, relax.op.sum, relax.op.argmin):
        made = module({"x": tensor((2, 0))}, lambda b, x: b.emit(reduce(x, axis=1)))
        with common.scratch() as folder:
            error = common.expect_raises(
                microtvm_qemu.ExportError, microtvm_qemu.export, made, folder / "net.tar"
            )
        assert reduce.__name__ in str(error) and "no element" in str(error), error
    made = module({"x": tensor((0, 2))}, lambda b, x: b.emit(relax.op.max(x, axis=[1])))
    with common.scratch() as folder:
        outputs = microtvm_qemu.export(made, folder / "net.tar").outputs
    assert outputs == {"output": ((0,), "float32")}, outputs


if __name__ == "__main__":
    common.main()
