"""metadata.json of Model Library Format 7, and what tells of names and shapes beside it."""

import json

_DATE = "1970-01-01 00:00:00Z"  # the same module gives the same bytes


def metadata(program, name, workspace_size, constants_size):
    def tensors(items):
        return {tensor.name: {"dtype": tensor.dtype, "size": tensor.size} for tensor in items}

    entry = {
        "constants_size_bytes": constants_size,
        "device": 1,
        "inputs": tensors(program.inputs),
        "io_size_bytes": sum(tensor.size for tensor in program.inputs + program.outputs),
        "outputs": tensors(program.outputs),
        "workspace_size_bytes": workspace_size,
    }
    module = {
        "executors": ["aot"],
        "export_datetime": _DATE,
        "external_dependencies": [],
        "memory": {"functions": {"main": [entry], "operator_functions": []}},
        "model_name": name,
        "style": "full-model",
        "target": ["c -keys=cpu"],
    }
    return json.dumps({"modules": {name: module}, "version": 7}, indent=2, sort_keys=True) + "\n"


def _relay_type(tensor):
    return f"Tensor[({', '.join(map(str, tensor.shape))}), {tensor.dtype}]"


def signature(program):
    """main's in the notation of Relay's text: names as they are, shapes, and the outputs' order, which
    metadata.json can't say. Tools of TVM up to 0.18 read this line."""
    params = []
    for tensor in program.inputs:
        letter = "" if tensor.name[:1].isascii() and tensor.name[:1].isalpha() else "v"
        params.append(f"%{letter}{tensor.name}: {_relay_type(tensor)}")
    names = ", ".join(json.dumps(t.name, ensure_ascii=False) for t in program.outputs)
    types = [_relay_type(tensor) for tensor in program.outputs]
    result = types[0] if len(types) == 1 else f"({', '.join(types)})"
    return f"def @main({', '.join(params + [f'output_tensor_names=[{names}]'])}) -> {result} {{\n"
