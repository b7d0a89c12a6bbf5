"""TVM's command line driver as it is, with the session that the wheel lacks."""

import sys

import common
import micro_session

common.import_tvm(micro_session.connect)
from tvm.driver.tvmc import main  # pylint: disable=wrong-import-position

del sys.argv[1]  # the build folder, which common has read
main.main()
