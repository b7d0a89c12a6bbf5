"""How a firmware finds and calls the model: TVM's packed interface, and its C interface."""

import re

from ..names import Names

_DLPACK = {"int": 0, "uint": 1, "float": 2}
_PACKED = (
    "(TVMValue* args, int* type_code, int num_args, TVMValue* out_value, int* out_type_code, "
    "void* resource_handle)"
)


class Interface:
    """Names of the model in C, of either interface."""

    def __init__(self, name, program):
        self.name, self.program = name, program
        self.prefix = f"tvmgen_{name}_"
        self.main = f"{self.prefix}__tvm_main__"
        names = Names()
        tensors = program.inputs + program.outputs
        self.arguments = [names.take(f"{tensor.name}_buffer_var") for tensor in tensors]
        params = [f"{t.c_type}* {a}" for t, a in zip(tensors, self.arguments)]
        self.main_declaration = f"int32_t {self.main}({', '.join(params) or 'void'})"

    def files(self, _workspace_size):
        raise NotImplementedError


def _c_string(text):
    """A literal, whatever is in it."""
    plain = re.compile(rb"[A-Za-z0-9 _.:/;,<>=+*()\[\]{}#@!$%^&|~-]")
    escaped = [
        chr(byte) if plain.match(bytes([byte])) else f"\\{byte:03o}" for byte in text.encode()
    ]
    return '"' + "".join(escaped) + '"'


def _dlpack(dtype):
    if dtype == "bool":
        return "{1, 1, 1}"
    kind, bits = re.fullmatch(r"([a-z]+)(\d+)", dtype).groups()
    return f"{{{_DLPACK[kind]}, {bits}, 1}}"


def _table(kind, tensors):
    """What the AOT executor learns of inputs or outputs."""
    text, rows = "", []
    for index, tensor in enumerate(tensors):
        shape = f"kTvmgenMetadata_{kind}_{index}_shape"
        dims = ", ".join(f"{dim}L" for dim in tensor.shape)
        rank = len(tensor.shape)
        text += f"static const int64_t {shape}[{rank}] = {{\n{dims}}};\n"
        rows.append(f"{{{_c_string(tensor.name)}, {shape}, {rank}L, {_dlpack(tensor.dtype)}}}")
    body = ",\n".join(rows)
    return f"{text}static const struct TVMTensorInfo kTvmgenMetadata_{kind}[{len(rows)}] = {{\n{body}\n}};\n"


class Packed(Interface):
    """A system library with metadata, as the AOT executor wants it."""

    def files(self, _workspace_size):
        program, run, meta = self.program, f"{self.prefix}run", f"{self.prefix}get_c_metadata"
        count = len(program.inputs) + len(program.outputs)
        tensors = program.inputs + program.outputs
        data = [
            f"({t.c_type}*)((DLTensor*)args[{i}].v_handle)->data" for i, t in enumerate(tensors)
        ]
        text = (
            "#include <tvm/runtime/c_runtime_api.h>\n#include <tvm/runtime/crt/module.h>\n"
            "#include <tvm/runtime/metadata_types.h>\n#include <stdbool.h>\n\n"
            f"{self.main_declaration};\n\n"
            + _table("inputs", program.inputs)
            + _table("outputs", program.outputs)
            + "static const struct TVMMetadata kTvmgenMetadata[1] = {{\n"
            f"1L, kTvmgenMetadata_inputs, {len(program.inputs)}L, kTvmgenMetadata_outputs, "
            f'{len(program.outputs)}L, NULL, 0L, NULL, 0L, "tvmgen_{self.name}"\n}}}};\n\n'
            f"int32_t {run}{_PACKED} {{\n  if (num_args != {count})\n    return -1;\n"
            f"  return {self.main}({', '.join(data)});\n}}\n\n"
            f"int32_t {meta}{_PACKED} {{\n  out_value[0].v_handle = (void*)&kTvmgenMetadata;\n"
            "  out_type_code[0] = kTVMOpaqueHandle;\n  return 0;\n}\n\n"
            "static TVMBackendPackedCFunc _tvm_func_array[] = {\n"
            f"    (TVMBackendPackedCFunc){run},\n    (TVMBackendPackedCFunc){meta},\n}};\n"
            "static const TVMFuncRegistry _tvm_func_registry = {\n"
            f'    "\\002\\000{run}\\000{meta}\\000", _tvm_func_array,\n}};\n'
            "static const TVMModule _tvm_system_lib = {\n    &_tvm_func_registry,\n};\n"
            "const TVMModule* TVMSystemLibEntryPoint(void) {\n    return &_tvm_system_lib;\n}\n"
        )
        return {f"codegen/host/src/{self.name}_lib0.c": text}


class CInterface(Interface):
    """tvmgen_NAME.h with a struct of inputs, one of outputs, and a function."""

    def files(self, workspace_size):
        low = f"tvmgen_{self.name}".lower()
        members = {"inputs": Names(), "outputs": Names()}
        by_kind = {"inputs": self.program.inputs, "outputs": self.program.outputs}
        taken = {k: [members[k].take(t.name) for t in by_kind[k]] for k in by_kind}
        signature = f"int32_t {low}_run(struct {low}_inputs* inputs, struct {low}_outputs* outputs)"
        header = self._header(low, by_kind, taken, signature, workspace_size)
        passed = [f"inputs->{member}" for member in taken["inputs"]]
        passed += [f"outputs->{member}" for member in taken["outputs"]]
        source = (
            f"#include <stdbool.h>\n#include <{low}.h>\n{self.main_declaration};\n"
            f"{signature} {{\n  return {self.main}({','.join(passed)});\n}}\n"
        )
        return {
            f"codegen/host/include/{low}.h": header,
            f"codegen/host/src/{self.name}_lib0.c": source,
        }

    def _header(self, low, by_kind, taken, signature, workspace_size):
        upper, macros = low.upper(), Names(fold=True)
        text = f"#ifndef {upper}_H_\n#define {upper}_H_\n#include <stdint.h>\n\n"
        text += '#ifdef __cplusplus\nextern "C" {\n#endif\n\n'
        for kind, tensors in by_kind.items():
            for tensor in tensors:
                macro = macros.take(tensor.name).upper()
                text += f"#define {upper}_{macro}_SIZE {tensor.size}\n"
        for kind in by_kind:
            lines = "".join(f"  void* {member};\n" for member in taken[kind])
            text += f"\nstruct {low}_{kind} {{\n{lines}}};\n"
        text += f"\n{signature};\n\n#define {upper}_WORKSPACE_SIZE {workspace_size}\n\n"
        return text + f"#ifdef __cplusplus\n}}\n#endif\n\n#endif // {upper}_H_\n"


INTERFACES = {"packed": Packed, "c": CInterface}
