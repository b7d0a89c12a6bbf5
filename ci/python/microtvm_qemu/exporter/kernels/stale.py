"""Loads in TVM's C that are used after what they loaded has changed.

For the operands of min and max TVM writes `int32_t v_ = p0[i];`, and takes v_ for every p0[i] that
follows in the scope: also behind `p0[i] = ...;`, as the steps of an unrolled maximum are. Such a name
stands for an expression without effects, so that it is given its value again wherever it is used.
"""

import re

_TEMPORARY = re.compile(r"^ *\w+ (v_(?:_\d+)?) = (.*);$")
_NAME = re.compile(r"\bv_(?:_\d+)?\b")


def reload(body):
    """The body of a function, with each load where it belongs."""
    made, loads, fresh = [], {}, set()
    for line in body.split("\n"):
        declared = _TEMPORARY.match(line)
        text = declared[2] if declared else line
        indent = " " * (len(line) - len(line.lstrip(" ")))
        for name in _stale(text, loads, fresh):
            made.append(f"{indent}{name} = {loads[name]};")
            fresh.add(name)
        made.append(line)
        if not declared:
            fresh.clear()
        elif "[" in text or not loads.keys().isdisjoint(_NAME.findall(text)):
            loads[declared[1]] = text
            fresh.add(declared[1])
    return "\n".join(made)


def _stale(text, loads, fresh):
    """The loads that text uses, each behind those that it uses itself."""
    found = {}
    for name in _NAME.findall(text):
        if name in loads and name not in fresh and name not in found:
            found.update(dict.fromkeys(_stale(loads[name], loads, fresh | found.keys())))
            found[name] = None
    return found
