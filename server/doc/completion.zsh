#compdef microtvm-qemu
# zsh completion for microtvm-qemu. Boards, project types and project options are asked of the
# program that is about to be called.

# A line "NAME TYPE [CHOICE,...]" for each project option.
_microtvm-qemu_settings() {
    local folder
    folder=$($program template-dir 2>/dev/null) || return
    print -r '{"jsonrpc": "2.0", "id": 1, "method": "server_info_query", "params": {"tvm_version": "0.18.0"}}' |
        $program serve --read-fd 0 --write-fd 1 --project-dir $folder 2>/dev/null |
        sed 's/{"name":/\n&/g' | sed -nE '/"help":"Ignored/d
            s/^\{"name":"([^"]*)","choices":(null|\[([^]]*)\]).*"type":"([a-z]*)".*/\1 \4 \3/p' | tr -d '"'
}

# _microtvm-qemu_choices [COMPADD-OPTION...] NAME: what the project option NAME may be; fails where
# that is not known. A board is also the file of a definition.
_microtvm-qemu_choices() {
    local wanted=$@[-1] name type choices
    [[ $wanted != board || $PREFIX != */* ]] || return 1
    _microtvm-qemu_settings | while read -r name type choices; do
        [[ $name == $wanted ]] || continue
        [[ $type != bool ]] || choices=true,false
        [[ -n $choices ]] || return 1
        compadd "${@[1,-2]}" -- ${(s:,:)choices}
        return 0
    done
    return 1
}

_microtvm-qemu_board() { _microtvm-qemu_choices "$@" board || _files; }

_microtvm-qemu_option() {
    local -a names
    if compset -P '*='; then
        _microtvm-qemu_choices "$@" ${${IPREFIX%=}##*=} || _files
    else
        names=(${${(f)"$(_microtvm-qemu_settings)"}%% *})
        compadd "$@" -S = -- $names
    fi
}

# [NAME=]FILE
_microtvm-qemu_tensor() {
    compset -P '*='
    _files
}

_microtvm-qemu() {
    local program=${~words[1]} curcontext=$curcontext state
    local -a commands model
    commands=(
        'run:build a model, run it on a virtual board, compare its outputs'
        'regress:run a suite of models, say what no longer is as it was'
        "rpc-server:serve a virtual board to TVM's RPC clients"
        'boards:list the boards'
        'doctor:check that everything needed is installed'
        'template-dir:print the folder to give to TVM as a template'
        'serve:the Project API server; TVM starts it by itself'
        'help:what a command does'
        'version:print the version'
    )
    model=(
        '(-b --board)'{-b+,--board=}'[the board]:board:_microtvm-qemu_board'
        "--crt-dir=[TVM's standalone_crt to build with]:folder:_files -/"
        '*--option=[a project option]:NAME=VALUE:_microtvm-qemu_option'
        '(-v --verbose)'{-v,--verbose}"[the build's output and the firmware's log, too]"
        '(- *)'{-h,--help}'[help]'
    )
    _arguments -C '(- *)'{-h,--help}'[help]' '(- *)'{-V,--version}'[print the version]' \
        '1: :->command' '*:: :->argument' && return
    if [[ $state == command ]]; then
        _describe -t commands command commands
        return
    fi
    case $words[1] in
    run)
        _arguments -s -S : $model '1:model archive:_files' \
            '*'{-i+,--input=}'[an input tensor]:[NAME=]FILE:_microtvm-qemu_tensor' \
            '*'{-e+,--expect=}'[an output tensor as it should be]:[NAME=]FILE:_microtvm-qemu_tensor' \
            '--rtol=[relative tolerance]:number: ' \
            '--atol=[absolute tolerance]:number: ' \
            '--labels=[the class of each input]:file:_files' \
            '(-o --output)'{-o+,--output=}'[where outputs are written]:folder:_files -/' \
            '--json=[write all that is known of the run as JSON]:file:_files' \
            "--memory[what takes the board's memory]" \
            '--keep=[make the project there and leave it]:folder:_files -/' \
            '--cache=[firmware that was built before]:folder:_files -/' \
            '--project-type=[how the model is run]:type:_microtvm-qemu_choices project_type' \
            '--trace=[where outputs of operators are written]:folder:_files -/' \
            '--expect-trace=[an earlier trace]:folder:_files -/' \
            '--count[count instructions, of each operator]' \
            '--iterations=[mlperftiny\: inferences timed of each input]:number: ' \
            '--warmups=[mlperftiny\: inferences before them]:number: ' \
            '--timeout=[for one call on the device]:seconds: ' \
            '--deadline=[for all of it, the build too]:seconds: ' \
            '--client-fd=[end when its other end is closed]:file descriptor: '
        ;;
    regress)
        _arguments -s -S : '*:suite, archive or report:_files' \
            '(-j --jobs)'{-j+,--jobs=}'[cases at a time]:number: ' \
            '*--filter=[only these cases]:pattern: ' \
            '--shard=[one of N parts]:I/N: ' \
            '--fail-fast[begin none after one that did not pass]' \
            '--retries=[of a case that did not pass]:number: ' \
            '--list[name the cases]' \
            '--update[write expected outputs and baseline anew]' \
            '--init[write a first suite]' \
            '*'{-b+,--board=}'[for --init]:board:_microtvm-qemu_board' \
            '--merge[one report of those of all shards]' \
            '--report-dir=[where reports are written]:folder:_files -/' \
            '(--no-cache)--cache=[firmware that was built before]:folder:_files -/' \
            '(--cache)--no-cache[build all firmware]' \
            '(- *)'{-h,--help}'[help]'
        ;;
    rpc-server)
        _arguments -s -S : $model '1:model archive or project:_files' \
            '--host=[where to listen]:address:_hosts' \
            '(-p --port)'{-p+,--port=}'[TCP port]:port: ' \
            '--tracker=[offer the board at a TVM RPC tracker]:HOST\:PORT: ' \
            '--key=[what clients ask for]:key: ' \
            '--protocol=[what clients speak]:protocol:(auto crt ffi)' \
            '--timeout=[for one call on the board]:seconds: '
        ;;
    boards | doctor) _arguments '--json[one JSON object]' ;;
    serve)
        _arguments '--read-fd=[descriptor of requests]:number: ' \
            '--write-fd=[descriptor of replies]:number: ' \
            '--debug[requests, replies, the compiler and QEMU on standard error]' \
            '--project-dir=[template or generated project]:folder:_files -/'
        ;;
    help) _describe -t commands command commands ;;
    esac
}

_microtvm-qemu "$@"
