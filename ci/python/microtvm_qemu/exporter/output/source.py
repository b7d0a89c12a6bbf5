"""C of a model: constants, operators and the function that calls them in their order."""

import numpy as np

_HEAD = """\
/* {name}: made by microtvm-qemu's export from a Relax module of TVM {version}. */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#ifdef MICROTVM_QEMU_TRACE /* run --trace: each operator tells what it gives */
#include "platform/trace/trace.h"
#else
#define TRACE_OPERATOR(name)
#define TRACE_TENSOR(data, code, bits, ndim, ...)
#endif
"""
_ALIGNED = '__attribute__((section("{section}"), aligned(16)))'
_PER_LINE = 12


def _floats(data):
    suffix = "f" if data.dtype == np.float32 else ""
    special = {"inf": "INFINITY", "-inf": "-INFINITY", "nan": "NAN"}
    return [special.get(str(value)) or float(value).hex() + suffix for value in data.ravel()]


def _integers(data):
    lowest = -(2 ** (8 * data.itemsize - 1)) if data.itemsize >= 4 else None
    suffix = "u" if data.dtype.kind == "u" else ""
    suffix += "LL" if data.itemsize == 8 else ""
    return [
        f"({int(v) + 1}{suffix} - 1)" if int(v) == lowest else f"{int(v)}{suffix}"
        for v in data.ravel()
    ]


def _numbers(data):
    return _floats(data) if data.dtype.kind == "f" else _integers(data)


def constant(tensor):
    """A definition; one of no elements has room for one."""
    numbers = _numbers(tensor.storage.data) or ["0"]
    rows = [numbers[i : i + _PER_LINE] for i in range(0, len(numbers), _PER_LINE)]
    text = ",\n  ".join(", ".join(row) for row in rows)
    where = _ALIGNED.format(section=".rodata.tvm")
    place = tensor.storage.place
    return f"static const {tensor.c_type} {where} {place}[{len(numbers)}] = {{\n  {text}\n}};\n"


def _call(call, operators):
    operator = operators[call.operator]
    arguments = [f"({t.c_type}*)({t.storage.place})" for t in call.inputs + call.outputs]
    if call.scratch:
        arguments.append(call.scratch.place)
    called = f"  {operator.name}({', '.join(arguments)});\n"
    return called + f'  TRACE_OPERATOR("{operator.name}");\n' + "".join(map(_told, call.outputs))


def _told(tensor):
    """A tensor to the trace: DLPack's type code, bits, shape."""
    dtype = np.dtype(tensor.dtype)
    code = {"i": 0, "u": 1, "f": 2, "b": 6}[dtype.kind]
    shape = ", ".join(map(str, [len(tensor.shape), *tensor.shape, 0]))
    return f"  TRACE_TENSOR({tensor.storage.place}, {code}, {8 * dtype.itemsize}, {shape});\n"


def _copy(copy, program):
    output = program.outputs[copy.index]
    return f"  memcpy(output{copy.index}, {copy.storage.place}, {output.size});\n"


def model_source(program, operators, interface, workspace_size, copies, version):
    """The whole file."""
    parts = [_HEAD.format(name=interface.name, version=version)]
    if workspace_size:
        where = _ALIGNED.format(section=".bss.noinit.tvm")
        parts.append(f"static uint8_t workspace[{workspace_size}] {where};\n")
    parts += [constant(tensor) for tensor in program.constants]
    parts += [operators[name].text for name in sorted(operators)]
    params = [(f"input{i}", tensor) for i, tensor in enumerate(program.inputs)]
    params += [(f"output{i}", tensor) for i, tensor in enumerate(program.outputs)]
    body = "".join(
        f"  {tensor.c_type}* {name} = {argument};\n"
        for (name, tensor), argument in zip(params, interface.arguments)
    )
    body += "".join(_call(call, operators) for call in program.calls)
    body += "".join(_copy(copy, program) for copy in copies)
    parts.append(f"{interface.main_declaration} {{\n{body}  return 0;\n}}\n")
    return "\n".join(parts)
