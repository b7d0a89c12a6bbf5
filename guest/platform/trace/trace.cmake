# Tracing operators (trace.h): in build/firmware_trace.elf each of them tells what it has given. Target
# "trace"; where none says how large that is, it makes nothing.
#
# In TVM's packed calls an operator gets DLTensors. Which of them are outputs, their names say: TVM calls an
# operator's inputs p0, p1, ..., those of a tuple p0, p0_1, ... (up to 0.8 placeholder, placeholder_1, ...),
# outputs by what computes them. A model's source is compiled with its operators weak, so that its calls of
# them reach those of operators.c, which call them by another name and tell what came of it. A source may
# also do so by itself where MICROTVM_QEMU_TRACE is defined, with trace.h.
#
# Reads MODEL_SOURCES, EXECUTOR, PROJECT_TYPE, FOREIGN_OPTIONS, GUEST_OPTIONS, OPTIMIZATION, variant.cmake.

# outputs_of(VAR OPERATOR NAMES): a mask of those arguments that are outputs; 0: it is not known. Compilers that
# TVM hands a part of a model to have names of their own.
function(outputs_of var operator names)
    set(mask 0)
    set(inputs 0)
    set(place 0)
    foreach(name ${names})
        if(name MATCHES "^(p[0-9]+|placeholder|input.*)(_[0-9]+)*$")
            math(EXPR inputs "${inputs} + 1")
        elseif(NOT name MATCHES "^global_(const_)?workspace")
            math(EXPR mask "${mask} | (1 << ${place})")
        endif()
        math(EXPR place "${place} + 1")
    endforeach()
    if((inputs EQUAL 0 AND NOT operator MATCHES "_fused_") OR place GREATER 32)
        set(mask 0)
    endif()
    set(${var} ${mask} PARENT_SCOPE)
endfunction()

# read_operators(VAR SOURCE): "NAME MASK" of each whose outputs are known.
function(read_operators var source)
    set(found)
    set(operator)
    set(names)
    file(STRINGS ${source} lines REGEX "^(TVM_DLL )?int32_t [A-Za-z0-9_]+[(](void|TVMValue)[*] args,.*{$|^  void[*] [A-Za-z0-9_]+ = [(][(][(](TVMValue[*][)]args[)].[0-9]+.[.]v_handle|DLTensor[*][)]arg_?[A-Za-z0-9_]+[)].0.[.]data)[)];$|^}$")
    foreach(line IN LISTS lines)
        if(line MATCHES "int32_t ([A-Za-z0-9_]+)[(]")
            set(operator ${CMAKE_MATCH_1})
            set(names)
        elseif(line MATCHES "void[*] ([A-Za-z0-9_]+) = [(][(][(]TVMValue")
            list(APPEND names ${CMAKE_MATCH_1})
        elseif(line MATCHES "void[*] ([A-Za-z0-9_]+) = [(][(][(]DLTensor[*][)]([A-Za-z0-9_]+)[)]")
            list(TRANSFORM names REPLACE "^${CMAKE_MATCH_2}$" ${CMAKE_MATCH_1})
        elseif(operator)
            outputs_of(mask ${operator} "${names}")
            if(NOT mask EQUAL 0 AND NOT operator MATCHES "(___tvm_main__|_run|_run_model)$") # those run operators
                list(APPEND found "${operator} ${mask}")
            endif()
            set(operator)
        endif()
    endforeach()
    set(${var} "${found}" PARENT_SCOPE)
endfunction()

# trace_source(VAR SOURCE OPERATOR...): what is compiled in its place.
function(trace_source var source)
    set(weak)
    set(aliases)
    foreach(operator ${ARGN})
        string(REGEX REPLACE " .*" "" name "${operator}")
        string(APPEND weak "#pragma weak ${name}\n")
        string(APPEND aliases "__typeof__(${name}) traced_${name} __attribute__((alias(\"${name}\")));\n")
    endforeach()
    string(MD5 hash ${source})
    set(traced ${CMAKE_BINARY_DIR}/trace/model/${hash}.c) # as model/ is, no source of ours
    file(CONFIGURE OUTPUT ${traced} CONTENT "#define MICROTVM_QEMU_TRACE\n${weak}#include \"${source}\"\n${aliases}" @ONLY)
    get_source_file_property(definitions ${source} COMPILE_DEFINITIONS)
    if(NOT definitions)
        set(definitions)
    endif()
    set_source_files_properties(${traced} PROPERTIES COMPILE_OPTIONS "-O${OPTIMIZATION};${FOREIGN_OPTIONS}"
                                                     COMPILE_DEFINITIONS "${definitions}" OBJECT_DEPENDS ${source})
    set(${var} ${traced} PARENT_SCOPE)
endfunction()

add_custom_target(trace)
set(TRACE_SOURCES)
set(OPERATORS)
set(TELLS OFF)
foreach(source ${MODEL_SOURCES})
    set(operators)
    set(tells)
    if(source MATCHES "[.]c$")
        read_operators(operators ${source})
        file(STRINGS ${source} tells REGEX MICROTVM_QEMU_TRACE LIMIT_COUNT 1)
    endif()
    if(operators OR tells)
        trace_source(source ${source} ${operators})
        list(APPEND OPERATORS ${operators})
        set(TELLS ON)
    endif()
    list(APPEND TRACE_SOURCES ${source})
endforeach()
# A graph is run up to each of its operators; mlperftiny runs an input several times.
if(TELLS AND EXECUTOR STREQUAL aot AND NOT PROJECT_TYPE STREQUAL mlperftiny)
    list(TRANSFORM OPERATORS REPLACE "^(.*) (.*)$" "TRACED(\\1, \\2)")
    string(JOIN "\n" OPERATORS ${OPERATORS})
    file(CONFIGURE OUTPUT trace/operators.c CONTENT
         "/* Made by trace.cmake. */\n#include \"platform/trace/trace.h\"\n${OPERATORS}\n" @ONLY)
    set_source_files_properties(platform/trace/trace.c ${CMAKE_BINARY_DIR}/trace/operators.c
                                PROPERTIES COMPILE_OPTIONS "${GUEST_OPTIONS}")
    variant_firmware(trace_firmware firmware_trace.elf platform/trace/trace.c
                     ${CMAKE_BINARY_DIR}/trace/operators.c ${TRACE_SOURCES} ${OBJECTS_BUT_MODEL})
    add_dependencies(trace trace_firmware)
endif()
