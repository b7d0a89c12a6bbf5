"""A report as `regress` writes it, with all that can be in one: what its readers are tried with."""

HOSTILE = "a<b>&\"'|*`[x](y)\x1b[31m\x01\n::error::no\n##[error]no\t\xff\uffff%0A]]>--> \u202e end"


def run_document():
    """What the reports show of a run's document."""
    return {
        "format": "microtvm-qemu run",
        "version": 1,
        "outputs": [
            {
                "name": "output",
                "comparison": {
                    "matches": False,
                    "count": 1000,
                    "absolute_errors": [
                        {"at_most": 0, "count": 700},
                        {"at_most": 1e-6, "count": 250},
                        {"at_most": 0.1, "count": 49},
                        {"at_most": None, "count": 1},
                    ],
                },
            }
        ],
        "memory": {
            "flash": {"size_bytes": 262144, "used_bytes": 131072},
            "ram": {"size_bytes": 65536, "used_bytes": 16384},
            "parts": [
                {"name": "model code", "flash_bytes": 90000, "ram_bytes": 0},
                {"name": "workspace", "flash_bytes": 0, "ram_bytes": 9000},
                {"name": "stack", "flash_bytes": 0, "ram_bytes": 4096},
            ],
        },
        "counts": {
            "instructions_per_inference": 120000,
            "operators": [
                {"name": "fused_nn_conv2d_add_nn_relu", "calls": 1, "instructions": 90000, "share": 0.75},
                {"name": "fused_nn_dense_add", "calls": 1, "instructions": 25000, "share": 0.2},
                {"name": "fused_nn_softmax", "calls": 1, "instructions": 5000, "share": 0.05},
            ],
        },
    }


def case(name, board, status, **rest):
    failures = [{"kind": "output", "message": 'output "y": 3 of 1000 elements differ'}]
    return {
        "name": f"{name}@{board}",
        "model": f"models/{name}.tar",
        "board": board,
        "status": status,
        "flaky": False,
        "attempts": 0 if status == "not run" else 1,
        "time_ms": 1234.5,
        "exit_code": {"passed": 0, "failed": 1, "error": 5}.get(status),
        "failures": failures if status in ("failed", "error") else [],
        "command": f"microtvm-qemu run models/{name}.tar --board {board}",
        "log": None if status == "passed" else "generate 20.1 ms\nbuild 300.5 ms\n",
        "measures": {"instructions": 120000, "rom_bytes": 131072, "ram_bytes": 16384},
        "baseline": {
            "instructions": 100000,
            "rom_bytes": 131072,
            "ram_bytes": 16000,
            "operators": {"fused_nn_conv2d_add_nn_relu": 70000, "fused_nn_softmax": 5000},
        },
        "run": run_document(),
        **rest,
    }


def report(cases, **rest):
    def count(status):
        return sum(item["status"] == status for item in cases)

    bad = count("failed") + count("error") + count("not run")
    return {
        "format": "microtvm-qemu regress",
        "version": 1,
        "program": "microtvm-qemu 0.1.0",
        "suite": "suite.json",
        "time_ms": 4321.0,
        "interrupted": False,
        "shard": {"number": 1, "count": 1},
        "cases": cases,
        "totals": {
            "passed": count("passed"),
            "flaky": sum(item["flaky"] for item in cases),
            "failed": count("failed"),
            "errors": count("error"),
            "not_run": count("not run"),
        },
        "exit_code": 1 if bad else 0,
        **rest,
    }


def whole():
    """One of each kind, two of them with names and texts that mean harm."""
    evil = {**case("evil", "b", "failed"), "name": HOSTILE, "log": HOSTILE, "command": HOSTILE}
    evil["failures"] = [{"kind": HOSTILE, "message": HOSTILE}, {"kind": "x", "message": "second"}]
    evil["run"]["outputs"][0]["name"] = HOSTILE
    evil["run"]["counts"]["operators"][0]["name"] = HOSTILE
    return report(
        [
            case("keywords", "mps2_an385", "passed"),
            case("keywords", "qemu_riscv32", "failed"),
            case("wakeword", "mps2_an385", "error"),
            case("anomaly", "mps2_an385", "passed", flaky=True, attempts=2),
            case("vision", "qemu_riscv32", "not run", measures=None, baseline=None, run=None, log=None),
            evil,
        ]
    )
