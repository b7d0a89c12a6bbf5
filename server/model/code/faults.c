#include "model/code/faults.h"

#include "model/code/c_text.h"

#include <ctype.h>
#include <string.h>

/* int32_t NAME(struct NAME_inputs* inputs, ...), or NAME(struct NAME_workspace_pools* ...) */
static const char C_ENTRY[] = "_run(struct ";
static const char UNPACKED_ENTRY[] = "_run(void* args, void* type_code, ";
static const char PACKED_ENTRY[] = "_run(TVMValue* args, int* type_code, ";

bool code_check_entry(const char *text, size_t size, const char *place, struct error *err)
{
    struct span all = {text, size};
    if (!c_text_find(all, "TVMSystemLibEntryPoint") || !c_text_find(all, PACKED_ENTRY))
        return true;
    if (c_text_find(all, C_ENTRY))
        return error_set(err, ERROR_MODEL, 0,
                         "%s: the C interface and a system library exclude each other: TVM's code "
                         "for both does not compile (apache/tvm #17194, #14871). Export the model "
                         "with Runtime(\"crt\") for the C interface, or with Executor(\"aot\") and "
                         "Runtime(\"crt\", {\"system-lib\": True}) to drive it from the host",
                         place);
    if (c_text_find(all, UNPACKED_ENTRY))
        return error_set(err, ERROR_MODEL, 0,
                         "%s: \"unpacked-api\": True and a system library exclude each other: "
                         "TVM's code for both does not compile. Export the model with "
                         "Executor(\"aot\"), without \"unpacked-api\"; or with Executor(\"aot\", "
                         "{\"interface-api\": \"c\", \"unpacked-api\": True}) and Runtime(\"crt\")",
                         place);
    return true;
}

static bool is_word(char character)
{
    return isalnum((unsigned char)character) || character == '_';
}

/* "half*", as in (half*)x and half* x: TVM puts a blank in front of the '*' that multiplies. */
bool code_needs_half(const char *text, size_t size)
{
    static const char TYPE[] = "half*";
    const char *end = text + size;
    const char *at = c_text_find((struct span){text, size}, TYPE);
    if (at && (c_text_find((struct span){text, size}, " half;") ||
               c_text_find((struct span){text, size}, "define half")))
        return false;
    while (at) {
        const char *behind = at + strlen(TYPE);
        if ((at == text || !is_word(at[-1])) && (*behind == ')' || *behind == ' '))
            return true;
        at = c_text_find((struct span){behind, (size_t)(end - behind)}, TYPE);
    }
    return false;
}
