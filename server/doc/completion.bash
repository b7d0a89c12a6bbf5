# bash completion for microtvm-qemu. bash-completion loads it on demand; elsewhere `source` it.
# Boards, project types and project options are asked of the program that is about to be called.
# shellcheck shell=bash

# _microtvm_qemu_settings PROGRAM: a line "NAME TYPE [CHOICE,...]" for each project option.
_microtvm_qemu_settings() {
    local folder
    folder=$("$1" template-dir 2>/dev/null) || return
    printf '{"jsonrpc": "2.0", "id": 1, "method": "server_info_query", "params": {"tvm_version": "0.18.0"}}\n' |
        "$1" serve --read-fd 0 --write-fd 1 --project-dir "$folder" 2>/dev/null |
        sed 's/{"name":/\n&/g' | sed -nE '/"help":"Ignored/d
            s/^\{"name":"([^"]*)","choices":(null|\[([^]]*)\]).*"type":"([a-z]*)".*/\1 \4 \3/p' | tr -d '"'
}

# _microtvm_qemu_choices PROGRAM NAME: what the project option NAME may be, where that is known.
_microtvm_qemu_choices() {
    local name type choices
    while read -r name type choices; do
        [[ $name == "$2" ]] || continue
        [[ $type != bool ]] || choices=true,false
        echo "${choices//,/ }"
    done < <(_microtvm_qemu_settings "$1")
}

# _microtvm_qemu_value PROGRAM OPTION VALUE: candidates for what OPTION takes, VALUE being typed.
_microtvm_qemu_value() {
    local name choices
    case $2 in
    --board) # or the file of a definition
        compopt -o default
        choices=$(_microtvm_qemu_choices "$1" board)
        ;;
    --project-type) choices=$(_microtvm_qemu_choices "$1" project_type) ;;
    --option)
        if [[ $3 != *=* ]]; then
            compopt -o nospace
            choices=$(_microtvm_qemu_settings "$1" | sed 's/ .*/=/')
        else
            compopt -o default
            name=${3%%=*}
            choices=$(_microtvm_qemu_choices "$1" "$name")
            choices=${choices:+$name=${choices// / "$name="}}
        fi
        ;;
    --protocol) choices='auto crt ffi' ;;
    --input | --expect | --labels | --json) compopt -o default ;;
    --output | --trace | --expect-trace | --keep | --cache | --report-dir | --crt-dir | --project-dir) compopt -o dirnames ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$3")
}

# The words up to the cursor as the program will see them: bash has taken them apart at = and :.
_microtvm_qemu_words() {
    local line=${COMP_LINE:0:COMP_POINT} word i
    words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        if [[ $i == 0 || $line == [[:space:]]* ]]; then words+=(""); fi
        line=${line#"${line%%[![:space:]]*}"}
        word=${COMP_WORDS[i]}
        if [[ $i == "$COMP_CWORD" ]]; then word=$line; fi
        words[-1]+=$word
        line=${line#"$word"}
    done
}

# _microtvm_qemu_option COMMAND OPTION: its long name, where it takes a value; else nothing.
_microtvm_qemu_option() {
    case $2 in
    -b) echo --board ;;
    -i) echo --input ;;
    -e) echo --expect ;;
    -o) echo --output ;;
    -p) echo --port ;;
    --json) [[ $1 != run ]] || echo --json ;; # for boards and doctor it stands alone
    --memory | --verbose | --help | --debug) ;;
    --*) echo "$2" ;;
    esac
}

_microtvm_qemu() {
    local commands='run regress rpc-server boards doctor template-dir serve help version'
    local words word program option broken i
    COMPREPLY=()
    _microtvm_qemu_words
    word=${words[-1]}
    program=${words[0]/#\~\//$HOME/}
    if [[ ${#words[@]} == 2 ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$commands -h --help -V --version" -- "$word")
        [[ $word == -* ]] || mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
        return
    fi
    option=$(_microtvm_qemu_option "${words[1]}" "${words[-2]}")
    if [[ -n $option && ${#words[@]} -gt 3 ]]; then
        _microtvm_qemu_value "$program" "$option" "$word"
    elif [[ $word == --*=* ]]; then
        _microtvm_qemu_value "$program" "${word%%=*}" "${word#*=}"
        COMPREPLY=("${COMPREPLY[@]/#/${word%%=*}=}")
    elif [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_microtvm_qemu_options "${words[1]}")" -- "$word")
    else
        case ${words[1]} in
        run | regress | rpc-server) compopt -o default ;;
        help) mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word") ;;
        esac
    fi
    # Only what follows the last of them is replaced.
    broken=${COMP_WORDBREAKS//[^=:]/}
    if [[ -n $broken && $word == *["$broken"]* ]]; then
        for i in "${!COMPREPLY[@]}"; do
            COMPREPLY[i]=${COMPREPLY[i]#"${word%["$broken"]*}"?}
        done
    fi
}

# _microtvm_qemu_options COMMAND: its options, as `microtvm-qemu COMMAND --help` lists them.
_microtvm_qemu_options() {
    case $1 in
    run)
        echo -b --board -i --input -e --expect --rtol --atol --labels -o --output --json --memory --keep \
            --cache --crt-dir --project-type --trace --expect-trace --count --iterations --warmups \
            --option --timeout --deadline --client-fd -v --verbose -h --help
        ;;
    regress)
        echo -j --jobs --filter --shard --fail-fast --retries --list --update --init -b --board \
            --merge --report-dir --cache --no-cache -h --help
        ;;
    rpc-server)
        echo -b --board --host -p --port --tracker --key --crt-dir --option \
            --protocol --timeout -v --verbose -h --help
        ;;
    boards | doctor) echo --json ;;
    serve) echo --read-fd --write-fd --debug --project-dir ;;
    esac
}

complete -F _microtvm_qemu microtvm-qemu
