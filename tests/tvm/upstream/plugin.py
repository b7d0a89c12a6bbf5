"""For pytest: TVM was built with tvm.micro, whatever the wheel's CMake flags say."""

import tvm.testing

tvm.testing.requires_micro = tvm.testing.utils.Feature("micro", "MicroTVM")
