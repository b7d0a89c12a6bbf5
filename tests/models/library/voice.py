"""Silero VAD: a network that people use to hear whether somebody speaks, out of its wheel. Float32, 576
samples of 16 kHz at a time; a recurrent layer, whose state is an input and an output. The reference is
ONNX Runtime."""

import importlib.util
import pathlib

import numpy as np
import onnx

from tvm_archive import relay

PIECES = 6
SAMPLES = 576


def model_path():
    package = importlib.util.find_spec("silero_vad")  # to import it would need PyTorch
    return pathlib.Path(package.origin).parent / "data/silero_vad_openvino_16k.onnx"


def load():
    shape = {"input": (1, SAMPLES), "state": (2, 1, 128)}
    return relay.frontend.from_onnx(onnx.load(model_path()), shape=shape, freeze_params=True)[0]


def hear():
    """Vowels, as it were, that come and go; what the network gets, piece by piece, and what it says."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(model_path()), providers=["CPUExecutionProvider"])
    random = np.random.default_rng(11)
    time = np.arange(PIECES * SAMPLES) / 16000
    tone = sum(np.sin(2 * np.pi * 140 * n * time) / n for n in range(1, 20))
    sound = 0.2 * tone * (np.sin(2 * np.pi * 7 * time) > 0) + 0.01 * random.normal(size=time.size)
    pieces = sound.astype("float32").reshape(PIECES, 1, SAMPLES)
    state = np.zeros((2, 1, 128), "float32")
    states, said, after = [], [], []
    for piece in pieces:
        states.append(state)
        probability, state = session.run(None, {"input": piece, "state": state})
        said.append(probability)
        after.append(state)
    return {"input": pieces, "state": np.stack(states)}, [np.stack(said), np.stack(after)]
