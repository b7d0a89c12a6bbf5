#include "commands/option_arguments.h"

#include "api/options.h"
#include "project/board_file.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool option_arguments_add(struct option_arguments *options, const char *text, struct error *err)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return error_set(err, ERROR_USAGE, 0, "--option \"%s\": give NAME=VALUE", text);
    const char **grown = realloc(options->texts, (options->count + 1) * sizeof(*grown));
    if (!grown)
        return error_no_memory(err, "an argument", sizeof(*grown));
    options->texts = grown;
    grown[options->count++] = text;
    return true;
}

void option_arguments_dispose(struct option_arguments *options)
{
    free(options->texts);
    *options = (struct option_arguments){0};
}

/* Values are strings, as tvmc sends them for every type. */
static bool apply(const char *text, struct settings *settings, struct error *err)
{
    const char *equals = strchr(text, '=');
    char *name = strndup(text, (size_t)(equals - text));
    cJSON *object = cJSON_CreateObject();
    bool good = false;
    if (!name || !object || !cJSON_AddStringToObject(object, name, equals + 1))
        error_no_memory(err, "an option", strlen(text));
    else
        good = options_apply(object, settings, err);
    char *ignored = good ? options_ignored(object) : NULL;
    if (ignored)
        fprintf(stderr, "microtvm-qemu: ignored, for QEMU plays the board: --option %s\n", text);
    free(ignored);
    cJSON_Delete(object);
    free(name);
    return good ? true : error_wrap(err, "--option %s", text);
}

bool option_arguments_apply(const struct option_arguments *options, const char *board,
                            struct settings *settings, struct error *err)
{
    for (size_t i = 0; i < options->count; i++)
        if (!apply(options->texts[i], settings, err))
            return false;
    if (!board)
        return true;
    if (settings->board && strcmp(settings->board, board) != 0)
        return error_set(err, ERROR_USAGE, 0, "--board %s and --option board=%s: name one board",
                         board, settings->board);
    free(settings->board);
    settings->board = strdup(board);
    return settings->board ? true : error_no_memory(err, "the board's name", strlen(board));
}

bool option_arguments_find_board(char **board, struct error *err)
{
    static const char ending[] = ".json";
    size_t length = *board ? strlen(*board) : 0;
    bool is_file = length > strlen(ending) && strcmp(*board + length - strlen(ending), ending) == 0;
    if (!*board || (!is_file && !board_file_is_path(*board)))
        return true;
    char *path = realpath(*board, NULL);
    if (!path)
        return error_set(err, errno == ENOENT || errno == ENOTDIR ? ERROR_USAGE : ERROR_SYSTEM,
                         errno, "board %s", *board);
    free(*board);
    *board = path;
    return true;
}

bool option_arguments_check_crt(const char *crt_dir, const struct settings *settings,
                                struct error *err)
{
    if (settings->crt && strcmp(settings->crt, "bundled") == 0 && crt_dir)
        return error_set(err, ERROR_USAGE, 0,
                         "--crt-dir %s and --option crt=bundled: name one runtime", crt_dir);
    return true;
}

bool option_arguments_check_host_driven(const char *command, const char *crt_dir,
                                        const struct settings *settings, struct error *err)
{
    if (settings->project_type && strcmp(settings->project_type, "host_driven") != 0)
        return error_set(err, ERROR_USAGE, 0,
                         "--option project_type=%s: %s drives the model from the host: leave it "
                         "out",
                         settings->project_type, command);
    return option_arguments_check_crt(crt_dir, settings, err);
}
