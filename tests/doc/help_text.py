"""What the program says of itself."""

import json
import re
import subprocess

# "  -b, --board NAME            the board": up to the gap, or the end of the line.
OPTION_LINE = re.compile(r"^ {2,}(-.*?)(?:  +(.*))?$")
OPTION = re.compile(r"(?<![\w-])--?[A-Za-z][a-z-]*")


def commands(program):
    text = subprocess.check_output([program, "help"], text=True)
    return re.findall(r"^  ([a-z][a-z-]*) ", text, re.MULTILINE)


def text(program, command):
    """command: None for the program itself. help and version have no text of their own."""
    if command in ("help", "version"):
        return ""
    arguments = [command, "--help"] if command else ["--help"]
    return subprocess.check_output([program, *arguments], text=True)


def options(help_text):
    """{option: what is said of it}."""
    found = {}
    names = []
    for line in help_text.splitlines():
        match = OPTION_LINE.match(line)
        if match:
            names = OPTION.findall(match.group(1))
            found.update({name: match.group(2) or "" for name in names})
        elif line.startswith(" " * 20):
            for name in names:
                found[name] += " " + line.strip()
        else:
            names = []
    return found


def project_options(program):
    """{name: choices or None} of those that are not only there to be ignored."""
    folder = subprocess.check_output([program, "template-dir"], text=True).strip()
    request = {"jsonrpc": "2.0", "id": 1, "method": "server_info_query",
               "params": {"tvm_version": "0.18.0"}}
    reply = subprocess.run(
        [program, "serve", "--read-fd", "0", "--write-fd", "1", "--project-dir", folder],
        input=json.dumps(request) + "\n", stdout=subprocess.PIPE, text=True, check=True,
    ).stdout
    found = json.loads(reply)["result"]["project_options"]
    return {option["name"]: option["choices"] for option in found
            if not option["help"].startswith("Ignored")}
