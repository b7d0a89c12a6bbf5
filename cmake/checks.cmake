# Targets for the people who work on this: the scripts in ci/checks do the work, so that a job in CI and
# `ninja lint` can't come to different verdicts.
add_custom_target(lint COMMAND ${PROJECT_SOURCE_DIR}/ci/checks/lint ${PROJECT_BINARY_DIR}
                  USES_TERMINAL VERBATIM)
add_custom_target(format COMMAND ${PROJECT_SOURCE_DIR}/ci/checks/format USES_TERMINAL VERBATIM)
add_custom_target(format-check COMMAND ${PROJECT_SOURCE_DIR}/ci/checks/format --check
                  USES_TERMINAL VERBATIM)
add_custom_target(coverage COMMAND ${PROJECT_SOURCE_DIR}/ci/checks/coverage ${PROJECT_BINARY_DIR}
                  USES_TERMINAL VERBATIM)
