"""ONNX models that TVM's front end takes and makes another model of, and reductions of nothing: refused."""

# needs: tvm onnx

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tvm import relax

import common
import microtvm_qemu
from microtvm_qemu.exporter import frontends
from microtvm_qemu.exporter.names import RELEASE
from modules import module, tensor

FLOAT, BOOL = TensorProto.FLOAT, TensorProto.BOOL


def exported(nodes, inputs, outputs, constants=(), shapes=None, opset=17, inside=()):
    """What export makes of a file; inputs, outputs, inside: {name: (type, dimensions)}."""
    described = [
        [helper.make_tensor_value_info(name, *type_) for name, type_ in dict(values).items()]
        for values in (inputs, outputs, inside)
    ]
    kept = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants]
    model = helper.make_model(
        helper.make_graph(nodes, "main", *described[:2], kept, value_info=described[2]),
        opset_imports=[helper.make_opsetid("", opset)],
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
            assert told or "front end has no Dropout" in str(error), error


def resized(scales, **attributes):
    """Arguments for a model with a Resize of x by scales, or to four sizes."""
    is_sizes = all(isinstance(number, int) for number in scales)
    inputs = ["x", "", "", "by"] if is_sizes else ["x", "", "by"]
    node = helper.make_node("Resize", inputs, ["y"], name="enlarge", **attributes)
    sizes = scales if is_sizes else [int(a * b) for a, b in zip((1, 2, 6, 8), scales)]
    constant = np.array(scales, "int64" if is_sizes else "float32")
    return [node], {"x": (FLOAT, [1, 2, 6, 8])}, {"y": (FLOAT, sizes)}, [("by", constant)]


def test_scales_that_give_no_whole_size():
    for scales in ((1.0, 1.0, 0.6, 1.0), (1.0, 1.0, 1.0, 1.3)):
        refused(["Resize enlarge", "no whole sizes", "[1, 2, 6, 8]"], *resized(scales, mode="linear"))
    for scales in ((1.0, 1.0, 0.5, 1.5), (1.0, 1.0, 2.0, 3.0), (1, 2, 3, 5)):
        assert exported(*resized(scales, mode="linear")).outputs["y"][0][1] == 2


def test_scales_that_take_the_same_elements():
    """Of 8, ten: at x/1.3 and at x/1.25, which are the same when they are rounded up."""
    near = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric"}
    exported(*resized((1.0, 1.0, 1.0, 1.3), nearest_mode="ceil", **near))
    refused(["Resize enlarge", "no whole"], *resized((1.0, 1.0, 1.0, 1.3), nearest_mode="floor", **near))
    exported(*resized((1.0, 1.0, 1.0, 1.3), mode="nearest"))
    refused(["Resize enlarge", "no whole"], *resized((1.0, 1.0, 1.3, 1.0), mode="nearest"))


def test_what_old_operators_have():
    upsample = helper.make_node("Upsample", ["x"], ["y"], scales=[1.0, 1.0, 2.0, 2.0])
    types = {"x": (FLOAT, [1, 1, 3, 4])}, {"y": (FLOAT, [1, 1, 6, 8])}
    refused(["Upsample y", "Resize", "opset 8"], [upsample], *types, opset=8)
    add = helper.make_node("Add", ["x", "b"], ["y"], broadcast=1, axis=1)
    types = {"x": (FLOAT, [1, 3, 3, 3])}, {"y": (FLOAT, [1, 3, 3, 3])}
    refused(["Add y", "axis"], [add], *types, [("b", np.ones(3, "float32"))], opset=6)


def test_what_is_dropped_of_a_resize():
    refused(["Resize enlarge", "antialiasing"], *resized((1, 2, 3, 8), antialias=1, mode="linear"), opset=18)
    exported(*resized((1, 2, 12, 8), antialias=1, mode="linear"), opset=18)
    policy = {"keep_aspect_ratio_policy": "not_larger"}
    refused(["Resize enlarge", "keep_aspect_ratio_policy"], *resized((1, 2, 3, 3), **policy), opset=18)
    node, *rest = resized((1, 2, 12, 8))
    node[0].attribute.append(helper.make_attribute("axes", [2, 3]))
    rest[2] = [("by", np.array([12, 8]))]
    refused(["Resize enlarge", "axes", "all 4 dimensions"], node, *rest, opset=18)


def test_one_infinity():
    types = {"x": (FLOAT, [4])}, {"y": (BOOL, [4])}
    for sign in ("detect_negative", "detect_positive"):
        node = helper.make_node("IsInf", ["x"], ["y"], **{sign: 0})
        refused(["IsInf y", sign], [node], *types)
    try:
        exported([helper.make_node("IsInf", ["x"], ["y"])], *types)
    except microtvm_qemu.ExportError as error:
        assert "has no IsInf" in str(error), error


def test_a_shrink_of_nothing():
    types = {"x": (FLOAT, [4])}, {"y": (FLOAT, [4])}
    refused(["Shrink y", "lambd -0.3", "not negative"], [helper.make_node("Shrink", ["x"], ["y"], lambd=-0.3)], *types)
    exported([helper.make_node("Shrink", ["x"], ["y"], lambd=0.3, bias=0.1)], *types)


def test_regions_that_are_scaled():
    node = helper.make_node("RoiAlign", ["x", "rois", "i"], ["y"], sampling_ratio=2, spatial_scale=0.5)
    types = {"x": (FLOAT, [1, 1, 4, 4]), "rois": (FLOAT, [1, 4])}, {"y": (FLOAT, [1, 1, 1, 1])}
    arguments = [node], *types, [("i", np.array([0]))]
    if RELEASE < (0, 26):
        refused(["RoiAlign y", "spatial_scale 0.5", "0.26"], *arguments)
    else:
        exported(*arguments)


def test_windows_that_end_outside():
    def pool(length, **attributes):
        node = helper.make_node("LpPool", ["x"], ["y"], kernel_shape=[2, 2], ceil_mode=1, **attributes)
        types = {"x": (FLOAT, [1, 1, 4, length])}, {"y": (FLOAT, [1, 1, 2, (length + 1) // 2])}
        return [node], *types

    refused(["LpPool y", "ceil_mode", "Pad"], *pool(5, strides=[2, 2]), opset=18)
    exported(*pool(6, strides=[2, 2]), opset=18)
    if RELEASE < (0, 26):
        refused(["LpPool y", "absolute value"], *pool(6, strides=[2, 2], p=3), opset=18)


def test_an_operator_inside_that_gives_another_shape():
    """The output's is right all the same."""
    scales = [("scales", np.array([1, 2, 2, 2], "float32"))]
    nodes = [
        helper.make_node("Resize", ["x", "", "scales"], ["large"], name="enlarge"),
        helper.make_node("ReduceSum", ["large"], ["y"], keepdims=0),
    ]
    types = {"x": (FLOAT, [1, 3, 4, 4])}, {"y": (FLOAT, [])}
    refused(["Resize enlarge", "[1, 6, 8, 8]", "reads this operator wrongly"], nodes, *types, scales)


def test_a_shape_inside_that_is_left_from_another_input():
    nodes = [helper.make_node("Relu", ["x"], ["between"]), helper.make_node("Neg", ["between"], ["y"])]
    types = {"x": (FLOAT, [2, 4])}, {"y": (FLOAT, [2, 4])}
    assert exported(nodes, *types, inside={"between": (FLOAT, [1, 4])}).outputs["y"] == ((2, 4), "float32")


def test_where_the_front_end_stumbled():
    split = helper.make_node("StringSplit", ["x"], ["y"])
    refused(["net.onnx: StringSplit y: TVM ", "front end has no StringSplit"], [split], {"x": (FLOAT, [2])}, {"y": (FLOAT, [2])})
    power = helper.make_node("Pow", ["x", "i"], ["y"])
    types = {"x": (TensorProto.INT32, [4]), "i": (FLOAT, [4])}, {"y": (TensorProto.INT32, [4])}
    refused(["Pow y: ", "make its inputs one type (Cast"], [power], *types)
    node = helper.make_node("ReduceL2", ["x"], ["y"], name="length", keepdims=0)
    types = {"x": (TensorProto.INT32, [4])}, {"y": (TensorProto.INT32, [])}
    refused(["net.onnx: ReduceL2 length: TVM ", "float", "replace it"], [node], *types)


def test_what_sorts_and_what_runs_along_an_axis():
    types = {"x": (FLOAT, [2, 4])}, {"y": (FLOAT, [2, 4])}
    total = helper.make_node("CumSum", ["x", "axis"], ["y"])
    refused(["relax.cumsum", "triangular matrix"], [total], *types, [("axis", np.int64(1))])
    made = module({"x": tensor((2, 4))}, lambda b, x: b.emit(relax.op.topk(x, 3)))
    with common.scratch() as folder:
        arguments = microtvm_qemu.export, made, folder / "net.tar"
        error = common.expect_raises(microtvm_qemu.ExportError, *arguments)
    assert "relax.topk" in str(error) and "sorts with a library" in str(error), error


def test_an_old_operator():
    node = helper.make_node("Slice", ["x"], ["y"], name="cut", axes=[1], starts=[1], ends=[3])
    types = {"x": (FLOAT, [2, 4])}, {"y": (FLOAT, [2, 2])}
    refused(["Slice cut", "opset 9", "onnx.version_converter"], [node], *types, opset=9)


def test_a_mean_of_integers():
    node = helper.make_node("ReduceMean", ["x"], ["y"], axes=[1], keepdims=0)
    types = {"x": (TensorProto.INT32, [2, 4])}, {"y": (TensorProto.INT32, [2])}
    refused(["output", "int32", "int64", "mean"], [node], *types)


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
