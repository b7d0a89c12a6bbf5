"""The tar file: the same files give the same bytes."""

import io
import os
import pathlib
import tarfile
import tempfile

from ...errors import ExportError


def check_path(path):
    """Where an archive is to go: refused before any work is done."""
    try:
        path = pathlib.Path(path)
    except TypeError:
        raise ExportError(f"path: {path!r} is no file's name") from None
    if path.is_dir():
        raise ExportError(f"{path}: a folder: name the archive, as in {path / 'model.tar'}")
    if not path.parent.is_dir():
        raise ExportError(f"{path}: there is no folder {path.parent}")
    return path


def write(path, files):
    """{name: text} as an uncompressed tar, which appears at path whole or not at all."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(files):
            data = files[name].encode()
            info = tarfile.TarInfo("./" + name)
            info.size, info.mode = len(data), 0o644
            tar.addfile(info, io.BytesIO(data))
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".export-", delete=False) as file:
            temporary = file.name
            file.write(buffer.getvalue())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise ExportError(f"{path}: can't be written: {error.strerror}") from error
