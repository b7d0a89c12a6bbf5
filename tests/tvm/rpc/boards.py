"""TVM's own RPC client on every board that this machine can run: a model, tensors, time_evaluator.
The other scripts try more of it on a few boards."""

import atexit
import concurrent.futures
import gc
import os
import tempfile

import numpy as np

import common
from process import DIGITS, Server, aot_model, tvm

IMAGES = np.load(common.MODELS / "digits_images.npy")
EXPECTED = np.load(common.MODELS / "digits_expected.npy")
SIZES_BYTES = (1, 255, 256, 257, 2047, 2048, 2049)

# Firmware is built for the next boards while one is tried.
FOLDER = tempfile.TemporaryDirectory(prefix="tvm-test-")
BUILDS = concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count())


def start(board):
    folder = os.path.join(FOLDER.name, board)
    os.mkdir(folder)
    return Server(folder, DIGITS, "--board", board)


SERVERS = {board: BUILDS.submit(start, board) for board in common.ALL_BOARDS}


@atexit.register
def _end():
    BUILDS.shutdown()
    for server in SERVERS.values():
        if not server.exception() and server.result().process.poll() is None:
            server.result().process.kill()
    FOLDER.cleanup()


def check_model(remote):
    model = aot_model(remote)
    for image, expected in zip(IMAGES[:3], EXPECTED):
        model.set_input("image", image)
        model.run()
        np.testing.assert_allclose(model.get_output(0).numpy(), expected, rtol=1e-5, atol=1e-5)
    return model


def check_tensors(device):
    generator = np.random.default_rng(1)
    for size in SIZES_BYTES:
        data = generator.integers(0, 256, size, dtype="uint8")
        np.testing.assert_array_equal(tvm.nd.array(data, device).numpy(), data)


def check_time_evaluator(model, device):
    measured = model.module.time_evaluator("run", device, number=2, repeat=3)()
    assert len(measured.results) == 3 and min(measured.results) > 0, measured.results


@common.on_every_board
def client(board):
    with SERVERS[board].result() as server:
        remote = server.connect()
        model = check_model(remote)
        check_tensors(remote.cpu(0))
        check_time_evaluator(model, remote.cpu(0))
        del model, remote
        gc.collect()
        server.wait_for_event(2, "left")
        check_model(server.connect())  # on another boot
        server.wait_for_event(4, "left")


if __name__ == "__main__":
    common.main()
