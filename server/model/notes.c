#include "model/notes.h"

#include "model/unpack.h"

#include <stdio.h>

enum { LINE_SIZE = 2048 };

void model_tell_notes(const struct model *model, void (*tell)(void *context, const char *line),
                      void *context)
{
    char line[LINE_SIZE];
    const char *const notes[] = {model->inputs_note, model->outputs_note};
    for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
        snprintf(line, sizeof(line), "note: %s", notes[i] ? notes[i] : "");
        if (notes[i])
            tell(context, line);
    }
    for (size_t i = 0; i < model->outputs_count; i++) {
        char name[UNPACK_NAME_TEXT_SIZE];
        snprintf(line, sizeof(line), "note: output %s is never written: " MODEL_UNWRITTEN,
                 unpack_name_text(model->outputs[i].name, name));
        if (model->outputs[i].unwritten)
            tell(context, line);
    }
}
