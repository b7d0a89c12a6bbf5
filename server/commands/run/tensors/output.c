#include "commands/run/tensors/output.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/sha256.h"

#include <ctype.h>
#include <string.h>

enum { CHECKSUM_LENGTH = 16 };

/* The name is the archive's: it may hold anything, "../" included. */
static char safe_character(char character, bool first)
{
    bool safe = isalnum((unsigned char)character) || character == '_' || character == '-' ||
                (character == '.' && !first);
    return (char)(safe ? character : '_');
}

static bool same_when_safe(const char *a, const char *b)
{
    size_t i = 0;
    while (a[i] && b[i] && safe_character(a[i], i == 0) == safe_character(b[i], i == 0))
        i++;
    return a[i] == b[i];
}

/* A file system takes 255 bytes, some of them those of what is put around the name. */
static void shorten(const char *name, char *safe)
{
    char checksum[SHA256_TEXT_SIZE];
    size_t length = strlen(safe);
    if (length <= RUN_OUTPUT_NAME_LENGTH)
        return;
    sha256_text(name, length, checksum);
    safe[RUN_OUTPUT_NAME_LENGTH - CHECKSUM_LENGTH - 1] = '@';
    memcpy(safe + RUN_OUTPUT_NAME_LENGTH - CHECKSUM_LENGTH, checksum, CHECKSUM_LENGTH);
    safe[RUN_OUTPUT_NAME_LENGTH] = '\0';
}

char *run_output_file_name(const struct model_port *outputs, size_t index)
{
    const char *name = outputs[index].name;
    bool taken = name[0] == '\0';
    for (size_t i = 0; i < index; i++)
        taken = taken || same_when_safe(outputs[i].name, name);
    cleanup_free char *safe = strdup(name);
    if (!safe)
        return NULL;
    for (size_t i = 0; safe[i]; i++)
        safe[i] = safe_character(safe[i], i == 0);
    shorten(name, safe);
    return taken ? file_path("%s@%zu.npy", safe, index) : file_path("%s.npy", safe);
}

bool run_output_compare(struct run_data *data, const struct device_model *model,
                        const struct tolerance *tolerance, struct report *report)
{
    bool matches = true;
    for (size_t i = 0; i < data->outputs_count; i++) {
        const struct tensor *got = &data->outputs[i];
        if (!got->data || !data->expect_of[i]) {
            report_output(report, model->outputs[i].name, got, NULL, NULL);
            continue;
        }
        /* One inference's expectation may lack the axis that its output has, or the reverse: the
         * elements are the same. */
        struct tensor expected = data->expect_of[i]->tensor;
        expected.ndim = got->ndim;
        memcpy(expected.shape, got->shape, sizeof(expected.shape));
        struct run_verdict *verdict = &data->verdicts[i];
        *verdict = (struct run_verdict){true, tensor_compare(got, &expected, tolerance)};
        report_output(report, model->outputs[i].name, got, &expected, &verdict->comparison);
        matches = matches && verdict->comparison.mismatches == 0;
    }
    return matches;
}
