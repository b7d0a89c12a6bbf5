/* A second name for the only model: the linker puts this in front of the runtime's own function. */
#include "platform/model_name.h"

#include <string.h>
#include <tvm/runtime/crt/aot_executor.h>

int __real_TVMAotExecutor_Create(TVMModuleHandle module, DLDevice device, TVMAotExecutor **executor,
                                 const char *name);
int __wrap_TVMAotExecutor_Create(TVMModuleHandle module, DLDevice device, TVMAotExecutor **executor,
                                 const char *name);

int __wrap_TVMAotExecutor_Create(TVMModuleHandle module, DLDevice device, TVMAotExecutor **executor,
                                 const char *name)
{
    if (strcmp(name, "default") == 0)
        name = MODEL_NAME;
    return __real_TVMAotExecutor_Create(module, device, executor, name);
}
