"""Imported by every Python that starts with this folder in PYTHONPATH: TVM's tuners and tests start
processes of their own, which must find what common.import_tvm gives to a script. Template folders
under the names of TVM's platforms are this server's. $MICROTVM_QEMU_BUILD says which."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import common  # pylint: disable=wrong-import-position
import micro_session  # pylint: disable=wrong-import-position

tvm = common.import_tvm(micro_session.connect)
_templates_of_export = tvm.micro.model_library_format.get_microtvm_template_projects


def _template_folder(platform):
    return _templates_of_export(platform) if platform == "crt" else str(common.TEMPLATE)


for module in (tvm.micro, tvm.micro.build):
    module.get_microtvm_template_projects = _template_folder
if "TVM_CHECKOUT" in os.environ:  # the wheel lacks some of TVM's Python files
    tvm.contrib.__path__.append(f"{os.environ['TVM_CHECKOUT']}/python/tvm/contrib")
