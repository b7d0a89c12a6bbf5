"""What TVM's clients of each generation send, replayed: how they launch a server, which options they
send with which call, and in which type. Taken from python/tvm/micro/project.py, build.py, session.py,
project_api/client.py and driver/tvmc/micro.py of each release."""

import base64
import json
import os
import shutil
import subprocess

import common
from common import scratch
from micro_session import Frames, Session

BOARD = "mps2_an385"
DIGITS = common.MODELS / "digits.tar"
LAUNCHER = "launch_microtvm_api_server.sh"

# Every option whose name the ecosystem knows; a client refuses other names by itself.
NAMES = {
    "verbose",
    "project_type",
    "board",
    "zephyr_board",
    "cmsis_path",
    "warning_as_error",
    "compile_definitions",
    "extra_files_tar",
    "gdbserver_port",
    "serial_number",
    "config_main_stack_size",
    "workspace_size_bytes",
}
KEYS = {"name", "choices", "default", "type", "required", "optional", "help"}


class Client:
    """A server that was launched as one release does."""

    def __init__(self, folder, version, has_stray_argument):
        requests, self._out = os.pipe()
        replies, write_fd = os.pipe()
        self._replies = os.fdopen(replies, encoding="utf-8")
        arguments = [str(folder / LAUNCHER)]
        if has_stray_argument:  # there is no such file
            arguments.append(str(folder / "microtvm_api_server.py"))
        arguments += ["--read-fd", str(requests), "--write-fd", str(write_fd)]
        self._process = subprocess.Popen(
            arguments, bufsize=0, pass_fds=(requests, write_fd), cwd=folder
        )
        os.close(requests)
        os.close(write_fd)
        self._id = 0
        self.info = self.call("server_info_query", tvm_version=version)

    def call(self, method, **params):
        self._id += 1
        request = {"jsonrpc": "2.0", "method": method, "params": params, "id": self._id}
        os.write(self._out, json.dumps(request).encode() + b"\n")
        reply = json.loads(self._replies.readline())
        assert reply["jsonrpc"] == "2.0" and reply["id"] == self._id, reply
        assert "error" not in reply, (method, params, reply["error"])
        return reply["result"]

    def defaults(self):
        return {option["name"]: option["default"] for option in self.info["project_options"]}

    def leave(self):
        """As all releases do: nothing but closed pipes."""
        os.close(self._out)
        self._replies.close()
        assert self._process.wait(10) == 0, self._process.returncode


def talk(client, options):
    """A transport from open to close."""
    reply = client.call("open_transport", options=options)
    assert set(reply["timeouts"]) == {
        "session_start_retry_timeout_sec",
        "session_start_timeout_sec",
        "session_established_timeout_sec",
    }

    def read(n, timeout_us):
        reply = client.call("read_transport", n=n, timeout_sec=timeout_us / 1e6)
        return base64.b85decode(reply["data"])

    def write(data, timeout_us):
        text = str(base64.b85encode(data), "utf-8")
        assert client.call("write_transport", data=text, timeout_sec=timeout_us / 1e6) is None

    Session(Frames(read, write), 10_000_000, 10_000_000)  # returns when the firmware has answered
    assert client.call("close_transport") is None


def python_client(version, has_stray_argument, options, sends_defaults=False, model=DIGITS):
    """tvm.micro.generate_project and what a script does next: the same options with every call."""
    with scratch() as folder:
        project = str(folder / "project")
        client = Client(common.TEMPLATE, version, has_stray_argument)
        assert client.info["is_template"] is True
        assert set(options) <= {option["name"] for option in client.info["project_options"]}
        if sends_defaults:
            options = {**client.defaults(), **options}
        result = client.call(
            "generate_project",
            model_library_format_path=str(model),
            standalone_crt_dir=str(common.CRT),
            project_dir=project,
            options=options,
        )
        assert result is None
        client.leave()
        client = Client(folder / "project", version, has_stray_argument)
        assert client.info["is_template"] is False
        if sends_defaults:
            options = {**client.defaults(), **options}
        assert client.call("build", options=options) is None
        assert client.call("flash", options=options) is None
        talk(client, options)
        client.leave()
        common.expect_no_process(folder)
        return json.loads((folder / "project/project.json").read_text())["options"]


def tvmc(version, has_stray_argument, typed, sends_defaults):
    """tvmc micro create-project, build and flash, and tvmc run: each a process of its own that asks
    template and project for their options, and sends what was typed, as strings."""
    with scratch() as folder:
        project = folder / "project"

        def step(folder, method, options, **params):
            client = Client(folder, version, has_stray_argument)
            if sends_defaults:
                options = {**client.defaults(), **options}
            if method == "run":
                talk(client, options)
            else:
                assert client.call(method, options=options, **params) is None
            client.leave()

        Client(common.TEMPLATE, version, has_stray_argument).leave()  # for the parser
        step(
            common.TEMPLATE,
            "generate_project",
            typed,
            model_library_format_path=str(DIGITS),
            standalone_crt_dir=str(common.CRT),
            project_dir=str(project),
        )
        Client(common.TEMPLATE, version, has_stray_argument).leave()
        assert not (project / "build").exists(), "tvmc refuses to build then"
        step(project, "build", {})
        assert (project / "build").is_dir(), "tvmc refuses to flash then"
        Client(common.TEMPLATE, version, has_stray_argument).leave()
        step(project, "flash", {})
        client = Client(project, version, has_stray_argument)
        assert shutil.disk_usage(client.info["model_library_format_path"])
        client.leave()
        step(project, "run", {})
        common.expect_no_process(folder)
        return json.loads((project / "project.json").read_text())["options"]


def test_options_of_server_info():
    client = Client(common.TEMPLATE, "0.18.0", True)
    options = client.info["project_options"]
    client.leave()
    assert {option["name"] for option in options} >= NAMES
    for option in options:
        assert set(option) == KEYS, option
        assert option["type"] in ("bool", "int", "str"), option
        assert option["help"] and option["default"] is None, option
        assert option["required"] or option["optional"], option
        assert option["choices"] is None or all(isinstance(c, str) for c in option["choices"])


def test_0_8_python():
    # Its tests send both of these, and the size as a string.
    kept = python_client(
        "0.8.0",
        False,
        {
            "project_type": "host_driven",
            "verbose": False,
            "zephyr_board": BOARD,
            "compile_definitions": ["-DWORKSPACE_SIZE=8320"],
            "config_main_stack_size": "4096",
            "extra_files_tar": None,
        },
    )
    assert kept["board"] == BOARD and kept["config_main_stack_size"] == 4096, kept


def test_0_8_autotvm():
    # The options have been through JSON, and the archive's name is that of a compressed one.
    with scratch() as folder:
        model = folder / "model.tar.gz"
        shutil.copy(DIGITS, model)
        python_client(
            "0.8.dev1452+g338940dc5", False, {"zephyr_board": BOARD, "verbose": True}, model=model
        )


def test_0_11_python():
    kept = python_client(
        "0.11.1",
        False,
        {
            "project_type": "host_driven",
            "verbose": 1,
            "board": BOARD,
            "serial_number": None,
            "cmsis_path": None,
            "config_main_stack_size": 1536 * 4,
            "workspace_size_bytes": 32768,
        },
    )
    assert kept["workspace_size_bytes"] == 32768, kept


def test_0_11_tvmc():
    kept = tvmc("0.11.1", False, {"board": BOARD, "project_type": "host_driven"}, False)
    assert kept["board"] == BOARD, kept


def test_0_12_python():
    kept = python_client(
        "0.12.0",
        True,
        {
            "board": BOARD,
            "project_type": "host_driven",
            "warning_as_error": True,
            "compile_definitions": ["-DONE", "TWO=2"],
        },
        sends_defaults=True,
    )
    assert kept["warning_as_error"] is True, kept
    assert len(kept["compile_definitions"]) == 2, kept


def test_0_12_autotvm():
    python_client(
        "0.12.0",
        True,
        {"board": BOARD, "project_type": "host_driven", "serial_number": "micro-device-0"},
        sends_defaults=True,
    )


def test_0_12_tvmc():
    typed = {
        "board": BOARD,
        "project_type": "host_driven",
        "verbose": "false",
        "warning_as_error": "true",
        "config_main_stack_size": "8192",
        "workspace_size_bytes": "65536",
        "compile_definitions": "-DONE TWO",
    }
    kept = tvmc("0.12.0", True, typed, True)
    # The later calls sent null for all of these.
    assert not kept.get("verbose") and kept["warning_as_error"] is True, kept
    assert kept["config_main_stack_size"] == 8192, kept
    assert kept["workspace_size_bytes"] == 65536, kept
    assert len(kept["compile_definitions"]) == 2, kept


def test_0_18_python():
    kept = python_client(
        "0.18.0",
        True,
        {
            "board": BOARD,
            "project_type": "host_driven",
            "config_main_stack_size": 4000,
            "serial_number": None,
            "compile_definitions": [],
        },
        sends_defaults=True,
    )
    assert kept["config_main_stack_size"] == 4000, kept


def test_0_18_tvmc():
    tvmc("0.18.0", True, {"board": BOARD}, True)


if __name__ == "__main__":
    common.main()
