#!/bin/sh
# Starts the Project API server of the folder that this file is in: a generated project has its own
# copy of the program; the template uses the one it was installed with.
case $0 in
*/*) dir=${0%/*} ;;
*) dir=. ;;
esac

program=$dir/microtvm-qemu
[ -x "$program" ] || program=$dir/../../../bin/microtvm-qemu
if [ ! -x "$program" ]; then
    echo "$0: no program \"$dir/microtvm-qemu\" and none at \"$program\":" \
        "generate the project again, or install microtvm-qemu again" >&2
    exit 1
fi

# TVM from 0.12 on puts the path of a Python server in front of the options.
case ${1-} in
-*) ;;
*) [ $# -eq 0 ] || shift ;;
esac

exec "$program" serve --project-dir "$dir" "$@"
