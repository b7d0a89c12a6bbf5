#include "base/cleanup.h"
#include "base/text.h"
#include "regress/json.h"
#include "regress/report/document.h"
#include "regress/report/writers.h"

#include <string.h>

/* As GitHub's runner undoes it; a ':' or ',' would end a property. */
static void put(FILE *out, const char *text, bool is_property)
{
    char piece[8192];
    while (text && *text) {
        size_t size = strcspn(text, "\n");
        cleanup_free char *raw = strndup(text, size);
        const char *at = raw ? text_printable(raw, piece, sizeof(piece)) : "";
        for (; *at; at++)
            if (*at == '%' || (is_property && strchr(":,", *at)))
                fprintf(out, "%%%02X", (unsigned char)*at);
            else
                fputc(*at, out);
        text += size;
        if (*text) {
            fputs("%0A", out);
            text++;
        }
    }
}

void github_write(FILE *out, const cJSON *document)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, json_at(document, "cases"))
    {
        bool is_flaky = json_true_at(item, "flaky");
        if (document_passed(item) && !is_flaky)
            continue;
        cleanup_free char *messages = document_messages(item);
        const char *status = json_text_at(item, "status");
        fputs(is_flaky ? "::notice title=" : "::error title=", out);
        put(out, json_text_at(item, "name"), true);
        fputs("::", out);
        put(out,
            is_flaky                ? "flaky: it passed on a retry"
            : messages && *messages ? messages
                                    : status,
            false);
        fputc('\n', out);
    }
}
