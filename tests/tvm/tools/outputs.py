"""The names of outputs in archives as TVM exports them today, in each flavour: `run` must attribute
every value to the right one, or say that it can't."""

import subprocess
import tarfile

import numpy as np

import common

tvm = common.import_tvm()
from tvm import relay  # pylint: disable=wrong-import-position
from tvm.relay.backend import Executor, Runtime  # pylint: disable=wrong-import-position

SYSTEM_LIB = Runtime("crt", {"system-lib": True})
PACKED = Executor("aot")
C_INTERFACE = Executor("aot", {"interface-api": "c", "unpacked-api": True})
# Name: executor, runtime, is memory planned by the compiler?
FLAVOURS = {
    "packed": (PACKED, SYSTEM_LIB, True),
    "packed_heap": (PACKED, SYSTEM_LIB, False),
    "c": (C_INTERFACE, Runtime("crt"), False),
    "c_planned": (C_INTERFACE, Runtime("crt"), True),
    "graph": (Executor("graph"), SYSTEM_LIB, False),
    "graph_linked": (Executor("graph", {"link-params": True}), SYSTEM_LIB, False),
}
INPUTS = {"r:0": np.array([[3, 1, -4, 1]], "float32"), "l": np.array([[5, 9, 2, -6]], "float32")}


def expected():
    right, left = INPUTS.values()
    return [right * 10, left + 1, right - left]


def module(names, nested=False):
    """Three outputs of one type and size, in a tuple, or in a tuple within one."""
    right, left = [relay.var(name, shape=(1, 4), dtype="float32") for name in INPUTS]
    outputs = [right * relay.const(10.0), left + relay.const(1.0), right - left]
    body = relay.Tuple([relay.Tuple(outputs[:2]), outputs[2]] if nested else outputs)
    function = relay.Function([right, left], body)
    if names:
        names = [tvm.runtime.String(name) for name in names]
        function = function.with_attr("output_tensor_names", names)
    return tvm.IRModule.from_expr(function)


def export(path, content, flavour, name="default"):
    executor, runtime, planned = FLAVOURS[flavour]
    config = {"tir.disable_vectorize": True, "tir.usmp.enable": planned}
    with tvm.transform.PassContext(opt_level=3, config=config):
        built = relay.build(content, target="c", executor=executor, runtime=runtime, mod_name=name)
    tvm.micro.export_model_library_format(built, path)


def without_source(path):
    """The same archive without the model as TVM was given it."""
    stripped = path.with_name("stripped.tar")
    with tarfile.open(path) as source, tarfile.open(stripped, "w") as target:
        for member in source:
            if not member.name.startswith("./src"):
                target.addfile(member, source.extractfile(member) if member.isfile() else None)
    return stripped


def run(folder, archive, names=(), *more):
    """Exit code and output of `run`; outputs go to FOLDER/out."""
    arguments = [common.PROGRAM, "run", archive, "--board", "qemu_riscv32", "-o", folder / "out"]
    for name, value in INPUTS.items():
        path = folder / f"input_{len(arguments)}.npy"
        np.save(path, value)
        arguments += ["--input", f"{name}={path}"]
    for index, name in enumerate(names):
        path = folder / f"expect_{index}.npy"
        np.save(path, expected()[index])
        arguments += ["--expect", f"{name}={path}"]
    result = subprocess.run([*arguments, *more], capture_output=True, text=True, check=False)
    return result.returncode, result.stdout + result.stderr


def expect_right(content, names, flavours=FLAVOURS, stripped=False, numbered=False):
    for flavour in flavours:
        with common.scratch() as folder:
            archive = folder / "model.tar"
            export(archive, content, flavour)
            if stripped:
                archive = without_source(archive)
            code, text = run(folder, archive, names)
            assert code == 0, (flavour, text)
            assert text.count("matches") == 3, (flavour, text)
            assert ("numbered" in text) == numbered, (flavour, text)
            for name, value in zip(names, expected()):
                file = folder / "out" / f"{name.replace(':', '_')}.npy"
                assert np.array_equal(np.load(file).flatten(), value.flatten()), (flavour, file)


def test_names_in_no_alphabetical_order():
    expect_right(module(["z:0", "a.b", "m"]), ["z:0", "a.b", "m"])


def test_names_without_the_source():
    """Generated code tells them as well; a graph does not."""
    aot = [flavour for flavour in FLAVOURS if not flavour.startswith("graph")]
    expect_right(module(["z:0", "a.b", "m"]), ["z:0", "a.b", "m"], aot, stripped=True)
    numbers = ["output0", "output1", "output2"]
    expect_right(module(["z:0", "a.b", "m"]), numbers, ["graph"], stripped=True, numbered=True)


def test_names_that_look_like_numbers():
    names = ["output2", "output0", "output1"]
    expect_right(module(names), names, ["packed", "c", "graph"])
    expect_right(module(names), names, ["packed", "c"], stripped=True)


def test_no_names():
    expect_right(module(None), ["output0", "output1", "output2"], ["packed", "c", "graph"])
    expect_right(module(None), ["output0", "output1", "output2"], ["packed", "c"], stripped=True)


def test_a_tuple_in_a_tuple():
    names = ["c", "b", "a"]
    expect_right(module(names, nested=True), names, ["packed", "c_planned", "graph"])


def test_names_that_c_mixes_up():
    """a.b and a_b: the source tells them apart, generated code does not."""
    names = ["z", "a_b", "a.b"]
    expect_right(module(names), names, ["packed", "graph"])
    with common.scratch() as folder:
        archive = folder / "model.tar"
        export(archive, module(names), "packed")
        code, text = run(folder, without_source(archive), names)
        assert code == 2 and "--expect a_b: nothing in the archive tells" in text, text
        code, text = run(folder, without_source(archive), ["z", "1", "2"])
        assert code == 0 and text.count("matches") == 3, text


def test_one_name_for_two():
    with common.scratch() as folder:
        archive = folder / "model.tar"
        export(archive, module(["o", "o", "p"]), "packed")
        code, text = run(folder, archive, ["0", "1", "2"])
        assert code == 0 and "names 1 output" in text and text.count("matches") == 3, text
        export(archive, module(["o", "o", "p"]), "c")
        code, text = run(folder, archive)
        assert code == 3 and "a name of its own" in text, text


def test_names_that_are_none_in_c():
    for name in ("b/x", "a b", "495", "c;d", "a,b", 'q"', "static"):
        with common.scratch() as folder:
            archive = folder / "model.tar"
            for flavour in ("packed", "c"):
                export(archive, module([name, "y", "z"]), flavour)
                code, text = run(folder, archive)
                assert code == 3 and "wrote the name of an input or output" in text, (name, text)
                assert "build " not in text, (name, text)
    with common.scratch() as folder:  # a graph's outputs are not called anything in C
        archive = folder / "model.tar"
        export(archive, module(["b/x", "495", "static"]), "graph")
        code, text = run(folder, archive, ["b/x", "495", "static"])
        assert code == 0 and text.count("matches") == 3, text


def tflite_model():
    """As TensorFlow's converter writes it: the second result of the function is the first output."""
    import flatbuffers
    import tflite

    builder = flatbuffers.Builder(1024)

    def vector(start, items, add=builder.PrependUOffsetTRelative):
        start(builder, len(items))
        for item in reversed(items):
            add(item)
        return builder.EndVector()

    def integers(start, items):
        return vector(start, items, builder.PrependInt32)

    def tensor(text, buffer):
        name = builder.CreateString(text)
        shape = integers(tflite.TensorStartShapeVector, [1, 4])
        tflite.TensorStart(builder)
        tflite.TensorAddShape(builder, shape)
        tflite.TensorAddType(builder, tflite.TensorType.FLOAT32)
        tflite.TensorAddBuffer(builder, buffer)
        tflite.TensorAddName(builder, name)
        return tflite.TensorEnd(builder)

    def buffer(data):
        bytes_of = builder.CreateByteVector(data) if data else None
        tflite.BufferStart(builder)
        if data:
            tflite.BufferAddData(builder, bytes_of)
        return tflite.BufferEnd(builder)

    def operator(code, inputs, output, kind, start, end):
        ins = integers(tflite.OperatorStartInputsVector, inputs)
        outs = integers(tflite.OperatorStartOutputsVector, [output])
        start(builder)
        options = end(builder)
        tflite.OperatorStart(builder)
        tflite.OperatorAddOpcodeIndex(builder, code)
        tflite.OperatorAddInputs(builder, ins)
        tflite.OperatorAddOutputs(builder, outs)
        tflite.OperatorAddBuiltinOptionsType(builder, kind)
        tflite.OperatorAddBuiltinOptions(builder, options)
        return tflite.OperatorEnd(builder)

    def code(number):
        tflite.OperatorCodeStart(builder)
        tflite.OperatorCodeAddDeprecatedBuiltinCode(builder, number)
        tflite.OperatorCodeAddBuiltinCode(builder, number)
        tflite.OperatorCodeAddVersion(builder, 1)
        return tflite.OperatorCodeEnd(builder)

    names = ["r:0", "l", "StatefulPartitionedCall:1", "StatefulPartitionedCall:0"]
    tensors = vector(tflite.SubGraphStartTensorsVector, [tensor(name, 0) for name in names])
    options = tflite.BuiltinOptions
    operators = vector(
        tflite.SubGraphStartOperatorsVector,
        [
            operator(0, [0, 1], 2, options.AddOptions, tflite.AddOptionsStart, tflite.AddOptionsEnd),
            operator(1, [0, 1], 3, options.MulOptions, tflite.MulOptionsStart, tflite.MulOptionsEnd),
        ],
    )
    inputs = integers(tflite.SubGraphStartInputsVector, [0, 1])
    outputs = integers(tflite.SubGraphStartOutputsVector, [2, 3])
    tflite.SubGraphStart(builder)
    tflite.SubGraphAddTensors(builder, tensors)
    tflite.SubGraphAddInputs(builder, inputs)
    tflite.SubGraphAddOutputs(builder, outputs)
    tflite.SubGraphAddOperators(builder, operators)
    graphs = vector(tflite.ModelStartSubgraphsVector, [tflite.SubGraphEnd(builder)])
    codes = [code(tflite.BuiltinOperator.ADD), code(tflite.BuiltinOperator.MUL)]
    codes = vector(tflite.ModelStartOperatorCodesVector, codes)
    buffers = vector(tflite.ModelStartBuffersVector, [buffer(b"")])
    tflite.ModelStart(builder)
    tflite.ModelAddVersion(builder, 3)
    tflite.ModelAddOperatorCodes(builder, codes)
    tflite.ModelAddSubgraphs(builder, graphs)
    tflite.ModelAddBuffers(builder, buffers)
    builder.Finish(tflite.ModelEnd(builder), b"TFL3")
    return tflite.Model.GetRootAsModel(builder.Output(), 0)


def test_names_from_tflite():
    content, params = relay.frontend.from_tflite(tflite_model())
    assert not params
    sums = [sum(INPUTS.values()), np.prod(list(INPUTS.values()), axis=0)]
    for flavour in ("packed", "c", "graph"):
        with common.scratch() as folder:
            archive = folder / "model.tar"
            export(archive, content, flavour)
            code, text = run(folder, archive)
            assert code == 0 and "note: nothing" not in text, text
            for name, value in zip((1, 0), sums):
                got = np.load(folder / "out" / f"StatefulPartitionedCall_{name}.npy")
                assert np.array_equal(got.flatten(), value.flatten()), (flavour, name)


if __name__ == "__main__":
    common.main()
