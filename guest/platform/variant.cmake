# Firmwares beside the ordinary one, made on demand: of its objects, but for what is another there.
#
# Reads LINKER_SCRIPT, RENAMED_OBJECTS, the target firmware.

# variant_takes(TARGET): it is compiled and linked as the firmware is.
function(variant_takes target)
    foreach(property COMPILE_OPTIONS COMPILE_DEFINITIONS INCLUDE_DIRECTORIES LINK_OPTIONS LINK_LIBRARIES)
        get_target_property(value firmware ${property})
        list(TRANSFORM value REPLACE ",-Map=.*" "")
        set_target_properties(${target} PROPERTIES ${property} "${value}")
    endforeach()
endfunction()

# variant_firmware(TARGET OUTPUT SOURCE...)
function(variant_firmware target output)
    add_executable(${target} EXCLUDE_FROM_ALL ${RENAMED_OBJECTS} ${ARGN})
    variant_takes(${target})
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${output} LINKER_LANGUAGE C
                          RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR} LINK_DEPENDS ${LINKER_SCRIPT})
endfunction()

# The firmware's objects without those of the model's sources.
set(OBJECTS_BUT_MODEL $<FILTER:$<TARGET_OBJECTS:firmware>,EXCLUDE,/model/codegen/host/src/>)
