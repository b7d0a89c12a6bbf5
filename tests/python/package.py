"""The wheel: what is in it, and that it works wherever it is, with nothing but what it brought."""

import atexit
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

import common

SCRATCH = pathlib.Path(tempfile.mkdtemp(prefix="microtvm-qemu-package-")).resolve()
atexit.register(shutil.rmtree, SCRATCH)
BUNDLED = "microtvm_qemu/program"
BOARD = next(iter(common.BOARDS))
# Of the C library, which goes with the kernel's loader; with the loader, and the kernel's own.
SYSTEM = re.compile(r"(lib(c|m)\.so\.6|ld-linux.*|linux-vdso.*)$")


def output(*command, **options):
    result = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options
    )
    assert result.returncode == 0, f"{command}:\n{result.stdout[-5000:]}"
    return result.stdout


def pip(*arguments):
    output(sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments)


def the_wheel():
    (path,) = SCRATCH.glob("wheel/*.whl")
    return path


def libraries_of(program):
    """Where the loader finds each of them."""
    lines = output("ldd", program).splitlines()
    assert not [line for line in lines if "not found" in line], lines
    found = {line.split()[0]: line.split()[2] for line in lines if "=>" in line}
    return {name: path for name, path in found.items() if not SYSTEM.match(name)}


def environment(site):
    """Of a user who has the package there, and nothing else of ours."""
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "MICROTVM_QEMU")}
    return {**env, "PYTHONPATH": str(site)}


def test_pip_makes_it():
    """The tree that is built once for all runs of this is no other than a new one."""
    pip(
        "wheel", "--no-build-isolation", "--no-deps", "-w", SCRATCH / "wheel",
        f"--config-settings=build-dir={common.BUILD}/tests/wheel", common.SOURCE / "ci/python",
    )  # fmt: skip
    version = output(common.PROGRAM, "version").split()[-1]
    machine = os.uname().machine
    assert the_wheel().name == f"microtvm_qemu-{version}-py3-none-linux_{machine}.whl"


def test_what_is_in_it():
    with zipfile.ZipFile(the_wheel()) as wheel:
        names = set(wheel.namelist())
        mode = {i.filename: i.external_attr >> 16 & 0o777 for i in wheel.infolist()}
        metadata = wheel.read(next(n for n in names if n.endswith("/METADATA"))).decode()
    for name in ("microtvm-qemu", "template/launch_microtvm_api_server.sh"):
        path = (
            f"{BUNDLED}/bin/{name}" if "/" not in name else f"{BUNDLED}/share/microtvm-qemu/{name}"
        )
        assert mode[path] == 0o755, (path, oct(mode[path]))
    sources = {f"microtvm_qemu/{p}" for p in sources_of("ci/python/microtvm_qemu")}
    files = {f"{BUNDLED}/share/microtvm-qemu/guest/{p}" for p in sources_of("guest")}
    assert sources and files and sources | files <= names, (sources | files) - names
    leftovers = re.compile(r"__pycache__|/\.complete$|/share/(man|zsh|bash-completion)/")
    assert not [n for n in names if leftovers.search(n)]
    assert "Requires-Dist: numpy\n" in metadata and "Requires-Python: >=3.9\n" in metadata, metadata


def sources_of(folder):
    """All files that are no leftovers of Python's."""
    folder = common.SOURCE / folder
    files = (p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    return {str(p) for p in files if "__pycache__" not in p.parts}


def test_it_brings_what_it_links():
    pip("install", "--no-deps", "--no-index", "--target", SCRATCH / "site", the_wheel())
    program = SCRATCH / "site" / BUNDLED / "bin/microtvm-qemu"
    brought = pathlib.Path(f"{program}.libs")
    libraries = libraries_of(program)
    assert "libcjson.so.1" in libraries, libraries
    for name, path in libraries.items():
        assert path == str(brought / name), (name, path)
        libraries_of(path)
    # All that is there is needed, and a licence for each, that of a static libarchive included.
    assert set(os.listdir(brought)) == {*libraries, "licenses"}
    if shutil.which("dpkg-query"):
        licenses = list((brought / "licenses").iterdir())
        assert len(licenses) == len(libraries) + ("libarchive.so.13" not in libraries), licenses
        assert all("copyright" in p.read_text(errors="replace").lower() for p in licenses)
        assert not [p.name for p in licenses if "cross" in p.name], "of another machine's library"


def test_it_works_wherever_it_is():
    """Moved after it was installed, and out of another folder."""
    site = SCRATCH / "moved site"
    os.rename(SCRATCH / "site", site)
    script = (
        "import sys, numpy as np, microtvm_qemu\n"
        "inputs = {n: np.load(f'{sys.argv[1]}/pair_{n}.npy') for n in ('signal', 'codes')}\n"
        "outputs, report = microtvm_qemu.run(sys.argv[1] + '/pair.tar', sys.argv[2], inputs)\n"
        "for i in range(2):\n"
        "    expected = np.load(f'{sys.argv[1]}/pair_output{i}.npy')\n"
        "    np.testing.assert_allclose(outputs[f'output{i}'], expected, rtol=1e-5, atol=1e-5)\n"
        "print(microtvm_qemu.__version__, report['versions']['microtvm_qemu'])\n"
        "print(microtvm_qemu.template_dir(), microtvm_qemu.__file__, sep='\\n')\n"
    )
    text = output(
        sys.executable, "-c", script, common.MODELS, BOARD, cwd=SCRATCH, env=environment(site)
    )
    versions, template, file = text.splitlines()
    assert len(set(versions.split())) == 1, versions
    assert template == str(site / BUNDLED / "share/microtvm-qemu/template")
    assert file == str(site / "microtvm_qemu/__init__.py")


def test_the_command_is_the_program():
    site = SCRATCH / "moved site"
    command = [sys.executable, site / "bin/microtvm-qemu"]
    text = output(*command, "boards", "--json", env=environment(site))
    assert [b["name"] for b in json.loads(text)["boards"]] == list(common.ALL_BOARDS)
    result = subprocess.run([*command, "run", "none.tar"], env=environment(site), check=False)
    assert result.returncode == 2
    # Without a program inside, the command must not find itself in PATH, and start for ever.
    program = site / BUNDLED
    program.rename(f"{program}.away")
    try:
        env = {**environment(site), "PATH": f"{site}/bin:{os.environ['PATH']}"}
        (site / "bin/microtvm-qemu").chmod(0o755)
        result = subprocess.run(
            [*command, "version"], env=env, capture_output=True, text=True, timeout=60, check=False
        )
        assert result.returncode == 1 and "there is no program" in result.stderr, result
    finally:
        pathlib.Path(f"{program}.away").rename(program)


def test_pytest_finds_the_plugin():
    text = output(
        sys.executable,
        "-m",
        "pytest",
        "--help",
        cwd=SCRATCH,
        env=environment(SCRATCH / "moved site"),
    )
    assert "--microtvm-board=NAME" in text, text


def test_a_project_is_whole_by_itself():
    """It stays usable when the package is gone."""
    site = SCRATCH / "moved site"
    output(
        site / BUNDLED / "bin/microtvm-qemu", "run", common.MODELS / "digits.tar", "-b", BOARD,
        "-i", common.MODELS / "digits_images.npy", "--keep", SCRATCH / "project",
    )  # fmt: skip
    shutil.rmtree(site)
    program = SCRATCH / "project/microtvm-qemu"
    for name, path in libraries_of(program).items():
        assert path == f"{program}.libs/{name}", (name, path)
    query = (
        '{"jsonrpc": "2.0", "id": 1, "method": "server_info_query", "params": {"tvm_version": "0"}}'
    )
    text = output(
        "sh", "-c", 'exec "$0" --read-fd 0 --write-fd 1', program.parent / "microtvm_api_server.sh",
        input=f"{query}\n",
    )  # fmt: skip
    assert json.loads(text)["result"]["is_template"] is False, text


if __name__ == "__main__":
    common.main()
