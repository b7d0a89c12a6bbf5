"""How large the messages are that a board announces to an rpc-server's clients, and to those of the
Project API: neither may get those of the other."""

import subprocess

import numpy as np

import common
import copies
from process import DIGITS, Server, aot_model, expect_error, tvm

OF_THE_API = 2048
# Least RAM: messages of an rpc-server's own firmware.
OF_OUR_OWN = {32 << 20: 32768, 256 << 10: 8192, 64 << 10: 4096, 0: OF_THE_API}
IMAGES = np.load(common.MODELS / "digits_images.npy")
EXPECTED = np.load(common.MODELS / "digits_expected.npy")


def check_model(model):
    model.set_input("image", IMAGES[3])
    model.run()
    np.testing.assert_allclose(model.get_output(0).numpy(), EXPECTED[3], rtol=1e-5, atol=1e-5)


def announced_by_rpc_server(folder, source, *arguments):
    with Server(folder, source, *arguments) as server:
        remote = server.connect()
        check_model(aot_model(remote))
        return copies.packet_bytes(remote)


def announced_by_api(place):
    """By what was flashed last, to TVM's session, which keeps no more than 2048."""
    project = tvm.micro.GeneratedProject.from_directory(place, None)
    with tvm.micro.Session(project.transport()) as session:
        check_model(tvm.micro.create_local_aot_executor(session))
        return copies.packet_bytes(session._rpc)  # pylint: disable=protected-access


@common.on_each_board
def archive(board):
    ram_bytes = common.BOARDS[board]["ram_size_bytes"]
    with common.scratch() as folder:
        size = announced_by_rpc_server(folder, DIGITS, "--board", board)
        assert size == next(of for least, of in OF_OUR_OWN.items() if ram_bytes >= least), size
        option = "rpc_packet_size_bytes=1024"
        size = announced_by_rpc_server(folder, DIGITS, "--board", board, "--option", option)
        assert size == 1024, size


@common.on_each_board
def project_of_the_api(board):
    with common.scratch() as folder:
        place = folder / "project"
        options = {"board": board, "project_type": "host_driven"}
        project = tvm.micro.project.generate_project_from_mlf(
            common.TEMPLATE, place, DIGITS, options
        )
        project.build()
        project.flash()
        assert announced_by_rpc_server(folder, place) == OF_THE_API
        assert announced_by_api(place) == OF_THE_API


def test_project_with_the_option():
    """Remembered from generate_project, and heard in build, rpc-server's, too."""
    options = {"board": "qemu_riscv32", "rpc_packet_size_bytes": 1024}
    with common.scratch() as folder:
        place = folder / "project"
        project = tvm.micro.project.generate_project_from_mlf(
            common.TEMPLATE, place, DIGITS, options
        )
        project.build()
        project.flash()
        assert announced_by_api(place) == 1024
        assert announced_by_rpc_server(folder, place) == 1024
        option = "rpc_packet_size_bytes=4000"
        assert announced_by_rpc_server(folder, place, "--option", option) == 4000


def test_project_that_run_kept():
    """TVM's clients may open it, so it is as they need it."""
    with common.scratch() as folder:
        place = folder / "kept"
        command = [common.PROGRAM, "run", DIGITS, "--board", "mps2_an385", "--keep", place]
        command += ["--input", common.MODELS / "digits_images.npy"]
        subprocess.run(command, check=True, capture_output=True)
        assert announced_by_api(place) == OF_THE_API


def test_reply_that_is_too_large():
    """Times of so many repetitions that a message does not hold them: TVM's session would hang."""
    options = "--board", "qemu_cortex_m3", "--option", "rpc_packet_size_bytes=2048"
    with common.scratch() as folder, Server(folder, DIGITS, *options) as server:
        remote = server.connect()
        model = aot_model(remote)
        model.set_input("image", IMAGES[3])
        measure = model.module.time_evaluator("run", remote.cpu(0), number=1, repeat=250)
        assert len(measure().results) == 250
        measure = model.module.time_evaluator("run", remote.cpu(0), number=1, repeat=251)
        expect_error("reply of 2051 bytes: a message holds 2048", measure)
        check_model(model)


if __name__ == "__main__":
    common.main()
