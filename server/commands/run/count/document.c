#include "commands/document/value.h"
#include "commands/run/count/table.h"

#include <math.h>

/* Whole numbers as such. */
static cJSON *mean(uint64_t sum, uint64_t count)
{
    return sum % count == 0 ? document_size(sum / count)
                            : document_number((double)sum / (double)count);
}

static cJSON *to_split(const struct counts *counts)
{
    double each = counts_to_split(counts);
    return each == floor(each) ? document_size((uint64_t)each) : document_number(each);
}

static cJSON *operator_of(const struct counts *counts, const struct count_operator *operator_)
{
    const uint64_t inferences = counts->split_inferences;
    double each = (double)operator_->instructions / (double)inferences;
    cJSON *object = cJSON_CreateObject();
    bool good = object && document_add(object, "name", document_text(operator_->name)) &&
                document_add(object, "calls", mean(operator_->calls, inferences)) &&
                document_add(object, "instructions", mean(operator_->instructions, inferences)) &&
                document_add(object, "share", document_number(each / counts_split_sum(counts)));
    return document_finish(object, good);
}

static cJSON *operators_of(const struct counts *counts)
{
    cJSON *array = cJSON_CreateArray();
    bool good = array != NULL;
    for (size_t i = 0; good && i < counts->operators_count; i++) {
        cJSON *operator_ = operator_of(counts, &counts->operators[i]);
        good = operator_ && cJSON_AddItemToArray(array, operator_);
    }
    return document_finish(array, good);
}

cJSON *counts_document(const struct counts *counts)
{
    if (counts->inferences == 0)
        return cJSON_CreateNull();
    bool is_split = counts->split_inferences > 0;
    double difference = is_split ? counts_split_sum(counts) - counts_to_split(counts) : 0;
    cJSON *object = cJSON_CreateObject();
    bool good =
        object &&
        document_add(object, "instructions_per_inference",
                     mean(counts->instructions, counts->inferences)) &&
        document_add(object, "least", document_size(counts->least)) &&
        document_add(object, "most", document_size(counts->most)) &&
        document_add(object, "operators_inferences", document_size(counts->split_inferences)) &&
        document_add(object, "operators_instructions_per_inference",
                     is_split ? to_split(counts) : cJSON_CreateNull()) &&
        document_add(object, "overhead_instructions",
                     is_split ? mean(counts->outside, counts->split_inferences)
                              : cJSON_CreateNull()) &&
        document_add(object, "hooks_difference",
                     is_split ? document_number(difference) : cJSON_CreateNull()) &&
        document_add(object, "operators", is_split ? operators_of(counts) : cJSON_CreateArray());
    return document_finish(object, good);
}
