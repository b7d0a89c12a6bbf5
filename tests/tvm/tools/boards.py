"""boards.json, as TVM's test tools read it, and what they make of it."""

import json

import common

tvm = common.import_tvm()
from tvm.micro.testing import utils  # pylint: disable=wrong-import-position

# The models that tvm.target.micro has known in every release from 0.8 to 0.18. A board may name no
# other one: TVM refuses to make a target of it.
EVERY_RELEASE = {
    "atsamd51",
    "cxd5602gg",
    "esp32",
    "host",
    "imxrt10xx",
    "mps2_an521",
    "nrf52840",
    "nrf5340dk",
    "sam3x8e",
    "stm32f746xx",
    "stm32l4r5zi",
    "zynq_mp_r5",
}
# What TVM's helpers, its tests and the servers beside its own boards.json look up, and its type.
KEYS = {
    "board": str,
    "model": str,
    "is_qemu": bool,
    "fpu": bool,
    "vid_hex": str,
    "pid_hex": str,
    "recommended_heap_size_bytes": int,
}

BOARDS = json.loads((common.TEMPLATE / "boards.json").read_text())
DEFINITIONS = {
    path.stem: json.loads(path.read_text())
    for path in (common.SOURCE / "qemu-machines").glob("*.json")
    if "." not in path.stem
}


def test_every_board_has_what_is_looked_up():
    assert BOARDS.keys() == DEFINITIONS.keys(), BOARDS.keys()
    for name, board in BOARDS.items():
        assert {key: type(value) for key, value in board.items()} == KEYS, (name, board)
        assert board["board"] == name and board["is_qemu"], (name, board)
        heap, regions = board["recommended_heap_size_bytes"], DEFINITIONS[name]["memory"]["regions"]
        assert 0 < heap < max(region["size_bytes"] for region in regions), (name, heap, regions)


def test_every_model_makes_a_target():
    tvm.micro.get_microtvm_template_projects = lambda _: str(common.TEMPLATE)
    for name, board in BOARDS.items():
        assert board["model"] in EVERY_RELEASE, (name, board["model"])
        for target in (tvm.target.target.micro(board["model"]), utils.get_target("zephyr", name)):
            assert target.model == board["model"], (name, target)
            assert target.kind.name == "c", (name, target)
            toolchain = DEFINITIONS[name]["toolchain"]
            several = toolchain if isinstance(toolchain, list) else [toolchain]
            cpu = [flag[6:] for one in several for flag in one["flags"] if "-mcpu=" in flag]
            assert not target.mcpu or target.mcpu in cpu, (name, target, cpu)


def the_recommended_heap_fits(name):
    heap = BOARDS[name]["recommended_heap_size_bytes"]
    with common.scratch() as folder:
        tvm.micro.project.generate_project_from_mlf(
            common.TEMPLATE,
            folder / "project",
            common.MODELS / "digits.tar",
            {"board": name, "heap_size_bytes": heap},
        ).build()


common.on_every_board(the_recommended_heap_fits)


if __name__ == "__main__":
    common.main()
