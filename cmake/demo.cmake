# What ci/demo shows its results with. No part of the program, and not installed.
add_executable(show_digits tests/models/show_digits.c)
target_link_libraries(show_digits PRIVATE microtvm_qemu)
set_target_properties(show_digits PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/demo)
