"""Wake words: networks that people use, in int8, out of the wheel of pymicro-wakeword. Each hears three
more frames of 40 bands at a time and keeps what it needs of those before in variables. TVM knows no
variables: here they are inputs and outputs, and what an inference leaves is what the next one gets.
The reference is TFLite's own runtime, with its variables."""

import importlib.util
import pathlib

import numpy as np
import tflite
from tvm import relay
from tvm.relay.frontend import tflite as frontend

import tvm_archive

FRAMES = 24  # so many inferences, one after the other


def model_path(name):
    package = importlib.util.find_spec("pymicro_wakeword")  # to import it would need more of it
    return pathlib.Path(package.origin).parent / "models" / f"{name}.tflite"


def variables(model, subgraph):
    """The operators of a subgraph, each with the names of the variables among its inputs."""
    names = {}
    for index in range(subgraph.OperatorsLength()):
        operator = subgraph.Operators(index)
        code = model.OperatorCodes(operator.OpcodeIndex())
        if max(code.BuiltinCode(), code.DeprecatedBuiltinCode()) == tflite.BuiltinOperator.VAR_HANDLE:
            options = tflite.VarHandleOptions()
            options.Init(operator.BuiltinOptions().Bytes, operator.BuiltinOptions().Pos)
            names[int(operator.OutputsAsNumpy()[0])] = options.SharedName().decode()
    return names


def beginnings(model):
    """What the variables are at first, by name: a subgraph of its own sets them."""
    subgraph = model.Subgraphs(1)
    names, values = variables(model, subgraph), {}
    for index in range(subgraph.OperatorsLength()):
        operator = subgraph.Operators(index)
        if operator.InputsLength() == 2:
            handle, value = (int(tensor) for tensor in operator.InputsAsNumpy())
            tensor = subgraph.Tensors(value)
            data = model.Buffers(tensor.Buffer()).DataAsNumpy()
            values[names[handle]] = data.view("int8").reshape(tensor.ShapeAsNumpy())
    return values


class Converter(frontend.OperatorConverter):
    """A variable becomes an input of the function when it is read, and an output when it is set."""

    def __init__(self, model, subgraph, expressions):
        super().__init__(model, subgraph, expressions)
        self.names = variables(model, subgraph)
        self.states = {}  # by the variable's name: the input, the output
        self.convert_map.update(
            {
                "CALL_ONCE": lambda op: None,
                "VAR_HANDLE": lambda op: None,
                "READ_VARIABLE": self._read,
                "ASSIGN_VARIABLE": self._assign,
            }
        )

    def _read(self, op):
        (result,) = self.get_output_tensors(op)
        shape = tuple(int(size) for size in result.tensor.ShapeAsNumpy())
        variable = relay.var(f"state{len(self.states)}", shape=shape, dtype="int8")
        self.states[self.names[int(op.InputsAsNumpy()[0])]] = [variable, None]
        return variable

    def _assign(self, op):
        handle, value = (int(tensor) for tensor in op.InputsAsNumpy())
        self.states[self.names[handle]][1] = self.get_expr(value)


def results_of(model):
    """The tensors of what the network says: a probability, and what that is computed from, which
    differs where the probability is none to speak of."""
    subgraph = model.Subgraphs(0)
    (probability,) = (int(tensor) for tensor in subgraph.OutputsAsNumpy())
    for index in range(subgraph.OperatorsLength()):
        operator = subgraph.Operators(index)
        code = model.OperatorCodes(operator.OpcodeIndex())
        if max(code.BuiltinCode(), code.DeprecatedBuiltinCode()) == tflite.BuiltinOperator.LOGISTIC:
            return [probability, int(operator.InputsAsNumpy()[0])]
    raise ValueError("no LOGISTIC")


def load(name):
    """The module, and what its inputs state0, state1, ... are at first."""
    model = tflite.Model.GetRootAsModel(model_path(name).read_bytes(), 0)
    subgraph = model.Subgraphs(0)
    expressions = frontend.ExprTable()
    (first,) = subgraph.InputsAsNumpy()
    shape = tuple(int(size) for size in subgraph.Tensors(first).ShapeAsNumpy())
    audio = relay.var("audio", shape=shape, dtype="int8")
    expressions.set_expr(frontend.get_tensor_name(subgraph, first), audio)
    converter = Converter(model, subgraph, expressions)
    converter.convert_op_to_relay()
    states = list(converter.states.values())
    results = [converter.get_expr(tensor) for tensor in results_of(model)]
    outputs = relay.Tuple(results + [after for _, after in states])
    # TVM has made others of the variables, to note where each is used.
    found = {var.name_hint: var for var in relay.analysis.free_vars(outputs)}
    inputs = [found.pop("audio")] + [found.pop(f"state{index}") for index in range(len(states))]
    values = {key: tvm_archive.tvm.nd.array(value) for key, value in expressions.params.items()}
    function = relay.build_module.bind_params_by_name(
        relay.Function(inputs + list(found.values()), outputs), values
    )
    module = tvm_archive.tvm.IRModule.from_expr(function)
    first = beginnings(model)
    return relay.transform.InferType()(module), [first[name] for name in converter.states]


def hear(name, random):
    """What the network hears, and what TFLite says to it, its two results: noise, louder and softer."""
    import tflite_runtime.interpreter as runtime

    interpreter = runtime.Interpreter(
        str(model_path(name)), experimental_preserve_all_tensors=True
    )
    interpreter.allocate_tensors()
    (entry,) = interpreter.get_input_details()
    model = tflite.Model.GetRootAsModel(model_path(name).read_bytes(), 0)
    audio, said = [], []
    for frame in range(FRAMES):
        level = -128 + 200 * (1 + np.sin(frame / 4)) / 2
        piece = np.rint(random.normal(level, 30, entry["shape"])).clip(-128, 127).astype("int8")
        interpreter.set_tensor(entry["index"], piece)
        interpreter.invoke()
        audio.append(piece)
        said.append([interpreter.get_tensor(tensor).copy() for tensor in results_of(model)])
    return np.stack(audio), [np.stack(output) for output in zip(*said)]
