# Targets for the people who work on this: the scripts in ci/ do the work, so that a job in CI and
# `ninja lint` can't come to different verdicts.
add_custom_target(lint COMMAND ${PROJECT_SOURCE_DIR}/ci/lint ${PROJECT_BINARY_DIR}
                  USES_TERMINAL VERBATIM)
add_custom_target(format COMMAND ${PROJECT_SOURCE_DIR}/ci/format USES_TERMINAL VERBATIM)
add_custom_target(format-check COMMAND ${PROJECT_SOURCE_DIR}/ci/format --check
                  USES_TERMINAL VERBATIM)
add_custom_target(coverage COMMAND ${PROJECT_SOURCE_DIR}/ci/coverage ${PROJECT_BINARY_DIR}
                  USES_TERMINAL VERBATIM)
