#include <string.h>
#include <tvm/runtime/crt/internal/common/error.h>
#include <tvm/runtime/crt/packed_func.h>

/* Each name with the bits that it has when no number follows. */
static const struct {
    const char *name;
    uint8_t code;
    uint8_t bits;
} type_names[] = {
    {"int", kDLInt, 32},       {"uint", kDLUInt, 32}, {"float", kDLFloat, 32},
    {"bfloat", kDLBfloat, 32}, {"bool", kDLUInt, 1},  {"handle", kTVMOpaqueHandle, 64},
};

static unsigned read_number(const char **text)
{
    unsigned number = 0;
    for (; **text >= '0' && **text <= '9'; ++*text)
        number = number * 10 + (unsigned)(**text - '0');
    return number;
}

/* The digits and lanes after a name; false when there is something else. */
static bool parse_bits(const char *text, DLDataType *type)
{
    if (*text >= '0' && *text <= '9')
        type->bits = (uint8_t)read_number(&text);
    if (*text == 'x') {
        text++;
        type->lanes = (uint16_t)read_number(&text);
    }
    return *text == '\0';
}

DLDataType String2DLDataType(const char *s)
{
    const DLDataType none = {kTVMOpaqueHandle, 0, 0};
    for (size_t i = 0; i < sizeof(type_names) / sizeof(type_names[0]); i++) {
        size_t length = strlen(type_names[i].name);
        DLDataType type = {type_names[i].code, type_names[i].bits, 1};
        if (strncmp(s, type_names[i].name, length) == 0)
            return parse_bits(s + length, &type) ? type : none;
    }
    return none;
}

static int init(TVMPackedFunc *pf, const char *name, const TVMArgs *args)
{
    size_t length = strnlen(name, sizeof(pf->name) - 1);
    memcpy(pf->name, name, length);
    pf->name[length] = '\0';
    pf->Call = TVMPackedFunc_Call;
    pf->SetArgs = TVMPackedFunc_SetArgs;
    TVMPackedFunc_SetArgs(pf, args);
    return 0;
}

int TVMPackedFunc_InitGlobalFunc(TVMPackedFunc *pf, const char *name, const TVMArgs *args)
{
    int status = TVMFuncGetGlobal(name, &pf->fexec);
    if (status != 0)
        return status;
    if (!pf->fexec)
        return crt_error(kTvmErrorFunctionNameNotFound, "no global function \"%s\"", name);
    return init(pf, name, args);
}

int TVMPackedFunc_InitModuleFunc(TVMPackedFunc *pf, TVMModuleHandle module, const char *name,
                                 const TVMArgs *args)
{
    int status = TVMModGetFunction(module, name, 0, &pf->fexec);
    return status != 0 ? status : init(pf, name, args);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the signature is TVM's */
TVMArgs TVMArgs_Create(TVMValue *values, uint32_t *tcodes, uint32_t values_count)
{
    TVMArgs args;
    memset(&args, 0, sizeof(args));
    args.values_count = values_count < TVM_CRT_MAX_ARGS ? values_count : TVM_CRT_MAX_ARGS;
    for (uint32_t i = 0; i < args.values_count; i++) {
        args.values[i] = values[i];
        args.tcodes[i] = (int)tcodes[i];
    }
    return args;
}

int TVMPackedFunc_Call(TVMPackedFunc *pf)
{
    pf->ret_value.values_count = 1;
    pf->ret_value.tcodes[0] = kTVMNullptr;
    return TVMFuncCall(pf->fexec, pf->args.values, pf->args.tcodes, (int)pf->args.values_count,
                       pf->ret_value.values, pf->ret_value.tcodes);
}

void TVMPackedFunc_SetArgs(TVMPackedFunc *pf, const TVMArgs *args)
{
    pf->args = *args;
}
