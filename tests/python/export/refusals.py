"""What can't be exported is refused before anything is written, with what, where and what to do."""

# needs: tvm

import numpy as np
import tvm
from tvm import relax, tirx

import common
import microtvm_qemu
import microtvm_qemu.exporter
from microtvm_qemu.exporter import golden
from microtvm_qemu.exporter.names import RELEASE
from modules import constant, module, operator, shape_type, tensor, tuple_of
from modules import unknown_shape, with_branch

VECTOR = tensor((4,))


def identity(types):
    return module(types, lambda builder, x, *_: builder.emit(relax.op.add(x, x)))


def plain():
    return identity({"x": VECTOR})


def weighted():
    return module({"x": VECTOR, "w": VECTOR}, lambda b, x, w: b.emit(relax.op.add(x, w)))


def refused(what, *texts, path=None, **options):
    """export raises an ExportError with these texts, and leaves the folder as it was."""
    with common.scratch() as folder:
        before = folder / "model.tar"
        before.write_text("what was there")
        target = folder / "model.tar" if path is None else path(folder)
        error = common.expect_raises(
            microtvm_qemu.ExportError, microtvm_qemu.export, what, target, **options
        )
        text = str(error)
        for part in texts:
            assert part in text, f"no {part!r} in: {text}"
        assert "\n" not in text and len(text) < 700, text
        assert isinstance(error, ValueError)
        assert [entry.name for entry in folder.iterdir()] == ["model.tar"], list(folder.iterdir())
        assert before.read_text() == "what was there"


def test_no_module():
    refused([1], "list", "tvm.IRModule", "tvm.relax.frontend")
    refused(plain()["main"], "Function", "tvm.IRModule")
    refused(tvm.IRModule({}), "no Relax function main", "none")
    other = tvm.IRModule({"predict": plain()["main"].without_attr("global_symbol")})
    refused(other, "no Relax function main", "predict")


def test_paths():
    refused(plain(), "a folder", "model.tar", path=lambda folder: folder)
    refused(plain(), "no folder", path=lambda folder: folder / "no" / "model.tar")
    refused(plain(), "3", "file's name", path=lambda folder: 3)
    refused(plain(), "golden", "not a folder", golden=__file__)
    refused(plain(), "no folder", path=lambda folder: folder / "model.tar" / "model.tar")


def test_arguments():
    refused(plain(), "interface", "'rust'", "packed, c", interface="rust")
    for name in ("", "a b", "../up", 3, "é"):
        refused(plain(), "name", "letters, digits", name=name)


def test_params():
    four = np.ones(4, "float32")
    refused(weighted(), "'v'", "x, w", params={"v": four})
    refused(weighted(), "w", "(3,)", "(4,)", params={"w": np.ones(3, "float32")})
    refused(weighted(), "w", "float64", "float32", params={"w": np.ones(4)})
    refused(weighted(), "3 arrays", "2 parameters", params={"main": [four] * 3})
    refused(weighted(), "params", "int", params=7)
    refused(weighted(), "params", "w", "list", params={"w": [1, 2]})
    detached = weighted()
    main = detached["main"].with_attr("num_input", 1)
    detached.update_func(detached.get_global_var("main"), main)
    refused(detached, "without a value: w", "params")


def test_example_inputs():
    with common.scratch() as folder:
        golden = {"golden": folder / "golden"}
        refused(plain(), "'y'", "x", example_inputs={"y": np.ones(4, "float32")}, **golden)
        refused(plain(), "x", "float64", "float32", example_inputs=[np.ones(4)], **golden)
        refused(plain(), "0 arrays", "1 input", example_inputs=[], **golden)
        refused(plain(), "example_inputs", "golden", example_inputs=[np.ones(4, "float32")])
        assert not golden["golden"].exists()


def of_x(call, type_=VECTOR):
    """A module whose output is call(x)."""
    return module({"x": type_}, lambda builder, x: builder.emit(call(x)))


def test_shapes_and_types():
    dynamic = tensor((tirx.Var("n", "int64"), 3))
    refused(identity({"x": dynamic}), "input x", "dimension n", "BindSymbolicVars", "--shape")
    refused(identity({"x": unknown_shape()}), "input x", "shape", "match_cast")
    refused(
        module({"s": shape_type(2)}, lambda b, s: constant([1.0])), "input s", "Shape", "tensor"
    )
    for dtype in ("float16", "bfloat16"):
        refused(identity({"x": tensor((4,), dtype)}), "input x", dtype, "float32")
        cast = of_x(lambda x, d=dtype: relax.op.astype(x, d))
        refused(cast, "operator", dtype, "float32")
    nested = {"t": tuple_of(VECTOR, tuple_of(tensor((2,), "float16")))}
    made = module(nested, lambda b, t: b.emit(relax.TupleGetItem(t, 0)))
    refused(made, "input t.1.0", "float16", "float32")


def test_what_hangs_on_data():
    refused(of_x(relax.op.nonzero), "operator", "nonzero", "data")
    refused(of_x(relax.op.unique), "operator", "unique", "data")
    refused(of_x(relax.op.shape_of), "shape")
    library = of_x(lambda x: relax.op.call_dps_packed("cblas.f", relax.Tuple([x]), VECTOR))
    refused(library, "operator cblas.f", "libraries", "replace it")
    call = of_x(lambda x: relax.Call(relax.ExternFunc("my.function"), [x], None, [VECTOR]))
    refused(call, "operator my.function", "libraries")


def test_pools_of_windows_of_several_sizes():
    """To three of nine by eight."""
    pool = of_x(lambda x: relax.op.nn.adaptive_avg_pool2d(x, (3, 3)), tensor((1, 1, 9, 8)))
    if RELEASE < (0, 27):
        refused(pool, "operator relax.nn.adaptive_avg_pool2d", "no whole multiple", "0.27")
        return
    x = np.arange(72, dtype="float32").reshape(1, 1, 9, 8)
    (made,) = golden.run_by_tvm(pool, [x])
    columns = [x[..., a:b].reshape(3, 3, -1).mean((1, 2)) for a, b in ((0, 3), (2, 6), (5, 8))]
    np.testing.assert_allclose(made[0, 0], np.stack(columns, 1), rtol=1e-5)


def test_control_flow():
    made = with_branch()
    refused(made, "control flow", "where")


def test_kernels():
    """What shows in the operators' code alone."""

    def of_operator(function):
        return microtvm_qemu.exporter.operator_module(operator((4,), "float32", function))

    half = of_operator(lambda value: value.astype("float16").astype("float32"))
    refused(half, "operator", "float16")
    library = of_operator(lambda value: tirx.call_extern("float32", "host_secret", value))
    refused(library, "operator", "host_secret", "board")
    packed = of_operator(lambda value: tirx.Cast("float32", tirx.call_packed("my.packed", value)))
    refused(packed, "operator", "float32")


def test_two_of_one_name():
    twice = module(
        {"x": VECTOR}, lambda b, x: relax.Tuple([x, constant([1.0])]), output_names=["a", "a"]
    )
    refused(twice, "two outputs", "'a'")


if __name__ == "__main__":
    common.main()
