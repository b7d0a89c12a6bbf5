# Counting instructions (count.h): build/firmware_count.elf is the firmware with a count of each
# inference; in build/firmware_operators.elf the model has hooks, which tell its operators apart. Both are
# linked of the firmware's own objects; what the hooks need compiled anew is the model alone.
#
# Reads MODEL_SOURCES, GUEST_OPTIONS, OPTIMIZATION, BOARD_JSON, the target firmware, variant.cmake.

# An instruction takes 2^COUNT_SHIFT ns (QEMU's -icount, which takes 0 to 10), four ticks at least.
json_need(TIMER_CLOCK_HZ "${BOARD_JSON}" timer clock_hz)
set(COUNT_SHIFT 0)
set(NS_PER_INSTRUCTION 1)
math(EXPR NS_PER_FOUR_TICKS "(4 * 1000000000 + ${TIMER_CLOCK_HZ} - 1) / ${TIMER_CLOCK_HZ}")
while(NS_PER_INSTRUCTION LESS NS_PER_FOUR_TICKS)
    math(EXPR COUNT_SHIFT "${COUNT_SHIFT} + 1")
    math(EXPR NS_PER_INSTRUCTION "2 * ${NS_PER_INSTRUCTION}")
endwhile()
if(COUNT_SHIFT GREATER 10)
    message(FATAL_ERROR "board.json: timer.clock_hz ${TIMER_CLOCK_HZ}: too slow to count instructions by "
                        "(3906250 at least)")
endif()

# Room for each function of the model's; names that are declared, too, do no harm.
set(COUNT_ROWS_MAX 0)
foreach(source ${MODEL_SOURCES})
    file(STRINGS ${source} lines REGEX "^[A-Za-z_].*[(].*[)] *({.*)?$")
    list(LENGTH lines count)
    math(EXPR COUNT_ROWS_MAX "${COUNT_ROWS_MAX} + ${count}")
endforeach()
if(COUNT_ROWS_MAX EQUAL 0)
    set(COUNT_ROWS_MAX 1)
endif()

# count_takes(TARGET): what it has besides.
function(count_takes target)
    target_compile_definitions(${target} PRIVATE COUNT_SHIFT=${COUNT_SHIFT} COUNT_ROWS_MAX=${COUNT_ROWS_MAX})
endfunction()

# count_firmware(TARGET OUTPUT SOURCE...)
function(count_firmware target output)
    variant_firmware(${target} ${output} platform/count/count.c ${ARGN})
    count_takes(${target})
    target_link_options(${target} PRIVATE -Wl,--wrap=TVMAotExecutor_Run,--wrap=TVMGraphExecutor_Run
                        -Wl,--wrap=model_run
                        # For the host: what to start QEMU with.
                        -Wl,--defsym=count_icount_shift=${COUNT_SHIFT})
    add_dependencies(count ${target})
endfunction()

add_custom_target(count)
set_source_files_properties(platform/count/count.c platform/count/operators.c
                            PROPERTIES COMPILE_OPTIONS "${GUEST_OPTIONS}")
count_firmware(count_inferences firmware_count.elf $<TARGET_OBJECTS:firmware>)

# Functions that only run others are no operators: those that TVM calls so.
set(RUNNERS __tvm_main__ _get_c_metadata TVMSystemLibEntryPoint)
foreach(module ${MODULES})
    string(TOLOWER "tvmgen_${module}_run" runner)
    string(REGEX REPLACE "[^a-z0-9]" "_" runner "${runner}")
    list(APPEND RUNNERS ${runner})
endforeach()
string(JOIN "," RUNNERS ${RUNNERS})
add_library(model_with_hooks OBJECT EXCLUDE_FROM_ALL ${MODEL_SOURCES} platform/count/probe.c)
variant_takes(model_with_hooks)
count_takes(model_with_hooks)
target_compile_options(model_with_hooks PRIVATE -finstrument-functions
                       -finstrument-functions-exclude-function-list=${RUNNERS}
                       -finstrument-functions-exclude-file-list=cmsis/include)
set_source_files_properties(platform/count/probe.c PROPERTIES COMPILE_OPTIONS "-O${OPTIMIZATION};-Wall;-Wextra")
count_firmware(count_operators firmware_operators.elf platform/count/operators.c
               ${OBJECTS_BUT_MODEL} $<TARGET_OBJECTS:model_with_hooks>)
