"""tvmc micro and tvmc run --device micro, each a process of its own, as a user types them."""

import json
import subprocess
import sys

import numpy as np

import common
from common import scratch

DIGITS = common.MODELS / "digits.tar"
TEMPLATE = ("template", "--template-dir", str(common.TEMPLATE))
BOARD = "mps2_an385"
# How the driver ends: by its own checks, and by an error of the server.
REFUSED, SERVER_ERROR = 4, 1


def tvmc(folder, *arguments, status=0):
    """What it printed."""
    result = subprocess.run(
        [sys.executable, common.SOURCE / "tests/tvm/tools/tvmc_main.py", common.BUILD, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert result.returncode == status, (arguments, result.returncode, result.stdout)
    return result.stdout


def create(folder, *options, status=0):
    return tvmc(
        folder,
        *("micro", "create-project", "project", str(DIGITS), *TEMPLATE),
        *("--project-option", *options),
        status=status,
    )


def test_list_options():
    with scratch() as folder:
        text = tvmc(folder, "micro", "create-project", "p", "m", *TEMPLATE, "--list-options")
        names = [path.stem for path in (common.SOURCE / "qemu-machines").glob("*.json")]
        boards = sorted(name for name in names if "." not in name)
        assert f"board={{{', '.join(boards)}}}" in " ".join(text.split()), text
        assert text.count("(required)") == 1, text
        for name in ("verbose={true, false}", "workspace_size_bytes=", "compile_definitions="):
            assert name in text, (name, text)
        text = tvmc(folder, "micro", "build", "p", *TEMPLATE, "--list-options")
        assert "verbose={true, false}" in text and "(required)" not in text, text


def test_from_create_to_run():
    images = np.load(common.MODELS / "digits_images.npy")
    expected = np.load(common.MODELS / "digits_expected.npy")
    with scratch() as folder:
        create(folder, f"board={BOARD}", "optimization=s", "workspace_size_bytes=65536")
        project = json.loads((folder / "project/project.json").read_text())
        assert project["options"]["optimization"] == "s", project["options"]
        text = tvmc(folder, "micro", "flash", "project", *TEMPLATE, status=REFUSED)
        assert "Could not find a build" in text, text
        tvmc(folder, "micro", "build", "project", *TEMPLATE)
        text = tvmc(folder, "micro", "build", "project", *TEMPLATE, status=REFUSED)
        assert "already a build" in text, text
        tvmc(folder, "micro", "build", "project", "-f", *TEMPLATE)
        tvmc(folder, "micro", "flash", "project", *TEMPLATE)
        common.expect_no_process(folder)
        text = tvmc(folder, "run", "--device", "micro", "project", "--list-options")
        assert "icount=" in text, text
        for i in (0, 1):
            np.savez(folder / "in.npz", image=images[i])
            tvmc(
                folder,
                *("run", "--device", "micro", "project"),
                *("--inputs", "in.npz", "--outputs", "out.npz"),
            )
            got = np.load(folder / "out.npz")["output_0"]
            np.testing.assert_allclose(got, expected[i], rtol=1e-4, atol=1e-5)
        common.expect_no_process(folder)
        # What was typed once holds for the later commands, which send null for it.
        project = json.loads((folder / "project/project.json").read_text())
        assert project["options"]["optimization"] == "s", project["options"]
        assert project["options"]["workspace_size_bytes"] == 65536, project["options"]


# What tvmc's front end for Relay reads.
RELU = """#[version = "0.0.5"]
def @main(%x: Tensor[(1, 4), float32]) { nn.relu(%x) }
"""


def test_a_module_with_a_name_of_its_own():
    """tvmc run asks for the module "default", whatever --module-name was."""
    value = np.float32([[-1, 2, -3, 4]])
    with scratch() as folder:
        (folder / "model.relay").write_text(RELU)
        np.savez(folder / "in.npz", x=value)
        tvmc(
            folder,
            *("compile", "model.relay", "--model-format", "relay", "--input-shapes", "x:[1,4]"),
            *("--module-name", "wake_word", "--target", "c", "--executor", "aot"),
            *("--runtime", "crt", "--runtime-crt-system-lib", "1"),
            *("--pass-config", "tir.disable_vectorize=1"),
            *("--output-format", "mlf", "--output", "model.tar"),
        )
        tvmc(
            folder,
            *("micro", "create-project", "project", "model.tar", *TEMPLATE),
            *("--project-option", f"board={BOARD}"),
        )
        tvmc(folder, "micro", "build", "project", *TEMPLATE)
        tvmc(folder, "micro", "flash", "project", *TEMPLATE)
        tvmc(
            folder,
            *("run", "--device", "micro", "project"),
            *("--inputs", "in.npz", "--outputs", "out.npz"),
        )
        got = np.load(folder / "out.npz")["output_0"]
        np.testing.assert_array_equal(got, np.maximum(value, 0))


def test_mistakes():
    with scratch() as folder:
        for options, said, status in (
            (["verbose=true"], "'board' is required", REFUSED),
            ([f"board={BOARD}", "verbose=maybe"], "maybe", REFUSED),
            # This passes tvmc's own check; the server says no, and tvmc prints why.
            ([f"board={BOARD}", "workspace_size_bytes=8k"], "whole number", SERVER_ERROR),
        ):
            text = create(folder, *options, status=status)
            assert said in text, (options, text)
            assert not (folder / "project").exists(), (options, text)
        create(folder, f"board={BOARD}")
        text = create(folder, f"board={BOARD}", status=REFUSED)
        assert "already exists" in text, text


if __name__ == "__main__":
    common.main()
