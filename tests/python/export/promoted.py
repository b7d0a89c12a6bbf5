"""torch.export programs whose operators have arguments of two types: computed in torch's common type of them. What
draws lots, or takes limits the wrong way round, is refused."""

# needs: tvm onnx
# uses: torch

import numpy as np

import common
import microtvm_qemu
from microtvm_qemu.exporter import frontends, golden
from torched import checked, torch_here


def inputs(torch):
    numbers = torch.arange(-6, 6)
    return {
        "i": numbers.to(torch.int32),
        "l": numbers,
        "s": (numbers * 20).to(torch.int8),
        "b": numbers % 3 == 0,
        "f": numbers / 4 + 0.1,
        "scalar": torch.tensor(100),
    }


# With names of inputs.
CASES = """i > 0.5|l >= 0.5|l == 0.5|b == 2|b != 0.5|b > -3|b < 1000|l <= 2|i + 0.5|2.5 - i|l * 0.25|b + 2|b * 0.5
(s + scalar).float()|(s * scalar).float()|i + f|f > l|s + i|l / 3|l / i.clamp(min=1)|i / 2.5
l // 3|l // -3|i // 4|f // 0.5|torch.div(l, -3, rounding_mode="trunc")|torch.div(i, 2.5, rounding_mode="floor")
l % 0.75|torch.fmod(i, 2.5)|torch.remainder(f, l.clamp(min=1))|i ** 0.0|torch.maximum(i, f)
torch.where(b, i, 0.5)|torch.where(b, f, l)|torch.where(i > 0.5, s, l)|s & l|b | i|i.clamp(max=3)|l.clamp(min=-2)|s.clamp(max=40)|~b|torch.isin(l, i[:2].long(), invert=True)"""


def test_numbers():
    torch = torch_here()
    cases = [case for line in CASES.replace("b | i", "b.__or__(i)").split("\n") for case in line.split("|")]
    functions = [eval(f"lambda torch, i, l, s, b, f, scalar: {case}") for case in cases]

    class Every(torch.nn.Module):
        def forward(self, *values):
            return [function(torch, *values) for function in functions]

    values = tuple(inputs(torch).values())
    with common.scratch() as folder:
        path = folder / "net.pt2"
        torch.export.save(torch.export.export(Every(), values), str(path))
        module = frontends.load(path)
        microtvm_qemu.export(module, folder / "net.tar")
        made = golden.run_by_tvm(module, [value.numpy() for value in values])
    wanted = [want.numpy() for want in Every()(*values)]
    assert len(made) == len(cases)
    for case, got, want in zip(cases, made, wanted):
        assert got.dtype == want.dtype, f"{case}: {got.dtype}, want {want.dtype}"
        np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-6, err_msg=case)


def test_a_copy_over_a_tensor():
    """The tensor itself is as it was."""
    torch = torch_here()

    class Copied(torch.nn.Module):
        def forward(self, x):
            over = torch.ops.aten.copy(x, torch.arange(4, dtype=torch.int32))
            return over * 2 + x + x.select(3, -1).sum()

    checked(torch, Copied())


def test_what_is_refused():
    torch = torch_here()

    class One(torch.nn.Module):
        def __init__(self, function):
            super().__init__()
            self.function = function

        def forward(self, x):
            return self.function(x)

    for function, *texts in (
        (lambda x: x.clamp(2.0, -1.0), "clamp.default", "min 2.0 is above max -1.0"),
        (lambda x: torch.any(x.to(torch.uint8), dim=1), "any.dim", "x != 0"),
        (lambda x: x + torch.randn(4), "randn.default", "random", "an input"),
        (lambda x: torch.bernoulli(x, 0.5), "bernoulli.p", "random", "an input"),
    ):
        checked(torch, One(function), ["promoted.py:", *texts])
    checked(torch, One(lambda x: x.clamp(-1.0, 2.0)))
    checked(torch, One(lambda x: torch.any(x > 1, dim=1)))


if __name__ == "__main__":
    common.main()
