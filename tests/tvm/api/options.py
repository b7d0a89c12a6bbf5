"""Project options as TVM sends them: what generate_project is told is kept, null means what was
chosen or the default, strings stand for every type, and what is wrong is refused by name."""

import json
import re
import subprocess

import common
from common import expect_raises, scratch

tvm = common.import_tvm()
from tvm.micro.project_api import client, server  # pylint: disable=wrong-import-position

BOARD = "mps2_an385"
DIGITS = common.MODELS / "digits.tar"


def generate(folder, **options):
    """The project's server, after a client that sends null for what was not given."""
    project = tvm.micro.project.generate_project_from_mlf(
        common.TEMPLATE, folder / "project", DIGITS, {"board": BOARD, **options}
    )
    return project._api_client  # pylint: disable=protected-access


def nulls(api):
    info = api.server_info_query(tvm.__version__)
    return {option["name"]: None for option in info["project_options"]}


def kept(folder):
    return json.loads((folder / "project/project.json").read_text())["options"]


def compiler_commands(folder):
    """Of the model's and application's sources, that options are for."""
    lines = subprocess.run(
        ["ninja", "-C", folder / "project/build", "-t", "commands", "firmware.elf"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    found = [line for line in lines if re.search(r" -c \S+/project/(apps|model)/\S+$", line)]
    assert len(found) > 1, lines
    return found


def qemu_arguments(folder):
    (pid,) = common.process_ids(folder, "qemu-system-")
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        return file.read().decode().split("\0")


def test_what_generate_was_told_is_kept():
    with scratch() as folder:
        api = generate(
            folder,
            optimization="s",
            compile_definitions=["ONE", "-DTWO=2"],
            config_main_stack_size=6144,
            icount=4,
        )
        before = kept(folder)
        for options in ({}, nulls(api)):  # clients up to 0.11, and later ones
            api.build(options)
            commands = compiler_commands(folder)
            assert all(" -Os " in line for line in commands), commands
            assert all("-DONE" in line and "-DTWO=2" in line for line in commands), commands
            api.flash(options)
            api.open_transport(options)
            assert any("shift=4" in argument for argument in qemu_arguments(folder))
            api.close_transport()
        assert kept(folder) == before, (kept(folder), before)
        api.shutdown()


def test_a_later_call_may_say_otherwise():
    with scratch() as folder:
        api = generate(folder, optimization="s", icount=4)
        api.build({**nulls(api), "optimization": "0", "compile_definitions": "THREE=3;FOUR"})
        commands = compiler_commands(folder)
        assert all(" -O0 " in line and "-DTHREE=3" in line for line in commands), commands
        assert all("-DFOUR" in line and " -Os " not in line for line in commands), commands
        api.flash({**nulls(api), "icount": "-1"})
        api.open_transport({**nulls(api), "icount": -1})
        assert not any("shift=" in argument for argument in qemu_arguments(folder))
        api.shutdown()
        common.expect_no_process(folder)


def test_strings_for_every_type():
    """What tvmc sends."""
    with scratch() as folder:
        generate(
            folder,
            verbose="false",
            warning_as_error="TRUE",
            config_main_stack_size="8192",
            workspace_size_bytes="0x8000",
            icount="3",
            serial_number="0123",
            compile_definitions="-DONE TWO=2",
            qemu_args="",
        ).shutdown()
        want = {
            "warning_as_error": True,
            "config_main_stack_size": 8192,
            "workspace_size_bytes": 32768,
            "icount": 3,
            "serial_number": "0123",
            "board": BOARD,
        }
        got = kept(folder)
        assert {key: got[key] for key in want} == want and not got.get("verbose"), got
        assert len(got["compile_definitions"]) == 2 and "qemu_args" not in got, got


def test_wrong_values_are_refused_by_name():
    api = client.instantiate_from_dir(common.TEMPLATE)
    for name, value, said in (
        ("verbose", "maybe", "true or false"),
        ("verbose", 2, "true or false"),
        ("warning_as_error", [], "true or false"),
        ("workspace_size_bytes", "8k", "whole number"),
        ("workspace_size_bytes", "-1", "-1"),
        ("rpc_packet_size_bytes", "511", "512 to 65536"),
        ("rpc_packet_size_bytes", 65537, "512 to 65536"),
        ("config_main_stack_size", 1.5, "whole number"),
        ("config_main_stack_size", True, "whole number"),
        ("icount", 11, "11"),
        ("gdbserver_port", 65536, "65536"),
        ("gdbserver_port", "99999999999999999999", "whole number"),
        ("optimization", "fast", "one of 0, 1, 2, 3, s, g"),
        ("crt", "mine", "given, bundled"),
        ("compile_definitions", [1], "list of strings"),
        ("compile_definitions", {}, "list of strings"),
        ("compile_definitions", ["A B"], "A B"),
        ("board", "qemu_x86", "qemu_cortex_m3"),
        ("zephyr_board", "qemu_riscv32", "zephyr_board"),
        ("board", {}, "a string"),
        ("project_type", "host_drive", "host_driven"),
        ("qemu_args", 5, "list of strings"),
        ("Board", BOARD, "no such option"),
    ):
        with scratch() as folder:
            place = folder / "project"
            error = expect_raises(
                server.ServerError,
                api.generate_project,
                str(DIGITS),
                "",
                str(place),
                {"board": BOARD, name: value},
            )
            assert said in error.message, (name, value, error.message)
            assert name in error.message or said != "no such option", (name, value, error.message)
            assert not list(folder.iterdir()), "something of a refused project is left"
    api.shutdown()


def test_no_board_is_no_project():
    api = client.instantiate_from_dir(common.TEMPLATE)
    with scratch() as folder:
        for options in ({}, {"board": None}, {"board": ""}):
            error = expect_raises(
                server.ServerError,
                api.generate_project,
                str(DIGITS),
                "",
                str(folder / "project"),
                options,
            )
            assert "board" in error.message and BOARD in error.message, error
    api.shutdown()


def test_what_is_fixed_cannot_be_changed():
    with scratch() as folder:
        api = generate(folder)
        for name, value in (
            ("board", "qemu_riscv32"),
            ("zephyr_board", "qemu_cortex_m3"),
            ("crt", "bundled"),
            ("cmsis_path", "/opt/cmsis"),
        ):
            for call in (api.build, api.flash, api.open_transport):
                error = expect_raises(server.ServerError, call, {**nulls(api), name: value})
                assert value in error.message, error
        api.build({**nulls(api), "board": BOARD, "project_type": "host_driven", "crt": "given"})
        api.shutdown()


if __name__ == "__main__":
    common.main()
