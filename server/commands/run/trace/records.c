#include "commands/run/trace/records.h"

#include "base/cleanup.h"
#include "client/device_model.h"
#include "client/text/hex.h"

#include <stdlib.h>
#include <string.h>

static const char PREFIX[] = "trace: ";
static const char OPERATOR[] = "operator ";
static const char TENSOR[] = "tensor ";

static bool begin_operator(struct trace_records *records, const char *name, struct error *err)
{
    struct trace_record *grown =
        reallocarray(records->items, records->count + 1, sizeof(*records->items));
    if (!grown)
        return error_no_memory(err, "operators", records->count);
    records->items = grown;
    records->items[records->count] = (struct trace_record){.name = strdup(name)};
    return records->items[records->count++].name || error_no_memory(err, "a name", strlen(name));
}

/* "CODE BITS DIMENSION..." */
static bool parse_type(const char *text, struct tensor *ret_type, struct error *err)
{
    struct rpc_tensor type = {.lanes = 1};
    char *end = NULL;
    unsigned long code = strtoul(text, &end, 10);
    unsigned long bits = strtoul(end, &end, 10);
    type.code = (uint8_t)(code < UINT8_MAX ? code : UINT8_MAX);
    type.bits = (uint8_t)(bits < UINT8_MAX ? bits : UINT8_MAX);
    while (*end == ' ' && type.ndim < TENSOR_MAX_NDIM)
        type.shape[type.ndim++] = strtoll(end, &end, 10);
    if (*end != '\0')
        return error_set(err, ERROR_DEVICE, 0, "\"%.100s\" is no tensor's type", text);
    return device_tensor_type(&type, ret_type, err);
}

static bool begin_tensor(struct trace_records *records, const char *text, struct error *err)
{
    if (records->count == 0)
        return error_set(err, ERROR_DEVICE, 0, "a tensor of no operator");
    struct trace_record *last = &records->items[records->count - 1];
    struct tensor *grown =
        reallocarray(last->outputs, last->outputs_count + 1, sizeof(*last->outputs));
    if (!grown)
        return error_no_memory(err, last->name, sizeof(*grown));
    last->outputs = grown;
    struct tensor *output = &last->outputs[last->outputs_count];
    if (!parse_type(text, output, err))
        return error_wrap(err, "operator %s", last->name);
    output->data = malloc(output->size_bytes + 1);
    if (!output->data)
        return error_no_memory(err, last->name, output->size_bytes);
    last->outputs_count++;
    records->filled_bytes = 0;
    return true;
}

/* The output that is not whole yet; NULL: none. */
static struct tensor *unfilled(const struct trace_records *records)
{
    if (records->count == 0 || records->items[records->count - 1].outputs_count == 0)
        return NULL;
    const struct trace_record *last = &records->items[records->count - 1];
    struct tensor *output = &last->outputs[last->outputs_count - 1];
    return records->filled_bytes < output->size_bytes ? output : NULL;
}

static bool take_bytes(struct trace_records *records, const char *text, struct error *err)
{
    for (const char *at = text; *at; at += 2) {
        struct tensor *output = unfilled(records);
        int byte = hex_read_byte(at);
        if (!output || byte < 0)
            return error_set(err, ERROR_DEVICE, 0, "\"%.20s\": no byte of an output", at);
        ((uint8_t *)output->data)[records->filled_bytes++] = (uint8_t)byte;
    }
    return true;
}

static bool check_whole(const struct trace_records *records, struct error *err)
{
    return !unfilled(records) ||
           error_set(err, ERROR_DEVICE, 0, "operator %s: %zu bytes of an output did not come",
                     records->items[records->count - 1].name,
                     unfilled(records)->size_bytes - records->filled_bytes);
}

bool trace_records_line(struct trace_records *records, const char *line)
{
    size_t length = strlen(PREFIX);
    if (strncmp(line, PREFIX, length) != 0)
        return false;
    const char *text = line + length;
    struct error *err = &records->fault;
    if (err->kind != ERROR_NONE)
        return true;
    if (strncmp(text, OPERATOR, strlen(OPERATOR)) == 0)
        (void)(check_whole(records, err) && begin_operator(records, text + strlen(OPERATOR), err));
    else if (strncmp(text, TENSOR, strlen(TENSOR)) == 0)
        (void)(check_whole(records, err) && begin_tensor(records, text + strlen(TENSOR), err));
    else
        (void)take_bytes(records, text, err);
    return true;
}

static bool are_alike(const struct trace_record *a, const struct trace_record *b)
{
    if (strcmp(a->name, b->name) != 0 || a->outputs_count != b->outputs_count)
        return false;
    for (size_t i = 0; i < a->outputs_count; i++)
        if (!tensor_has_type_of(&a->outputs[i], &b->outputs[i]))
            return false;
    return true;
}

bool trace_records_check(const struct trace_records *records, size_t inferences,
                         size_t *ret_operators, struct error *err)
{
    if (records->fault.kind != ERROR_NONE) {
        *err = records->fault;
        return error_wrap(err, "what the firmware told of its operators");
    }
    if (!check_whole(records, err))
        return false;
    if (records->count == 0 || records->count % inferences != 0)
        return error_set(err, ERROR_DEVICE, 0, "%zu operators ran in %zu inferences",
                         records->count, inferences);
    *ret_operators = records->count / inferences;
    for (size_t i = *ret_operators; i < records->count; i++)
        if (!are_alike(&records->items[i], &records->items[i % *ret_operators]))
            return error_set(err, ERROR_DEVICE, 0,
                             "operator %s ran where in the first inference it was %s",
                             records->items[i].name, records->items[i % *ret_operators].name);
    return true;
}

void trace_records_dispose(struct trace_records *records)
{
    for (size_t i = 0; i < records->count; i++) {
        struct trace_record *item = &records->items[i];
        for (size_t k = 0; k < item->outputs_count; k++)
            tensor_dispose(&item->outputs[k]);
        free(item->outputs);
        free(item->name);
    }
    free(records->items);
    *records = (struct trace_records){.items = NULL};
}
