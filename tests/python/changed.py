"""Archives of tests/models, changed so that their firmware ends badly."""

import pathlib
import tarfile

import common

_SOURCE = "codegen/host/src/pair_lib2.c"
_BEGIN = "void* resource_handle) {\n"  # of a function of the model
_IN_FRONT = """#include <stdlib.h>
static void (*volatile nothing)(void);
static void __attribute__((noinline)) die(void) { %s }
"""
FAULT = "nothing();"
HANG = 'for (;;) __asm__ volatile("");'


def pair_that(statement, folder):
    """pair.tar, whose model does this first; a new archive in the folder."""
    folder = pathlib.Path(folder, "model")
    with tarfile.open(common.MODELS / "pair.tar") as archive:
        archive.extractall(folder)
    source = folder / _SOURCE
    text = source.read_text()
    assert _BEGIN in text
    text = text.replace(_BEGIN, f"{_BEGIN}die();\n", 1)
    source.write_text(_IN_FRONT % statement + text)
    with tarfile.open(f"{folder}.tar", "w") as archive:
        for item in sorted(folder.iterdir()):
            archive.add(item, item.name)
    return f"{folder}.tar"
