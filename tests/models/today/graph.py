"""ONNX models, node by node, and ONNX Runtime's word on them."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

OPSET = 17


class Graph:
    """Each method returns the name of what comes out, which the next one takes."""

    def __init__(self, name, shape, seed=0):
        self.input, self._nodes, self._constants = name, [], []
        self._shape = shape
        self._random = np.random.default_rng(seed)

    def node(self, kind, *inputs, **attributes):
        name = f"{kind.lower()}{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def constant(self, value, dtype="float32"):
        name = f"constant{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def seeded(self, *shape, fan_in):
        """Weights that keep the spread of what they are multiplied with."""
        return self.constant(self._random.normal(0, np.sqrt(2 / fan_in), shape))

    def conv(self, value, kernel, bias, **attributes):
        """With a ReLU behind it."""
        return self.node("Relu", self.node("Conv", value, kernel, bias, **attributes))

    def dense(self, value, weight, bias):
        return self.node("Add", self.node("MatMul", value, weight), bias)

    def model(self, *outputs):
        values = [helper.make_empty_tensor_value_info(name) for name in outputs]
        graph = helper.make_graph(
            self._nodes,
            "main",
            [helper.make_tensor_value_info(self.input, TensorProto.FLOAT, self._shape)],
            values,
            self._constants,
        )
        opset = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opset, ir_version=8)
        model = onnx.shape_inference.infer_shapes(model)
        known = {value.name: value for value in model.graph.value_info}
        for value in model.graph.output:
            if value.name in known:
                value.CopyFrom(known[value.name])
        onnx.checker.check_model(model)
        return model


def session(model):
    """Without fusions, which round otherwise where there are steps."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def run(model, inputs):
    """A list of outputs, with the axis of samples in front that the inputs have."""
    runner = session(model)
    names = list(inputs)
    samples = [dict(zip(names, sample)) for sample in zip(*inputs.values())]
    return [np.stack(values) for values in zip(*(runner.run(None, one) for one in samples))]
