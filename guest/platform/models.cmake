# Several models in one firmware: names that the code of each defines, and that must not meet, get
# the model's number in front; platform/system_lib.c makes one table of functions from all of theirs.
# It also translates between the tables' two layouts (TVM 0.8 and later), so that code and C runtime
# need not be of the same age.
#
# Where parameters are linked in (linked_params.S), the function that finds them is in the table, too.
#
# Reads PROJECT_JSON, MODEL_SOURCES, MODEL_OBJECTS; changes MODEL_OBJECTS; appends to GUEST_SOURCES.
# After add_executable, models_define() does the rest.

json_get(SYSTEM_LIB "${PROJECT_JSON}" OFF model system_lib)
json_get(MODEL_VERSION "${PROJECT_JSON}" 7 model version)
set(CRT_COUNT_SIZE 1)
file(STRINGS crt/include/tvm/runtime/crt/func_registry.h lines REGEX TVMFuncRegistry_GetNumFuncs)
if(lines)
    set(CRT_COUNT_SIZE 2)
endif()

set(LINKED_PARAMS_MODULE)
if(EXISTS ${CMAKE_SOURCE_DIR}/linked_params.S)
    set(LINKED_PARAMS_MODULE " X(linked_params_module)")
    list(APPEND GUEST_SOURCES linked_params.S platform/linked_params.c)
endif()
set(RENAMED_SYMBOLS)
if(SYSTEM_LIB AND (MODULES_COUNT GREATER 1 OR MODEL_VERSION LESS 7 OR CRT_COUNT_SIZE EQUAL 1
                   OR LINKED_PARAMS_MODULE))
    # The second: what TVM calls the only function of a graph's code.
    set(RENAMED_SYMBOLS TVMSystemLibEntryPoint __tvm_main__)
    list(APPEND GUEST_SOURCES platform/system_lib.c)
endif()

# files_of(VAR MODULE FILE...): those that are this model's. TVM calls them MODULE_lib0.c and so on;
# where there is one model, all are.
function(files_of var module)
    set(files ${ARGN})
    if(MODULES_COUNT GREATER 1)
        string(REPLACE "." "[.]" pattern "${module}")
        list(FILTER files INCLUDE REGEX "/${pattern}_lib[0-9]+[.][a-z]+$")
    endif()
    set(${var} "${files}" PARENT_SCOPE)
endfunction()

# rename_in_object(OBJECT INDEX): moves it from MODEL_OBJECTS to RENAMED_OBJECTS, as a copy.
function(rename_in_object object index)
    get_filename_component(name ${object} NAME)
    set(folder ${CMAKE_BINARY_DIR}/model_objects/${index})
    file(MAKE_DIRECTORY ${folder})
    set(flags)
    foreach(symbol ${RENAMED_SYMBOLS})
        list(APPEND flags --redefine-sym ${symbol}=model_${index}_${symbol})
    endforeach()
    add_custom_command(OUTPUT ${folder}/${name} DEPENDS ${object} VERBATIM
                       COMMAND ${TOOLCHAIN_PREFIX}objcopy ${flags} ${object} ${folder}/${name})
    list(REMOVE_ITEM MODEL_OBJECTS ${object})
    set(MODEL_OBJECTS ${MODEL_OBJECTS} PARENT_SCOPE)
    set(RENAMED_OBJECTS ${RENAMED_OBJECTS} ${folder}/${name} PARENT_SCOPE)
endfunction()

set(SYSTEM_LIBS)
set(RENAMED_OBJECTS)
set(index 0)
foreach(module ${MODULES})
    if(RENAMED_SYMBOLS)
        string(APPEND SYSTEM_LIBS " X(model_${index}_TVMSystemLibEntryPoint)")
        files_of(objects ${module} ${MODEL_OBJECTS})
        foreach(object ${objects})
            rename_in_object(${object} ${index})
        endforeach()
    endif()
    math(EXPR index "${index} + 1")
endforeach()
if(RENAMED_SYMBOLS)
    file(CONFIGURE OUTPUT include/platform/system_libs.h CONTENT
         "/* Made by models.cmake. */
#pragma once
#define SYSTEM_LIBS(X)${SYSTEM_LIBS}${LINKED_PARAMS_MODULE}
#define SYSTEM_LIB_COUNT_SIZE ${CRT_COUNT_SIZE} /* bytes */
" @ONLY)
endif()

# define_helpers(INDEX SOURCE...): TVM's kernels for the DSP extension of Arm's cores bring functions that
# are global, for their file alone, and may be called alike in every model.
function(define_helpers index)
    set(pattern "(__ror|kernel_convolve_[A-Za-z0-9_]+)\\(")
    foreach(source ${ARGN})
        file(STRINGS ${source} lines REGEX "int32_t ${pattern}")
        string(REGEX MATCHALL "${pattern}" helpers "${lines}")
        list(REMOVE_DUPLICATES helpers)
        foreach(helper ${helpers})
            string(REPLACE "(" "" helper ${helper})
            set_property(SOURCE ${source} APPEND PROPERTY COMPILE_DEFINITIONS
                         ${helper}=model_${index}_${helper})
        endforeach()
    endforeach()
endfunction()

# The same names in C are macros. What is a source of the firmware is made before it is linked.
function(models_define)
    set_source_files_properties(${RENAMED_OBJECTS} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
    target_sources(firmware PRIVATE ${RENAMED_OBJECTS})
    set(index 0)
    foreach(module ${MODULES})
        files_of(sources ${module} ${MODEL_SOURCES})
        foreach(symbol ${RENAMED_SYMBOLS})
            set_property(SOURCE ${sources} APPEND PROPERTY COMPILE_DEFINITIONS
                         ${symbol}=model_${index}_${symbol})
        endforeach()
        if(MODULES_COUNT GREATER 1)
            define_helpers(${index} ${sources})
        endif()
        math(EXPR index "${index} + 1")
    endforeach()
endfunction()
