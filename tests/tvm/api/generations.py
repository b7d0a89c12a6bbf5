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

# Every option of TVM's own templates (Zephyr, Arduino, host) in any release from 0.8 to 0.18, with a
# value that a user of it may give; a client refuses other names by itself. Those of the last part
# do nothing here.
VALUES = {
    "verbose": True,
    "project_type": "host_driven",
    "board": BOARD,
    "zephyr_board": BOARD,
    "arduino_board": BOARD,
    "cmsis_path": None,
    "warning_as_error": False,
    "compile_definitions": "-DONE",
    "extra_files_tar": None,
    "gdbserver_port": None,
    "serial_number": "0483",
    "config_main_stack_size": 8192,
    "workspace_size_bytes": 65536,
    "heap_size_bytes": 65536,
    "memory_size_bytes": 65536,
}
IGNORED = {
    "use_fvp": True,
    "arm_fvp_path": "/opt/FVP_Corstone_SSE-300",
    "west_cmd": "west",
    "zephyr_base": "/opt/zephyr",
    "openocd_serial": "066AFF575251717867114355",
    "nrfjprog_snr": 960014826,
    "arduino_cli_cmd": "arduino-cli",
    "port": "/dev/ttyACM0",
}
KEYS = {"name", "choices", "default", "type", "required", "optional", "help"}


class Client:
    """A server that was launched as one release does."""

    def __init__(self, folder, version, has_stray_argument, log=None):
        requests, self._out = os.pipe()
        replies, write_fd = os.pipe()
        self._replies = os.fdopen(replies, encoding="utf-8")
        arguments = [str(folder / LAUNCHER)]
        if has_stray_argument:  # there is no such file
            arguments.append(str(folder / "microtvm_api_server.py"))
        arguments += ["--read-fd", str(requests), "--write-fd", str(write_fd)]
        self._process = subprocess.Popen(
            arguments, bufsize=0, pass_fds=(requests, write_fd), cwd=folder, stderr=log
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
    assert {option["name"] for option in options} >= VALUES.keys() | IGNORED.keys()
    for option in options:
        assert set(option) == KEYS, option
        assert option["type"] in ("bool", "int", "str"), option
        assert option["help"] and option["default"] is None, option
        assert option["required"] or option["optional"], option
        assert option["choices"] is None or all(isinstance(c, str) for c in option["choices"])


def as_tvmc_sends_it(value):
    return value if value is None else str(value)


def test_every_option_of_every_template():
    options = {**VALUES, **IGNORED}
    kept = python_client("0.16.0", True, options, sends_defaults=True)
    texts = {name: as_tvmc_sends_it(value) for name, value in options.items()}
    assert python_client("0.10.0", False, texts) == kept, kept
    assert kept["workspace_size_bytes"] == 65536 and kept["board"] == BOARD, kept
    assert not kept.keys() & IGNORED.keys(), kept


def test_what_is_ignored_is_told_once():
    with scratch() as folder, open(folder / "log", "w+", encoding="utf-8") as log:
        client = Client(common.TEMPLATE, "0.18.0", True, log)
        client.call(
            "generate_project",
            model_library_format_path=str(DIGITS),
            standalone_crt_dir="",
            project_dir=str(folder / "project"),
            options={"board": BOARD, "use_fvp": "false", "west_cmd": None, "zephyr_base": ""},
        )
        client.leave()
        assert (folder / "log").read_text() == ""
        client = Client(folder / "project", "0.18.0", True, log)
        for _ in range(3):
            client.call("build", options=IGNORED)
        client.leave()
        said = (folder / "log").read_text()
        names = ", ".join(name for name in client.defaults() if name in IGNORED)
        assert said == f"microtvm-qemu: ignored, for QEMU plays the board: option {names}\n", said


def test_notes_on_a_model_are_told():
    with scratch() as folder, open(folder / "log", "w+", encoding="utf-8") as log:
        client = Client(common.TEMPLATE, "0.18.0", True, log)
        client.call(
            "generate_project",
            model_library_format_path=str(common.MODELS / "order/twice.tar"),
            standalone_crt_dir="",
            project_dir=str(folder / "project"),
            options={"board": BOARD, "project_type": "host_driven"},
        )
        client.leave()
        said = (folder / "log").read_text()
        assert said.startswith('microtvm-qemu: note: output "output2" is never written: '), said
        assert said.count("\n") == 1, said


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
