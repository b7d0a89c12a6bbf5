# tvmc and tvm.micro.Session ask for the model "default", whatever it was compiled as: one that is alone
# in its archive has that name, too, with anybody's C runtime.
json_get(MODEL_NAME "${PROJECT_JSON}" default model name)
if(EXECUTOR STREQUAL "aot" AND NOT MODULES_COUNT GREATER 1 AND NOT MODEL_NAME STREQUAL "default")
    list(APPEND APP_SOURCES platform/default_name.c)
    add_link_options(-Wl,--wrap=TVMAotExecutor_Create)
    file(CONFIGURE OUTPUT include/platform/model_name.h CONTENT
         "/* Made by app.cmake. */\n#pragma once\n#define MODEL_NAME \"${MODEL_NAME}\"\n" @ONLY)
endif()
