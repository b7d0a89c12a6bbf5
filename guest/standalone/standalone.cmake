# Applications that call a model themselves and talk in text: what they share, and what they must know
# of the model as headers in the build's folder: include/model_interface.h, of which sizes and types come
# from project.json, names from the model's own header (C interface), and include/model_data.h, with
# inputs that the user compiles in.

find_files(STANDALONE_SOURCES "standalone/[^/]+\\.c")
list(APPEND APP_SOURCES ${STANDALONE_SOURCES})
# No frames on this line.
set_source_files_properties(boot/fatal.c PROPERTIES COMPILE_DEFINITIONS SERIAL_LINE_IS_TEXT)

string(JSON MODEL_NAME GET "${PROJECT_JSON}" model name)
string(REGEX REPLACE "[^A-Za-z0-9]" "_" MODEL_PLAIN_NAME "${MODEL_NAME}")
string(TOLOWER "tvmgen_${MODEL_NAME}" MODEL_PREFIX)
string(REGEX REPLACE "[^a-z0-9]" "_" MODEL_PREFIX "${MODEL_PREFIX}")
set(MODEL_HEADER ${CMAKE_SOURCE_DIR}/model/codegen/host/include/${MODEL_PREFIX}.h)
if(NOT EXISTS ${MODEL_HEADER})
    message(FATAL_ERROR "model \"${MODEL_NAME}\": no codegen/host/include/${MODEL_PREFIX}.h in its archive: "
                        "project_type ${PROJECT_TYPE} needs the C interface "
                        "(\"interface-api\": \"c\", \"unpacked-api\": True)")
endif()
file(READ ${MODEL_HEADER} MODEL_HEADER_TEXT)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${MODEL_HEADER})

# struct_members(VAR STRUCT): the members of "struct STRUCT { void* a; void* b; };", a list.
function(struct_members var struct)
    set(members)
    if(MODEL_HEADER_TEXT MATCHES "struct ${struct} {([^}]*)}")
        string(REGEX MATCHALL "void\\* *[A-Za-z0-9_]+" members "${CMAKE_MATCH_1}")
        list(TRANSFORM members REPLACE "void\\* *" "")
    endif()
    set(${var} "${members}" PARENT_SCOPE)
endfunction()

# tensor_rows(VAR DIRECTION): ROW_(member, bytes, type, data, is_filled) for each of "inputs" or "outputs".
# data is the array that a header of the user's has for an input, else a buffer, which EMPTY_ROWS lists.
# project.json has them in the order of the members.
function(tensor_rows var direction)
    struct_members(members ${MODEL_PREFIX}_${direction})
    string(JSON count LENGTH "${PROJECT_JSON}" model ${direction})
    list(LENGTH members members_count)
    if(NOT count EQUAL members_count)
        message(FATAL_ERROR "${MODEL_PREFIX}.h has ${members_count} ${direction}, metadata.json ${count}")
    endif()
    set(rows "")
    set(index 0)
    foreach(member IN LISTS members)
        string(JSON bytes GET "${PROJECT_JSON}" model ${direction} ${index} size_bytes)
        string(JSON type GET "${PROJECT_JSON}" model ${direction} ${index} dtype)
        set(data buffer_${direction}_${member})
        set(is_filled false)
        if(direction STREQUAL "inputs" AND EXISTS ${INPUT_DATA}_${member}.h)
            set(data input_data_${member})
            set(is_filled true)
        elseif(direction STREQUAL "inputs" AND index EQUAL 0 AND EXISTS ${INPUT_DATA}.h)
            set(data input_data)
            set(is_filled true)
        endif()
        if(is_filled)
            string(APPEND MODEL_DATA "#include <tvm/${data}.h>\n"
                   "_Static_assert(sizeof ${data} == ${bytes}, \"tvm/${data}.h: not ${bytes} bytes\");\n")
        else()
            string(APPEND EMPTY_ROWS " \\\n    ROW_(${data}, ${bytes})")
        endif()
        string(APPEND rows " \\\n    ROW_(${member}, ${bytes}, ${type}, ${data}, ${is_filled})")
        math(EXPR index "${index} + 1")
    endforeach()
    set(${var} "${rows}" PARENT_SCOPE)
    set(MODEL_DATA "${MODEL_DATA}" PARENT_SCOPE)
    set(EMPTY_ROWS "${EMPTY_ROWS}" PARENT_SCOPE)
endfunction()

set(MODEL_DATA "/* Made by standalone.cmake. Defines what it includes. */\n#pragma once\n")
set(MODEL_INTERFACE "/* Made from project.json and ${MODEL_PREFIX}.h by standalone.cmake. */\n#pragma once\n")
string(APPEND MODEL_INTERFACE "#include <${MODEL_PREFIX}.h>\n")
struct_members(devices ${MODEL_PREFIX}_devices)
if(devices)
    message(FATAL_ERROR "model \"${MODEL_NAME}\" needs drivers for ${devices}, which project_type "
                        "${PROJECT_TYPE} does not have")
endif()
set(INPUT_DATA ${CMAKE_SOURCE_DIR}/include/tvm/input_data)
set(EMPTY_ROWS "")
tensor_rows(INPUT_ROWS inputs)
tensor_rows(OUTPUT_ROWS outputs)

# Pools of memory that the caller provides: work space, or constants with what is in them.
set(POOL_ROWS "")
set(CONSTANT_POOL_ROWS "")
set(MODEL_ARGUMENTS "&inputs, &outputs")
set(MODEL_MAPS_TENSORS 0)
struct_members(pools ${MODEL_PREFIX}_workspace_pools)
string(TOUPPER ${MODEL_PREFIX} PREFIX)
foreach(pool IN LISTS pools)
    string(TOUPPER "${PREFIX}_${pool}" POOL)
    if(MODEL_HEADER_TEXT MATCHES "#define ${POOL}_CONSTANT_POOL_SIZE ")
        string(APPEND CONSTANT_POOL_ROWS
               " \\\n    ROW_(${pool}, ${POOL}_CONSTANT_POOL_SIZE, ${POOL}_CONSTANT_POOL_DATA)")
    else()
        string(APPEND POOL_ROWS " \\\n    ROW_(${pool}, ${POOL}_WORKSPACE_POOL_SIZE)")
    endif()
endforeach()
if(MODEL_HEADER_TEXT MATCHES " ${MODEL_PREFIX}_map_inputs\\(")
    set(MODEL_MAPS_TENSORS 1) # inputs and outputs lie in a pool
    set(MODEL_ARGUMENTS "&pools")
elseif(pools)
    string(APPEND MODEL_ARGUMENTS ", &pools")
endif()
list(LENGTH pools POOLS_COUNT)

string(APPEND MODEL_INTERFACE "\n#define MODEL_INPUTS(ROW_)${INPUT_ROWS}\n"
       "#define MODEL_OUTPUTS(ROW_)${OUTPUT_ROWS}\n"
       "#define MODEL_BUFFERS(ROW_)${EMPTY_ROWS}\n"
       "#define MODEL_POOLS(ROW_)${POOL_ROWS}\n"
       "#define MODEL_CONSTANT_POOLS(ROW_)${CONSTANT_POOL_ROWS}\n"
       "#define MODEL_POOLS_COUNT ${POOLS_COUNT}\n"
       "#define MODEL_MAPS_TENSORS ${MODEL_MAPS_TENSORS}\n"
       "#define MODEL_NAME \"${MODEL_PLAIN_NAME}\"\n"
       "#define MODEL_STRUCT(part) struct ${MODEL_PREFIX}_##part\n"
       "#define MODEL_MAP_INPUTS ${MODEL_PREFIX}_map_inputs\n"
       "#define MODEL_MAP_OUTPUTS ${MODEL_PREFIX}_map_outputs\n"
       "#define MODEL_RUN ${MODEL_PREFIX}_run\n"
       "#define MODEL_ARGUMENTS ${MODEL_ARGUMENTS}\n")
file(CONFIGURE OUTPUT include/model_data.h CONTENT "${MODEL_DATA}" @ONLY)
file(CONFIGURE OUTPUT include/model_interface.h CONTENT "${MODEL_INTERFACE}" @ONLY)
