"""TVM's own Project API server with a handler that does nothing: what a call costs in Python before
any board is asked. Started as: reference_server.py SERVER_PY --read-fd N --write-fd N"""

import importlib.util
import sys

# The file alone: `import tvm` would be counted as the start of the server.
spec = importlib.util.spec_from_file_location("server", sys.argv.pop(1))
server = importlib.util.module_from_spec(spec)
sys.modules["server"] = server
spec.loader.exec_module(server)


class Handler(server.ProjectAPIHandler):
    """Reads are zeros, writes go nowhere."""

    def server_info_query(self, tvm_version):
        return server.ServerInfo(
            platform_name="reference",
            is_template=True,
            model_library_format_path="",
            project_options=[],
        )

    def generate_project(self, model_library_format_path, standalone_crt_dir, project_dir, options):
        pass

    def build(self, options):
        pass

    def flash(self, options):
        pass

    def open_transport(self, options):
        return server.TransportTimeouts(0, 0, 0)

    def close_transport(self):
        pass

    def read_transport(self, n, timeout_sec):
        return bytes(n)

    def write_transport(self, data, timeout_sec):
        pass


server.main(Handler())
