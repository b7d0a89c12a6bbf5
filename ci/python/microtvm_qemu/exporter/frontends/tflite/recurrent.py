"""TFLite's recurrent layers."""

from tvm.relax import op


def _rnn(call):
    """TVM gives batches first, whatever the file has."""
    made = call.given()
    return op.permute_dims(made, [1, 0, 2]) if call.option("SequenceRNNOptions", "TimeMajor") else made


RECURRENT = {"UNIDIRECTIONAL_SEQUENCE_RNN": _rnn}
