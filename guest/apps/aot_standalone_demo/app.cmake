include(standalone/standalone.cmake)
