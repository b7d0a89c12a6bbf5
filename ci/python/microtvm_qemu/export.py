"""`python -m microtvm_qemu.export`: a model's file as an archive of plain C.

The module can be called: it is what `microtvm_qemu.export(...)` calls, whoever imported what.
"""

import argparse
import contextlib
import gc
import importlib
import os
import pathlib
import sys
import tempfile
import types

from .errors import ExportError


def export(*args, **kwargs):
    """See microtvm_qemu.exporter.export."""
    return _exporter().export(*args, **kwargs)


def _exporter():
    try:
        return importlib.import_module(".exporter", __package__)
    except ImportError as error:
        raise ImportError(
            f"export needs TVM, 0.25 or later (pip install apache-tvm): {error}"
        ) from error


class _Callable(types.ModuleType):
    def __call__(self, *args, **kwargs):
        return export(*args, **kwargs)


sys.modules[__name__].__class__ = _Callable


def _shape(text):
    name, equals, dims = text.rpartition("=")
    try:
        return name, [int(dim) for dim in dims.split(",")] if equals and name else int("")
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: want NAME=1,3,32,32") from None


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m microtvm_qemu.export",
        description="Makes a Model Library Format archive of plain C out of a model, with TVM's own "
        "compiler: what `microtvm-qemu run` and `regress` take.",
        epilog="With --golden DIR, `microtvm-qemu regress DIR/suite.json` tries the archive on boards. "
        "Exit code: 0 it is written, 1 the model can't be exported, 2 a mistake in the arguments.",
    )
    parser.add_argument("model", help="a file: .onnx, .pt2 (torch.export.save) or .tflite")
    parser.add_argument(
        "-o", "--output", required=True, metavar="FILE", help="the archive, model.tar"
    )
    parser.add_argument("--name", default="default", help="of the model, in C names (%(default)s)")
    parser.add_argument(
        "--interface",
        choices=["packed", "c"],
        default="packed",
        help="packed: a host drives it; c: an application calls it (%(default)s)",
    )
    parser.add_argument(
        "--shape",
        action="append",
        default=[],
        type=_shape,
        metavar="NAME=1,3,32,32",
        help="of an input whose shape the file leaves open; may be repeated",
    )
    parser.add_argument(
        "--golden",
        metavar="DIR",
        help="write inputs and what this computer makes of them there, as .npy",
    )
    return parser


@contextlib.contextmanager
def _quiet():
    """TVM and its front ends print what they stumble over, to both streams: what matters of it is in
    the exception. All of it is shown where something else went wrong."""
    sys.stdout.flush()
    with tempfile.TemporaryFile() as file:
        saved = [os.dup(1), os.dup(2)]
        shown = True
        try:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
            yield
            shown = False
        except (ExportError, ImportError) as error:
            shown = False
            # TVM speaks again when what it was at goes, with the frames that hold it.
            error = error.with_traceback(None)
            error.__cause__ = error.__context__ = None
            gc.collect()
            raise error from None
        finally:
            sys.stdout.flush()
            for number, kept in enumerate(saved, 1):
                os.dup2(kept, number)
                os.close(kept)
            if shown:
                file.seek(0)
                sys.stderr.write(file.read().decode(errors="replace"))


def _check_output(args):
    model, output = pathlib.Path(args.model), pathlib.Path(args.output)
    if model.exists() and output.exists() and model.samefile(output):
        raise ExportError(f"{output}: is the model itself: name another file for the archive")


def _work(args):
    _check_output(args)
    _exporter()
    from .exporter.frontends import load
    from .exporter.golden import host_of
    from .exporter.names import name_of

    module = load(args.model, dict(args.shape))
    names = [name_of(param) for param in module["main"].params]
    return export(
        module,
        args.output,
        name=args.name,
        interface=args.interface,
        golden=args.golden,
        host=host_of(args.model, names) if args.golden else None,
    )


def main(arguments=None):
    """The command line; returns the exit code."""
    args = _parser().parse_args(arguments)
    try:
        with _quiet():
            made = _work(args)
    except ImportError as error:
        print(f"export: {error}", file=sys.stderr)
        return 1
    except ExportError as error:
        print(f"export: {error}", file=sys.stderr)
        return 1
    print(
        f"{made.path}: {len(made.operators)} operators, workspace {made.workspace_size_bytes} bytes, "
        f"constants {made.constants_size_bytes} bytes"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
