# Which of the toolchains that board.json offers builds the firmware. The server says, in
# TOOLCHAIN_PREFIX; else it is looked for here, by the server's rule: the first whose gcc has the C
# library, or else is there.

# toolchain_paths(VAR JSON): where in a definition they are: "toolchain", or "toolchain 0" and so on, for
# separate_arguments.
function(toolchain_paths var json)
    string(JSON type ERROR_VARIABLE error TYPE "${json}" toolchain)
    set(paths toolchain)
    if(type STREQUAL ARRAY)
        string(JSON count LENGTH "${json}" toolchain)
        set(paths)
        while(count GREATER 0)
            math(EXPR count "${count} - 1")
            list(PREPEND paths "toolchain ${count}")
        endwhile()
    endif()
    set(${var} ${paths} PARENT_SCOPE)
endfunction()

# toolchain_rank(VAR PREFIX): 2: its gcc has the C library, 1: it is there, 0: it is not.
function(toolchain_rank var prefix)
    execute_process(COMMAND ${prefix}gcc -print-file-name=picolibc.specs
                    RESULT_VARIABLE status OUTPUT_VARIABLE path ERROR_QUIET)
    set(rank 0)
    if(status EQUAL 0)
        set(rank 1)
        if(path MATCHES "^/") # gcc prints the whole path of what it has
            set(rank 2)
        endif()
    endif()
    set(${var} ${rank} PARENT_SCOPE)
endfunction()

# toolchain_choose(VAR): its path in BOARD_JSON, a list. TOOLCHAIN_PREFIX, in the cache, is its prefix.
function(toolchain_choose var)
    toolchain_paths(paths "${BOARD_JSON}")
    list(LENGTH paths count)
    set(best -1)
    foreach(path IN LISTS paths)
        separate_arguments(path)
        json_need(prefix "${BOARD_JSON}" ${path} prefix)
        if(count EQUAL 1 OR (DEFINED CACHE{TOOLCHAIN_PREFIX} AND prefix STREQUAL "$CACHE{TOOLCHAIN_PREFIX}"))
            set(rank 3)
        else()
            toolchain_rank(rank "${prefix}")
        endif()
        if(rank GREATER best)
            set(best ${rank})
            set(best_prefix "${prefix}")
            set(${var} ${path} PARENT_SCOPE)
        endif()
    endforeach()
    set(TOOLCHAIN_PREFIX "${best_prefix}" CACHE STRING "What stands before gcc" FORCE)
endfunction()

# toolchain_flags_riscv(LIST): what "-march=rv32imac" means changed: with GCC 12 it is a core whose status
# registers can't be read. Here it is what it was; GCC before 11 has no option for that, and knows nothing else.
function(toolchain_flags_riscv list)
    execute_process(COMMAND ${TOOLCHAIN_PREFIX}gcc -dumpversion OUTPUT_VARIABLE version ERROR_QUIET)
    if(NOT version OR version VERSION_GREATER_EQUAL 11) # where there is none, the build says so
        list(PREPEND ${list} -misa-spec=2.2)
        set(${list} ${${list}} PARENT_SCOPE)
    endif()
endfunction()
