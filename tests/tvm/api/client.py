"""TVM's own tvm.micro, from a template to a session on each board, and every error it knows."""

import os
import signal
import time

import numpy as np

import common
import micro_session
from common import expect_raises, scratch

tvm = common.import_tvm(micro_session.connect)
from tvm.micro.project_api import client, server  # pylint: disable=wrong-import-position
from tvm.runtime.executor.aot_executor import AotModule  # pylint: disable=wrong-import-position

DIGITS = common.MODELS / "digits.tar"


def generate(folder, board="mps2_an385", model=DIGITS, **options):
    return tvm.micro.project.generate_project_from_mlf(
        common.TEMPLATE, folder / "project", model, {"board": board, **options}
    )


def run_digits(transport, count=2):
    images = np.load(common.MODELS / "digits_images.npy")[:count]
    expected = np.load(common.MODELS / "digits_expected.npy")[:count]
    with tvm.micro.Session(transport) as session:
        model = AotModule(session.create_aot_executor())
        for image, want in zip(images, expected):
            model.set_input("image", image)
            model.run()
            np.testing.assert_allclose(model.get_output(0).numpy(), want, rtol=1e-4, atol=1e-5)


def whole_way(board):
    with scratch() as folder:
        project = generate(folder, board)
        assert project.info()["platform_name"] == "qemu"
        assert project.info()["is_template"] is False
        project.build()
        project.flash()
        run_digits(project.transport())
        # The transport's end is the server's: TVM shuts its client down.
        common.expect_no_process(folder)
        # Another process finds the flash as it was.
        again = tvm.micro.GeneratedProject.from_directory(folder / "project", None)
        run_digits(again.transport())
        common.expect_no_process(folder)


def test_whole_way_qemu_cortex_m3():
    whole_way("qemu_cortex_m3")


def test_whole_way_mps2_an385():
    whole_way("mps2_an385")


def test_whole_way_qemu_riscv32():
    whole_way("qemu_riscv32")


def test_errors_of_a_template():
    api = client.instantiate_from_dir(common.TEMPLATE, debug=True)
    error = expect_raises(server.UnsupportedTVMVersionError, api.server_info_query, "0.7.0")
    assert error.code == server.ErrorCode.SERVER_ERROR and "0.7.0" in str(error), error
    assert api.server_info_query(tvm.__version__)["is_template"] is True

    # Free text: the method, what was wrong, and what there is.
    for call in (api.build, api.flash, api.open_transport):
        error = expect_raises(server.ServerError, call, {})
        assert "is a template" in error.message, error
        assert error.data["traceback"] and call.__name__ in str(error), error
    generate = lambda **options: api.generate_project(str(DIGITS), "", "/nonexistent/p", options)
    error = expect_raises(server.ServerError, generate, board="mps3_an999")
    assert "mps3_an999" in error.message and "mps2_an385" in error.message, error
    error = expect_raises(server.ServerError, generate, board="mps2_an385", boards="x")
    assert '"boards"' in error.message and "workspace_size_bytes" in error.message, error
    options = {"board": "mps2_an385"}
    with scratch() as folder:
        place = str(folder / "project")
        error = expect_raises(
            server.ServerError, api.generate_project, "/no/such.tar", "", place, options
        )
        assert "/no/such.tar" in str(error) and not list(folder.iterdir()), error

    # TVM would make it in the template's folder, and look for it in its own.
    error = expect_raises(
        server.ServerError, api.generate_project, str(DIGITS), "", "project", options
    )
    assert "absolute" in error.message, error

    # The transport was never opened: this is how clients learn of it.
    expect_raises(server.TransportClosedError, api.read_transport, 1, 1.0)
    expect_raises(server.TransportClosedError, api.write_transport, b"x", 1.0)
    assert api.close_transport() is None
    api.shutdown()


def test_errors_of_the_envelope():
    api = client.instantiate_from_dir(common.TEMPLATE)
    for method, params, code in (
        ("reboot", {}, server.ErrorCode.METHOD_NOT_FOUND),
        ("build", {}, server.ErrorCode.INVALID_PARAMS),
        ("build", {"options": None}, server.ErrorCode.INVALID_PARAMS),
        ("close_transport", {"options": {}}, server.ErrorCode.INVALID_PARAMS),
    ):
        error = expect_raises(server.JSONRPCError, api._request_reply, method, params)
        assert error.code == code and method in error.message, (error.code, error)
    error = expect_raises(server.ServerError, api._request_reply, "flash", {"options": {}})
    assert error.code == server.ErrorCode.SERVER_ERROR, error

    # A request that is none is answered without an id; then the server is gone.
    expect_raises(client.MismatchedIdError, api._request_reply, "reboot", [])
    gone = (client.ConnectionShutdownError, BrokenPipeError)
    try:
        api.close_transport()
        raise AssertionError("the server should have ended")
    except gone:
        pass


def test_templates_and_projects_are_told_apart():
    expect_raises(
        tvm.micro.project.TemplateProjectError,
        tvm.micro.GeneratedProject.from_directory,
        common.TEMPLATE,
        None,
    )
    with scratch() as folder:
        generate(folder)
        expect_raises(
            tvm.micro.project.NotATemplateProjectError,
            tvm.micro.TemplateProject.from_directory,
            folder / "project",
        )
        api = client.instantiate_from_dir(folder / "project")
        error = expect_raises(server.ServerError, api.flash)
        assert "call build first" in error.message, error
        error = expect_raises(server.ServerError, api.open_transport)
        assert "flash" in error.message, error
        error = expect_raises(server.ServerError, api.build, {"board": "qemu_riscv32"})
        assert "qemu_riscv32" in error.message and "mps2_an385" in error.message, error
        error = expect_raises(
            server.ServerError, api.generate_project, str(DIGITS), "", str(folder / "q"), {}
        )
        assert "template" in error.message, error
        api.shutdown()


def test_a_model_that_no_host_could_call():
    """As with TVM's own templates, a project can be made of it: its build says what is missing."""
    with scratch() as folder:
        project = generate(folder, model=common.MODELS / "digits_c.tar", project_type="host_driven")
        error = expect_raises(server.ServerError, project.build)
        assert "/project/model.tar: it has no table of its functions" in error.message, error
        assert '"system-lib": True' in error.message, error
        assert not (folder / "project/build").exists()


def flashed(folder):
    project = generate(folder)
    project.build()
    project.flash()
    api = project._api_client  # pylint: disable=protected-access
    return project, api


def test_a_transport_that_times_out():
    with scratch() as folder:
        project, api = flashed(folder)
        expect_raises(server.TransportClosedError, api.read_transport, 1, 1.0)
        project.transport().open()
        error = expect_raises(server.ServerError, api.open_transport)
        assert "open already" in error.message, error
        for timeout_sec in (0, 0.05, 0.3):
            began = time.monotonic()
            error = expect_raises(server.IoTimeoutError, api.read_transport, 5000, timeout_sec)
            assert time.monotonic() - began >= timeout_sec, (timeout_sec, error)
        # What came too late for that is still there: the session works.
        api.close_transport()
        api.close_transport()
        expect_raises(server.TransportClosedError, api.write_transport, b"x", None)
        run_digits(project.transport())
        common.expect_no_process(folder)


def test_a_board_that_dies():
    with scratch() as folder:
        project, api = flashed(folder)
        project.transport().open()
        (qemu,) = common.process_ids(folder, "qemu-system-")
        os.kill(qemu, signal.SIGKILL)
        error = expect_raises(server.TransportClosedError, api.read_transport, 5000, None)
        assert "signal" in str(error) or "killed" in str(error).lower(), error
        expect_raises(server.TransportClosedError, api.write_transport, b"x", 5.0)
        api.close_transport()
        # Another boot from the same flash.
        run_digits(project.transport())
        common.expect_no_process(folder)


def test_a_client_that_vanishes():
    with scratch() as folder:
        project, api = flashed(folder)
        project.transport().open()
        assert common.process_ids(folder, "qemu-system-")
        api.shutdown()
        common.expect_no_process(folder)


if __name__ == "__main__":
    common.main()
