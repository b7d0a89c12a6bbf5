#!/usr/bin/env python3
"""Make the library of models. For each a folder: aot.tar, graph.tar, and a file for each input and
output, with an axis of samples in front. Outputs are computed on this machine by the same operators,
and held against an independent reference where there is one.

Usage: make.py OUT_DIR [NAME...]    without names all; `make` in this folder calls it
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import numpy as np

import tvm_archive  # first: it settles where TVM leaves its cache

import mlperftiny
import operators
import voice
import wakeword

WAKE_WORDS = ("okay_nabu", "hey_jarvis")
# TVM's rounding differs from TFLite's by a step now and then, which adds up.
WAKE_WORD_STEPS = 6


def make_task(name):
    net = mlperftiny.TASKS[name]()
    inputs = {"input_1": mlperftiny.inputs_of(net, 7)}
    module = net.module()
    outputs = tvm_archive.run_on_host(module, inputs)
    assert len(np.unique(outputs[0])) > 2, f"{name} says the same of everything"
    return module, inputs, outputs


def make_voice(_):
    module = voice.load()
    inputs, wanted = voice.hear()
    outputs = tvm_archive.run_on_host(module, inputs)
    for ours, theirs in zip(outputs, wanted):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)
    return module, inputs, outputs


def make_wake_word(name):
    """What an inference leaves is the next one's input, so TVM's own values are carried along."""
    module, states = wakeword.load(name)
    audio, wanted = wakeword.hear(name, np.random.default_rng(5))
    inputs = {"audio": audio, **{f"state{index}": [] for index in range(len(states))}}
    run = tvm_archive.host_runner(module)
    outputs = []
    for piece in audio:
        for index, state in enumerate(states):
            inputs[f"state{index}"].append(state)
        got = run({"audio": piece, **{f"state{i}": s for i, s in enumerate(states)}})
        outputs.append(got)
        states = got[2:]
    outputs = [np.stack(output) for output in zip(*outputs)]
    for ours, theirs in zip(outputs, wanted):
        steps = np.abs(ours.astype("int32") - theirs.reshape(ours.shape)).max()
        assert steps <= WAKE_WORD_STEPS, f"{name}: {steps} steps from what TFLite says"
    return module, {key: np.stack(value) for key, value in inputs.items()}, outputs


def make_operator(name):
    module, inputs, wanted = operators.load(name)
    outputs = tvm_archive.run_on_host(module, inputs)
    for ours, theirs in zip(outputs, wanted):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5)
    return module, inputs, outputs


def makers():
    """Of each model of an archive of its own."""
    yield from ((name, make_task, name) for name in mlperftiny.TASKS)
    yield "silero_vad", make_voice, None
    yield from ((name, make_wake_word, name) for name in WAKE_WORDS)


EXECUTORS = {"aot": "packed", "graph": "graph"}


def write_data(folder, prefix, inputs, outputs):
    for tensor, value in inputs.items():
        np.save(folder / f"{prefix}{tensor}.npy", value)
    for index, value in enumerate(outputs):
        np.save(folder / f"{prefix}output{index}.npy", value)


def write_model(folder, make, argument):
    module, inputs, outputs = make(argument)
    folder.mkdir(parents=True, exist_ok=True)
    for executor, interface in EXECUTORS.items():
        tvm_archive.write_archive(module, interface, folder / f"{executor}.tar")
    write_data(folder, "", inputs, outputs)


def write_operators(folder):
    """All in one archive, so that one firmware has them all."""
    folder.mkdir(parents=True, exist_ok=True)
    modules = {}
    for family in operators.FAMILIES:
        modules[family], inputs, outputs = make_operator(family)
        write_data(folder, f"{family}_", inputs, outputs)
    for executor, interface in EXECUTORS.items():
        models = [(module, interface, family) for family, module in modules.items()]
        tvm_archive.write_archive_of(models, folder / f"{executor}.tar")


def main():
    folder, names = pathlib.Path(sys.argv[1]), sys.argv[2:]
    work = {name: (write_model, folder / name, make, what) for name, make, what in makers()}
    work["operators"] = (write_operators, folder / "operators")
    for name in names or work:
        if name not in work:
            raise SystemExit(f"{name}: no such model (have: {', '.join(work)})")
        write, *arguments = work[name]
        write(*arguments)
        print(name, flush=True)


if __name__ == "__main__":
    main()
