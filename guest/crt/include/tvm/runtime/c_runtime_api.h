/* TVM's C runtime API: the part that a microcontroller has. Names and signatures are TVM's.
 *
 * Functions return 0 on success; otherwise TVMGetLastError says in words what was wrong. */
#ifndef TVM_RUNTIME_C_RUNTIME_API_H_
#define TVM_RUNTIME_C_RUNTIME_API_H_

#define TVM_WEAK __attribute__((weak))
#define TVM_ATTRIBUTE_UNUSED __attribute__((unused))
#ifndef TVM_DLL
#define TVM_DLL __attribute__((visibility("default")))
#endif

/* The newest TVM whose generated code and RPC clients this runtime is made for. */
#define TVM_VERSION "0.18.0"

#include <dlpack/dlpack.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int64_t tvm_index_t;

/* Device types beside DLPack's. */
typedef enum {
    kDLAOCL = 32,
    kDLSDAccel,
    kOpenGL,
    kDLMicroDev,
    TVMDeviceExtType_End,
} TVMDeviceExtType;

/* What a TVMValue holds when it is an argument or a return value. */
typedef enum {
    kTVMArgInt = kDLInt,
    kTVMArgFloat = kDLFloat,
    kTVMOpaqueHandle = 3U,
    kTVMNullptr = 4U,
    kTVMDataType = 5U,
    kDLDevice = 6U,
    kTVMDLTensorHandle = 7U,
    kTVMObjectHandle = 8U,
    kTVMModuleHandle = 9U,
    kTVMPackedFuncHandle = 10U,
    kTVMStr = 11U,
    kTVMBytes = 12U,
    kTVMNDArrayHandle = 13U,
    kTVMObjectRValueRefArg = 14U,
    kTVMArgBool = 15U,
    kTVMExtBegin = 16U,
    kTVMNNVMFirst = 16U,
    kTVMNNVMLast = 20U,
    kTVMExtReserveEnd = 64U,
    kTVMExtEnd = 128U,
} TVMArgTypeCode;

typedef DLTensor *TVMArrayHandle;

typedef union {
    int64_t v_int64;
    double v_float64;
    void *v_handle;
    const char *v_str;
    DLDataType v_type;
    DLDevice v_device;
} TVMValue;

typedef struct {
    const char *data;
    size_t size; /* bytes */
} TVMByteArray;

/* Modules and functions are numbers in disguise (crt_runtime_api.c), never pointers. */
typedef void *TVMModuleHandle;
typedef void *TVMFunctionHandle;
typedef void *TVMRetValueHandle;
typedef void *TVMStreamHandle;
typedef void *TVMObjectHandle;

typedef int (*TVMPackedCFunc)(TVMValue *args, int *type_codes, int num_args, TVMRetValueHandle ret,
                              void *resource_handle);

/* ---- the last error ---- */

/* Keep a copy of msg, cut where it is too long. */
TVM_DLL void TVMAPISetLastError(const char *msg);
/* Never NULL; "" when nothing failed. */
TVM_DLL const char *TVMGetLastError(void);

/* ---- modules and functions ---- */

/* Errors: kTvmErrorFunctionNameNotFound; a bad handle. query_imports has no meaning here. */
TVM_DLL int TVMModGetFunction(TVMModuleHandle mod, const char *func_name, int query_imports,
                              TVMFunctionHandle *out);
/* The system library stays. A handle that was freed before is fine, one that never was is not. */
TVM_DLL int TVMModFree(TVMModuleHandle mod);
TVM_DLL int TVMFuncFree(TVMFunctionHandle func);
/* *ret_val and *ret_type_code hold null when the function returns nothing. */
TVM_DLL int TVMFuncCall(TVMFunctionHandle func, TVMValue *arg_values, int *type_codes, int num_args,
                        TVMValue *ret_val, int *ret_type_code);
/* f is a TVMBackendPackedCFunc. The name is copied. */
TVM_DLL int TVMFuncRegisterGlobal(const char *name, TVMFunctionHandle f, int override);
/* Returns 0 with *out NULL when there is no such function. */
TVM_DLL int TVMFuncGetGlobal(const char *name, TVMFunctionHandle *out);
/* ret points at a TVMCReturnValue (packed_func.h). */
TVM_DLL int TVMCFuncSetReturn(TVMRetValueHandle ret, TVMValue *value, int *type_code, int num_ret);

/* ---- arrays ---- */

/* A new array of zeros; *out is freed by TVMArrayFree. */
TVM_DLL int TVMArrayAlloc(const tvm_index_t *shape, int ndim, int dtype_code, int dtype_bits,
                          int dtype_lanes, int device_type, int device_id, TVMArrayHandle *out);
/* Give back one reference. An array that is gone already is fine. */
TVM_DLL int TVMArrayFree(TVMArrayHandle handle);
/* nbytes must be the array's size. */
TVM_DLL int TVMArrayCopyFromBytes(TVMArrayHandle handle, void *data, size_t nbytes);
TVM_DLL int TVMArrayCopyToBytes(TVMArrayHandle handle, void *data, size_t nbytes);

/* Free a byte array that TVMFuncCall returned. */
TVM_DLL int TVMByteArrayFree(TVMByteArray *arr);
/* No objects live on a device: nothing to free. */
TVM_DLL int TVMObjectFree(TVMObjectHandle obj);

/* ---- device memory: the heap of the platform ---- */

/* alignment: 1 or any; the size is rounded up to it, the platform's alignment is what counts. */
TVM_DLL int TVMDeviceAllocDataSpace(DLDevice dev, size_t nbytes, size_t alignment,
                                    DLDataType type_hint, void **out_data);
TVM_DLL int TVMDeviceAllocDataSpaceWithScope(DLDevice dev, int ndim, const int64_t *shape,
                                             DLDataType dtype, const char *mem_scope,
                                             void **out_data);
/* ptr must come from one of the two above. */
TVM_DLL int TVMDeviceFreeDataSpace(DLDevice dev, void *ptr);
/* Both compact and of the same size in bytes. */
TVM_DLL int TVMDeviceCopyDataFromTo(DLTensor *from, DLTensor *to, TVMStreamHandle stream);

/* A CPU has one stream, NULL. */
TVM_DLL int TVMStreamCreate(int device_type, int device_id, TVMStreamHandle *out);
TVM_DLL int TVMStreamFree(int device_type, int device_id, TVMStreamHandle stream);
TVM_DLL int TVMSetStream(int device_type, int device_id, TVMStreamHandle stream);
TVM_DLL int TVMSynchronize(int device_type, int device_id, TVMStreamHandle stream);

#ifdef __cplusplus
}
#endif

#endif // TVM_RUNTIME_C_RUNTIME_API_H_
