"""TFLite's recurrent layers, step by step: TVM has them of one kind alone, and with batches first."""

from tvm import relax
from tvm.relax import op

from ....errors import ExportError
from .call import dims

_LSTM = "UnidirectionalSequenceLSTMOptions"
# Of the inputs, in the order of input gate, forget gate, cell, output gate.
_KERNELS, _RECURRENT, _PEEPHOLES, _BIASES = (1, 2, 3, 4), (5, 6, 7, 8), (9, 10, None, 11), (12, 13, 14, 15)
_PROJECTION, _PROJECTION_BIAS, _STATES, _NORMS = 16, 17, (18, 19), (20, 21, 22, 23)


def _rnn(call):
    """TVM gives batches first, whatever the file has."""
    made = call.given()
    return op.permute_dims(made, [1, 0, 2]) if call.option("SequenceRNNOptions", "TimeMajor") else made


def _steps(x, is_time_first):
    """Of (batch, step, feature), or (step, batch, feature), what each step is given."""
    axis = 0 if is_time_first else 1
    return [op.squeeze(op.strided_slice(x, [axis], [n], [n + 1]), [axis]) for n in range(dims(x)[axis])]


def _times(call, x, place):
    """x by what stands in the file as (outputs, inputs)."""
    return op.matmul(x, op.permute_dims(call.expr(place), [1, 0]))


def _clipped(call, expr, option):
    limit = call.option(_LSTM, option)
    return op.clip(expr, -limit, limit) if limit > 0 else expr


class _Layer:
    def __init__(self, call):
        self.call = call
        activations = {1: op.nn.relu, 3: lambda x: op.clip(x, 0, 6), 4: op.tanh}
        number = call.option(_LSTM, "FusedActivationFunction")
        if number not in activations:
            raise ExportError(
                f"its activation (number {number}) is none that TFLite itself computes there: take tanh"
            )
        self.activation = activations[number]

    def gate(self, number, x, state, cell):
        """Before its function is applied."""
        call = self.call
        total = op.add(_times(call, x, _KERNELS[number]), _times(call, state, _RECURRENT[number]))
        peephole = _PEEPHOLES[number]
        if peephole and call.has(peephole):
            total = op.add(total, op.multiply(cell, call.expr(peephole)))
        return op.add(total, call.expr(_BIASES[number])) if call.has(_BIASES[number]) else total

    def step(self, x, state, cell):
        """(state, cell) after it."""
        call = self.call
        forget = call.emit(op.sigmoid(self.gate(1, x, state, cell)))
        is_coupled = not call.has(_KERNELS[0])
        one = relax.const(1, "float32")
        taken = op.subtract(one, forget) if is_coupled else op.sigmoid(self.gate(0, x, state, cell))
        new = op.multiply(taken, self.activation(self.gate(2, x, state, cell)))
        cell = call.emit(_clipped(call, op.add(op.multiply(forget, cell), new), "CellClip"))
        state = op.multiply(op.sigmoid(self.gate(3, x, state, cell)), self.activation(cell))
        if call.has(_PROJECTION):
            state = _times(call, state, _PROJECTION)
            state = op.add(state, call.expr(_PROJECTION_BIAS)) if call.has(_PROJECTION_BIAS) else state
            state = _clipped(call, state, "ProjClip")
        return call.emit(state), cell


def _lstm(call):
    if any(map(call.has, _NORMS)):
        raise ExportError("normalizes its gates, which TVM does not: leave that out")
    if call.is_quantized() or call.is_quantized(_KERNELS[1]):
        raise ExportError("is quantized: leave it in floats")
    if any(call.inputs[place].buffer.DataLength() for place in _STATES):
        raise ExportError("its first state is no 0, which TVM forgets: make the layer stateless")
    is_time_first = bool(call.option(_LSTM, "TimeMajor"))
    state, cell = (op.zeros(call.input_dims(place), "float32") for place in _STATES)
    layer, states = _Layer(call), []
    for x in _steps(call.expr(0), is_time_first):
        state, cell = layer.step(call.emit(x), state, cell)
        states.append(state)
    return op.stack(states, 0 if is_time_first else 1)


RECURRENT = {"UNIDIRECTIONAL_SEQUENCE_LSTM": _lstm, "UNIDIRECTIONAL_SEQUENCE_RNN": _rnn}
