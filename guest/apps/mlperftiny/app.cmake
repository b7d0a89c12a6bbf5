include(standalone/standalone.cmake)

# For sources of the user's own, which replace some of the th_ functions.
set(APP_INCLUDES apps/${PROJECT_TYPE})
