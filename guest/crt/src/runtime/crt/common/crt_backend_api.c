#include <tvm/runtime/c_backend_api.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/platform.h>

void *TVMBackendAllocWorkspace(int device_type, int device_id, uint64_t nbytes, int dtype_code_hint,
                               int dtype_bits_hint)
{
    (void)dtype_code_hint;
    (void)dtype_bits_hint;
    DLDevice dev = {(DLDeviceType)device_type, device_id};
    void *memory;
    TVMAPISetLastError("");
    if (nbytes > SIZE_MAX ||
        TVMPlatformMemoryAllocate((size_t)nbytes, dev, &memory) != kTvmErrorNoError) {
        (void)crt_heap_full((unsigned long)nbytes, "workspace");
        return NULL;
    }
    return memory;
}

int TVMBackendFreeWorkspace(int device_type, int device_id, void *ptr)
{
    DLDevice dev = {(DLDeviceType)device_type, device_id};
    return TVMPlatformMemoryFree(ptr, dev);
}

int TVMBackendParallelLaunch(FTVMParallelLambda flambda, void *cdata, int num_task)
{
    (void)num_task;
    TVMParallelGroupEnv env = {.sync_handle = NULL, .num_task = 1};
    return flambda(0, &env, cdata);
}

int TVMBackendParallelBarrier(int task_id, TVMParallelGroupEnv *penv)
{
    (void)task_id;
    (void)penv;
    return 0; /* one task waits for nobody */
}

int TVMBackendRunOnce(void **handle, int (*f)(void *), void *cdata, int nbytes)
{
    (void)nbytes;
    if (*handle)
        return 0;
    int status = f(cdata);
    if (status == 0)
        *handle = (void *)f;
    return status;
}

int TVMBackendRegisterSystemLibSymbol(const char *name, void *ptr)
{
    return TVMFuncRegisterGlobal(name, ptr, 0);
}

int TVMBackendGetFuncFromEnv(void *mod_node, const char *func_name, TVMFunctionHandle *out)
{
    (void)mod_node;
    TVMFunctionHandle func;
    int status = TVMFuncGetGlobal(func_name, &func);
    if (status != 0)
        return status;
    if (!func)
        return crt_error(kTvmErrorFunctionNameNotFound, "no global function \"%s\"", func_name);
    *out = func;
    return 0;
}
