"""torch.export programs of which TVM's front end would drop an argument: refused, and what is near them right."""

# needs: tvm onnx
# uses: torch

import math

import numpy as np

import common
import microtvm_qemu
from microtvm_qemu.exporter import frontends, golden

SHAPE = (1, 2, 3, 4)


def torch_here():
    try:
        import torch
    except ImportError as error:
        raise common.Skip(f"no torch here (tests/tvm/today/lists/torch): {error}") from None
    return torch


def checked(torch, layer, texts=None, is_training=False):
    """The layer's numbers by TVM are torch's; with texts: it is refused with them."""
    layer.train(is_training)
    x = torch.linspace(-3, 4, 24).reshape(SHAPE)
    with common.scratch() as folder:
        path = folder / "net.pt2"
        torch.export.save(torch.export.export(layer, (x,)), str(path))
        if texts:
            error = common.expect_raises(microtvm_qemu.ExportError, frontends.load, path)
            for text in (str(path), *texts):
                assert text in str(error), f"no {text!r} in: {error}"
            return
        module = frontends.load(path)
        microtvm_qemu.export(module, folder / "net.tar")
        (made,) = golden.run_by_tvm(module, [x.numpy()])
        np.testing.assert_allclose(made, layer(x).detach().numpy(), rtol=1e-4, atol=1e-5)


def test_scaled_exponentials():
    torch = torch_here()
    for is_inplace in (False, True):
        checked(torch, torch.nn.Sequential(torch.nn.ReLU(), torch.nn.SELU(is_inplace)), ["SELU", "1.05"])
    checked(torch, torch.nn.ELU(0.5))
    checked(torch, torch.nn.CELU(2.0))

    class Written(torch.nn.Module):
        def forward(self, x):
            return 1.0507009873554805 * torch.nn.functional.elu(x, 1.6732632423543772)

    checked(torch, Written())


def test_the_nearest_element():
    torch = torch_here()
    for size in ((5, 8), (6, 7), (2, 2), (3, 2)):
        checked(torch, torch.nn.Upsample(size=size), ["upsample_nearest2d", str(list(size))])
    for size in ((3, 4), (6, 12), (9, 4)):
        checked(torch, torch.nn.Upsample(size=size))
    checked(torch, torch.nn.Upsample(scale_factor=2))


def test_factors_that_give_no_whole_size():
    torch = torch_here()
    for mode in ("nearest", "bilinear", "bicubic"):
        layer = torch.nn.Upsample(scale_factor=(2.4, 1.1), mode=mode)
        checked(torch, layer, [f"upsample_{mode}2d", "[7, 4]" if mode == "nearest" else "size=(7, 4)"])
    checked(torch, torch.nn.Upsample(size=(7, 5), mode="bilinear"))
    checked(torch, torch.nn.Upsample(scale_factor=2, mode="bilinear"))
    checked(torch, torch.nn.Upsample(scale_factor=(2.4, 1.1), mode="bilinear", align_corners=True))


def test_factors_of_a_sum():
    torch = torch_here()

    class Sum(torch.nn.Module):
        def __init__(self, function, alpha):
            super().__init__()
            self.function, self.alpha = function, alpha

        def forward(self, x):
            return self.function(x, x * x, alpha=self.alpha)

    for function in (torch.add, torch.sub, torch.rsub):
        checked(torch, Sum(function, 2), [function.__name__, "alpha"])
        checked(torch, Sum(function, 1))


def test_pools_and_grids():
    torch = torch_here()
    checked(torch, torch.nn.AvgPool2d(2, divisor_override=3), ["avg_pool2d", "divisor_override"])
    checked(torch, torch.nn.AvgPool2d(2))
    checked(torch, torch.nn.MaxPool2d(2))

    class Sampled(torch.nn.Module):
        def forward(self, x):
            grid = x.reshape(1, 3, 4, 2)
            return torch.nn.functional.grid_sample(x, grid, align_corners=False)

    checked(torch, Sampled(), ["grid_sampler", "order"])


def test_a_type_that_is_read_wrongly():
    torch = torch_here()

    class Clamped(torch.nn.Module):
        def forward(self, x):
            return x.to(torch.int32).clamp(0.5, 2.5).to(torch.int32).float()

    checked(torch, Clamped(), ["clamp.default", "torched.py:", "float32 [1, 2, 3, 4]", "int32"])


def test_a_state():
    torch = torch_here()

    class Counter(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("count", torch.zeros(4))

        def forward(self, x):
            self.count += 1
            return x + self.count

    checked(torch, Counter(), ["buffer count", "an input and an output"])


def test_layers_in_training():
    torch = torch_here()
    layers = torch.nn.Dropout(0.5), torch.nn.BatchNorm2d(2)
    for layer in layers:
        checked(torch, layer)
        checked(torch, layer, ["model.eval()"], is_training=True)


def test_where_the_front_end_stumbled():
    torch = torch_here()

    class Prod(torch.nn.Module):
        def forward(self, x):
            return x.to(torch.int64) // 3 * torch.prod(x.to(torch.int64), dim=1)

    checked(torch, Prod(), ["prod.dim_int prod", "torched.py:", "front end has no prod", "with other operators"])


def test_what_can_not_be_lowered():
    """It is named as in the model; no line of the user's is in an archive."""
    torch = torch_here()

    class Power(torch.nn.Module):
        def __init__(self, dtype):
            super().__init__()
            self.dtype = dtype

        def forward(self, x):
            return torch.pow(x.to(self.dtype), x.abs().to(self.dtype))

    x = torch.ones(2, 3)
    with common.scratch() as folder:
        for dtype in (torch.int32, torch.float32):
            torch.export.save(torch.export.export(Power(dtype), (x,)), str(folder / f"{dtype}.pt2"))
        arguments = frontends.load(folder / "torch.int32.pt2"), folder / "net.tar"
        error = common.expect_raises(microtvm_qemu.ExportError, microtvm_qemu.export, *arguments)
        for text in ("pow.Tensor_Tensor pow", "torched.py:", "operator relax.power", "convert both to float32"):
            assert text in str(error), error
        path = microtvm_qemu.export(frontends.load(folder / "torch.float32.pt2"), folder / "net.tar").path
        assert b"torched.py" not in path.read_bytes()


def test_a_recurrent_layer():
    torch = torch_here()

    class Last(torch.nn.Module):
        def __init__(self, layer):
            super().__init__()
            self.layer = layer(6, 2, bidirectional=True, batch_first=True)

        def forward(self, x):
            return self.layer(x.reshape(2, 2, 6))[0]

    for layer in (torch.nn.LSTM, torch.nn.GRU):
        checked(torch, Last(layer))

    class State(Last):
        def forward(self, x):
            return self.layer(x.reshape(2, 2, 6))[1][0]

    checked(torch, State(torch.nn.LSTM), ["lstm.input", "[2, 1, 2, 2]", "from its outputs"])


def test_indices_that_are_inputs():
    """From the end, too; the numbers on a board are export/indexed.py's."""
    torch = torch_here()

    class Taken(torch.nn.Module):
        def __init__(self, take):
            super().__init__()
            self.take = take

        def forward(self, x):
            index = x[0, 0, :2, :3].to(torch.int64) % 3 - 3
            return self.take(x, index)

    takes = {
        "[i]": lambda x, i: x.reshape(6, 4)[i],
        "[:, i]": lambda x, i: x.reshape(6, 4)[:, i],
        "[i, j]": lambda x, i: x.reshape(6, 4)[i, i + 1],
        "[:, i, 0] with [:, 0, j]": lambda x, i: x.reshape(1, 6, 4)[:, i[0][:, None], i[1]],
        "take": lambda x, i: torch.take(x, i),
        "put": lambda x, i: x.reshape(6, 4).index_put((i, i), torch.ones(2, 3)),
    }
    for name, take in takes.items():
        try:
            checked(torch, Taken(take))
        except Exception as error:
            raise AssertionError(f"{name}: {error}") from error
    for take in (
        lambda x, i: x.reshape(3, 2, 4)[i, :, i],
        lambda x, i: x.reshape(1, 6, 4)[:, i[:1], i[:1].T],
        lambda x, i: x.reshape(2, 3, 4)[:, i[:, :2], i[:, :2]],
    ):
        checked(torch, Taken(take), ["index.Tensor", "several tensors"])


def test_values_that_are_put():
    """Fewer than places, too."""
    torch = torch_here()

    class Put(torch.nn.Module):
        def __init__(self, places, shape, accumulates=False):
            super().__init__()
            self.places, self.shape, self.accumulates = places, shape, accumulates

        def forward(self, x):
            i = x[0, 0, 0, :2].to(torch.int64) % 2 + torch.arange(2) * 2
            values = torch.arange(math.prod(self.shape) + 0.0).reshape(self.shape) + 10
            return torch.ops.aten.index_put(x.reshape(6, 4), self.places(i), values, self.accumulates)

    for shape in ((1,), (2,), (2, 1), (1, 2), (2, 2)):
        checked(torch, Put(lambda i: [i[:, None], i - 4], shape))
    checked(torch, Put(lambda i: [i, i], (1,)))
    checked(torch, Put(lambda i: [i * 0, i * 0], (1,), True))
    checked(torch, Put(lambda i: [None, i], (2,)))
    checked(torch, Put(lambda i: [i], (1,)), ["index_put", "not 1 for [6, 4]", "scatter"])
    checked(torch, Put(lambda i: [i, None], (1,)), ["index_put", "follows an index"])
    checked(torch, Put(lambda i: [torch.arange(6) > i[0]], (1,)), ["index_put", "no mask", "torch.where"])


def test_a_file_that_is_no_program():
    torch = torch_here()
    with common.scratch() as folder:
        path = folder / "net.pt2"
        torch.save({"weights": torch.ones(2)}, str(path))
        error = common.expect_raises(microtvm_qemu.ExportError, frontends.load, path)
    for text in (str(path), f"torch {torch.__version__} can't load it", "torch.export.save"):
        assert text in str(error), error


def test_a_dimension_that_is_left_open():
    torch = torch_here()
    shapes = ({0: torch.export.Dim("batch")},)
    program = torch.export.export(torch.nn.ReLU(), (torch.ones(2, 3),), dynamic_shapes=shapes)
    with common.scratch() as folder:
        torch.export.save(program, str(folder / "net.pt2"))
        module = frontends.load(folder / "net.pt2")
        export = microtvm_qemu.export, module, folder / "net.tar"
        error = common.expect_raises(microtvm_qemu.ExportError, *export)
    assert "input input" in str(error) and "leave dynamic_shapes out" in str(error), error


if __name__ == "__main__":
    common.main()
