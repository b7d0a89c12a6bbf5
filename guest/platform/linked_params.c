/* A graph's parameters that are constants in flash (option link_parameters). A graph executor, be
 * it ours or TVM's, asks the module of its functions for them: "_lookup_linked_param" gives the
 * address of a storage's data, or null. That is what TVM 0.8 and 0.9 generate themselves. */
#include <stddef.h>
#include <stdint.h>
#include <tvm/runtime/c_backend_api.h>
#include <tvm/runtime/crt/error_codes.h>
#include <tvm/runtime/crt/module.h>

struct linked_param {
    uint32_t storage;
    uint32_t offset_bytes; /* in linked_params_data */
};

/* Made by microtvm-qemu: linked_params.S. */
extern const uint8_t linked_params_data[];
extern const struct linked_param linked_params[];
extern const struct linked_param linked_params_end[];

const TVMModule *linked_params_module(void);

/* NOLINTNEXTLINE(readability-non-const-parameter): the signature is TVM's */
static int32_t lookup_linked_param(TVMValue *args, int *type_codes, int num_args, TVMValue *ret_val,
                                   int *ret_type_code, void *resource_handle)
{
    (void)resource_handle;
    if (num_args != 1 || type_codes[0] != kTVMArgInt)
        return kTvmErrorFunctionCallWrongArgType;
    ret_val->v_handle = NULL;
    *ret_type_code = kTVMNullptr;
    for (const struct linked_param *param = linked_params; param < linked_params_end; param++) {
        if (param->storage != args[0].v_int64)
            continue;
        ret_val->v_handle = (void *)(linked_params_data + param->offset_bytes);
        *ret_type_code = kTVMOpaqueHandle;
    }
    return 0;
}

static const TVMBackendPackedCFunc FUNCTIONS[] = {(TVMBackendPackedCFunc)lookup_linked_param};
static const TVMFuncRegistry REGISTRY = {
    .names = "\x01\0_lookup_linked_param\0",
    .funcs = FUNCTIONS,
};
static const TVMModule MODULE = {.registry = &REGISTRY};

const TVMModule *linked_params_module(void)
{
    return &MODULE;
}
