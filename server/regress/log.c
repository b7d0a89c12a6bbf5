#include "regress/log.h"

#include "base/cleanup.h"
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_MAX_BYTES = 4 * 1024 * 1024 };

char *log_read(const char *path)
{
    cleanup_free char *text = NULL;
    cleanup_file FILE *file = fopen(path, "re");
    long size = file && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    long left_out = size > LOG_MAX_BYTES ? size - LOG_MAX_BYTES : 0;
    if (size < 0 || fseek(file, left_out, SEEK_SET) != 0)
        return file_path("(%s: %s)", path, strerror(errno));
    text = malloc((size_t)(size - left_out) + 1);
    if (!text)
        return NULL;
    text[fread(text, 1, (size_t)(size - left_out), file)] = '\0';
    return left_out > 0 ? file_path("(%ld bytes before this are left out)\n%s", left_out, text)
                        : steal_pointer(text);
}
