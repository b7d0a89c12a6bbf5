"""Runs FOLDER/NAME/{relay,relax}.tar on boards, and prints what they take as a table."""

import pathlib
import sys

import numpy as np

import microtvm_qemu

BOARDS = ("mps2_an385", "qemu_riscv32")
UNITS = (1024, 1024, 1000)
HEAD = "| network | board | ROM, KB | | RAM, KB | | 1000 instructions | |"


def measure(folder, compiler, board):
    """(bytes of ROM, bytes of RAM, instructions), of all that is in the firmware."""
    _, report = microtvm_qemu.run(
        folder / f"{compiler}.tar",
        board,
        [np.load(folder / f"{compiler}.npy")],
        project_type="aot_standalone_demo",
        count=True,
        memory=True,
    )
    parts = {part["name"]: part for part in report["memory"]["parts"]}
    stack = report["memory"]["peak"]["stack_bytes"]
    ram = report["memory"]["ram"]["used_bytes"] - parts["stack"]["ram_bytes"] + stack
    return (
        report["memory"]["flash"]["used_bytes"],
        ram,
        report["counts"]["instructions_per_inference"],
    )


def row(folder, board):
    cells = [folder.name, board]
    pairs = zip(measure(folder, "relay", board), measure(folder, "relax", board))
    for unit, (old, new) in zip(UNITS, pairs):
        cells += [f"{old / unit:,.1f} → {new / unit:,.1f}", f"{new / old:.2f}"]
    return f"| {' | '.join(cells)} |"


def main():
    print(HEAD)
    print("|---|---|--:|--:|--:|--:|--:|--:|")
    for folder in sorted(pathlib.Path(sys.argv[1]).iterdir()):
        for board in BOARDS:
            print(row(folder, board), flush=True)


main()
