"""The same request lines to TVM's own server, with a handler that does nothing, and to ours: both
must answer with the same id, code and class of message, and both must go on or both must end."""

import json
import random
import re

import common
from reference_servers import Ours, Reference, load

SEED = 20240731
NAMES = ("IoTimeoutError", "TransportClosedError", "UnsupportedTVMVersionError")
PROBE = {"jsonrpc": "2.0", "method": "close_transport", "params": {}, "id": "probe"}


def lacks_id(line):
    try:
        return "id" not in load(line)
    except ValueError:
        return False


# Where ours answers otherwise, and why: which lines, and what ours must answer then. An error's
# message may be of any class.
DELIBERATE = [
    (
        "an attribute of Python's object is no method of the API",
        lambda line: re.search(rb'"method": "__\w+__"', line),
        ("error", -32601),
    ),
    (
        "a carriage return is white space in JSON; Python's text files end a line there",
        lambda line: re.search(rb"\r(?!\n|$)", line),
        ("result",),
    ),
    (
        "Python converts no integer of over 4300 digits; an id is only sent back",
        lambda line: re.search(rb'"id": \d{4301}', line),
        ("result",),
    ),
    (
        "a request without id is not carried out; TVM carries it out and then has no id to reply to",
        lacks_id,
        ("error", -32000, None),
    ),
]


def outcome(reply):
    """What both must agree on."""
    if reply is None:
        return ("end",)
    if "error" not in reply:
        return ("result", reply["id"])
    error = reply["error"]
    message = error["message"] if error["message"] in NAMES else "free text"
    has_data = isinstance(error["data"], dict) and isinstance(error["data"]["traceback"], str)
    assert has_data or error["data"] is None, error
    return ("error", error["code"], reply["id"], message, has_data)


class Pair:
    """Both servers. Those that have ended are started anew."""

    def __init__(self):
        self._servers = [Reference(), Ours()]

    def compare(self, line):
        """What each answers, and whether it then goes on."""
        results = []
        for i, each in enumerate(self._servers):
            answer = outcome(each.ask(line + b"\n"))
            goes_on = answer != ("end",) and outcome(each.ask(encode(PROBE) + b"\n")) != ("end",)
            results.append((answer, "goes on" if goes_on else "ends"))
            if not goes_on or b"\r" in line:
                each.close()
                self._servers[i] = type(each)()
        return results

    def close(self):
        for each in self._servers:
            each.close()


def encode(request):
    return json.dumps(request).encode()


def is_deliberate(line, answer):
    """Is this line one where ours may differ, and does it as it should?"""
    if answer == ("end",):
        return False
    return any(does(line) and answer[: len(want)] == want for _, does, want in DELIBERATE)


def compare_all(lines):
    """The number of lines, all of which must get the same answers."""
    pair = Pair()
    differences = []
    for line in lines:
        theirs, ours = pair.compare(line)
        if ours != theirs and not is_deliberate(line, ours[0]):
            differences.append(f"{line[:300]!r}\n  TVM:  {theirs}\n  ours: {ours}")
    pair.close()
    print(f"# {len(lines)} lines")
    assert not differences, f"{len(differences)} of {len(lines)} differ\n" + "\n".join(differences)


PARAMS = {
    "server_info_query": {"tvm_version": "0.16.dev0"},
    "generate_project": {
        "model_library_format_path": "/nonexistent/model.tar",
        "standalone_crt_dir": "/nonexistent/crt",
        "project_dir": "/nonexistent/project",
        "options": {"board": "mps2_an385"},
    },
    "build": {"options": {}},
    "flash": {"options": {}},
    "open_transport": {"options": {}},
    "close_transport": {},
    "read_transport": {"n": 3, "timeout_sec": 0.5},
    "write_transport": {"data": "00", "timeout_sec": None},
}

# As text, as Python would not write them all.
VALUES = (
    'null true false 0 1 -1 -0 1.0 1.5 -2.5e3 1e400 NaN Infinity -Infinity "" "x" "2.0" "build" [] {} [1,"a"] '
    '{"a":{}} 18446744073709551616 "\\u0000" "a\\u0000b" "\\ud800" "\\udc00\\ud800" "\\ud83d\\ude00" "\\u00e9" '
    '"\\n" "build\\n"'
).split() + ["9" * 100, "-" + "9" * 4000, "0." + "1" * 200, '"é ☃ 😀"']


def request_text(members):
    """A request from the texts of its members' values."""
    return ("{" + ", ".join(f'"{name}": {text}' for name, text in members.items()) + "}").encode()


def members(method, /, **changes):
    return {
        "jsonrpc": '"2.0"',
        "method": json.dumps(method),
        "params": json.dumps(PARAMS[method]),
        "id": "7",
        **changes,
    }


def params_text(method, /, **changes):
    texts = {name: json.dumps(value) for name, value in PARAMS[method].items()}
    return request_text({**texts, **changes}).decode()


def test_each_method():
    lines = [request_text(members(method)) for method in PARAMS]
    lines.append(request_text(members("server_info_query", params='{"tvm_version": "9.1"}')))
    lines += [
        request_text(members("build", method=f'"{name}"')) for name in ("no", "BUILD", "0", "_")
    ]
    lines += [request_text(members("build", method=f'"__{name}__"')) for name in ("init", "doc")]
    compare_all(lines)


def test_types_of_parameters():
    lines = []
    for method, params in PARAMS.items():
        for name in params:
            if (method, name) == ("generate_project", "standalone_crt_dir"):
                continue  # null is for "none" here: nothing else could say so
            for text in VALUES:
                lines.append(
                    request_text(members(method, params=params_text(method, **{name: text})))
                )
    compare_all(lines)


def test_missing_and_extra_parameters():
    lines = []
    for method, params in PARAMS.items():
        for name in params:
            left = {key: value for key, value in params.items() if key != name}
            lines.append(request_text(members(method, params=json.dumps(left))))
            lines.append(request_text(members(method, params=json.dumps({**left, name + " ": 1}))))
            lines.append(request_text(members(method, params=json.dumps({**params, "more": name}))))
            wrong = {key: [] for key in params}
            lines.append(request_text(members(method, params=json.dumps({**wrong, "more": 1}))))
        for name in ("self", "return", "", "a\0", "options\0"):
            lines.append(request_text(members(method, params=json.dumps({**params, name: 1}))))
    compare_all(lines)


def test_envelope():
    lines = []
    for name in ("jsonrpc", "method", "params", "id"):
        for method in ("close_transport", "build"):
            whole = members(method)
            del whole[name]
            lines.append(request_text(whole))
            lines.append(request_text({**whole, name + "\\u0000": members(method)[name]}))
            lines.append(request_text({**whole, name.upper(): members(method)[name]}))
        lines += [request_text(members("close_transport", **{name: text})) for text in VALUES]
        for text in VALUES:  # the last one counts
            twice = request_text(members("close_transport"))[:-1] + f', "{name}": {text}}}'.encode()
            lines.append(twice)
            lines.append(twice.replace(b"7", b"[]", 1))
    lines.append(request_text(members("close_transport", id="1" * 5000)))
    lines.append(request_text(members("close_transport", more="{}")))
    compare_all(lines)


def test_lines_that_are_no_requests():
    good = request_text(members("close_transport"))
    lines = [text.encode() for text in VALUES]
    lines += [
        b"",
        b" ",
        b"\t",
        b"\xef\xbb\xbf" + good,
        good + b"x",
        good + good,
        good + b" \t ",
        b" " + good,
    ]
    lines += [good + b"\r", good.replace(b" ", b"\r", 1)]
    lines += [
        good.replace(b": 7", b": " + text)
        for text in (b"07", b"+7", b".7", b"7.", b"0x7", b"7e", b"'7'", b"")
    ]
    lines += [
        good.replace(b"7", text)
        for text in (b"nan", b"TRUE", b"nul", b"7,", b"7 /* */", b'"\t"', b'"\\x"')
    ]
    lines += [
        good.replace(b"7", text)
        for text in (b'"\xff"', b'"\xc0\x80"', b'"\xed\xa0\x80"', b'"\xf5\x80\x80\x80"')
    ]
    lines += [
        good.replace(b"7", text)
        for text in (b'"\xe2\x82"', b'"\\u12"', b'"\\u12g4"', b'"\\ud83dx"', b'"\x7f"')
    ]
    lines += [good.replace(b"{}", b"[" * depth + b"]" * depth) for depth in (1, 500, 100000)]
    lines += [
        good.replace(b"{}", b'{"a":' * depth + b"1" + b"}" * depth) for depth in (1, 500, 100000)
    ]
    lines += [
        b"{" * 1000,
        b"[" * 1000,
        b'"' + b"a" * 100000,
        b"GET / HTTP/1.1",
        b"\0",
        good.replace(b" ", b"\0"),
    ]
    compare_all(lines)


def spaced(rng, request):
    """The same request: other white space, escapes for letters, members in another order."""

    def text(value):
        if isinstance(value, dict):
            items = list(value.items())
            rng.shuffle(items)
            return (
                "{"
                + ",".join(
                    gap() + text(k) + gap() + ":" + gap() + text(v) + gap() for k, v in items
                )
                + "}"
            )
        if isinstance(value, str):
            return '"' + "".join(letter(c) for c in value) + '"'
        return json.dumps(value)

    def gap():
        return "".join(rng.choice(" \t") for _ in range(rng.randrange(3)))

    def letter(c):
        return f"\\u{ord(c):04x}" if rng.random() < 0.3 else "\\/" if c == "/" else c

    return (gap() + text(request) + gap()).encode()


def any_request(rng):
    method = rng.choice(list(PARAMS))
    ids = [rng.randrange(-(10**20), 10**20), 'é\u2603\n"\\', "", None, True]
    return {"jsonrpc": "2.0", "method": method, "params": PARAMS[method], "id": rng.choice(ids)}


def test_spaces_and_escapes():
    rng = random.Random(SEED)
    compare_all([spaced(rng, any_request(rng)) for _ in range(100)])


def test_truncated():
    rng = random.Random(SEED + 1)
    lines = [spaced(rng, any_request(rng)) for _ in range(60)]
    compare_all([line[: rng.randrange(len(line))] for line in lines])


def test_damaged():
    rng = random.Random(SEED + 2)
    lines = []
    for _ in range(200):
        line = bytearray(encode(any_request(rng)))
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(len(line))
            byte = rng.choice(b'{}[]":,\\0123456789.-+eEtfnuNI \t\x00\x1f\x7f\x80\xc3\xed\xf4\xff')
            line[at : at + rng.randrange(2)] = bytes([byte]) if rng.random() < 0.8 else b""
        lines.append(bytes(line))
    compare_all(lines)


def test_last_line_without_newline():
    good = encode(PROBE)
    for data in (
        good,
        good + b"\n" + good,
        good + b"\n\n",
        b"",
        b"\n",
        good[:-1],
        good + b"\n" + good[:-1],
    ):
        theirs, ours = Reference(), Ours()
        want, got = ([outcome(reply) for reply in each.last(data)] for each in (theirs, ours))
        assert want == got, (data, want, got)
        theirs.close()
        ours.close()


if __name__ == "__main__":
    common.main()
