#include "commands/doctor/findings.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "commands/document/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char INSTALL[] = "apt-get install --no-install-recommends";

void findings_open(struct findings *findings, bool as_json)
{
    *findings = (struct findings){.as_json = as_json, .complete = true, .healthy = true};
    if (!as_json)
        return;
    findings->machine = cJSON_CreateArray();
    findings->boards = cJSON_CreateArray();
    findings->complete = findings->machine && findings->boards;
}

void findings_dispose(struct findings *findings)
{
    for (size_t i = 0; i < findings->choices_count; i++)
        free(findings->choices[i]);
    cJSON_Delete(findings->machine);
    cJSON_Delete(findings->boards);
    *findings = (struct findings){.as_json = false};
}

void findings_begin_machine(struct findings *findings)
{
    if (!findings->as_json)
        printf("this machine\n");
}

void findings_begin_board(struct findings *findings, const char *name)
{
    if (!findings->as_json) {
        printf("%s\n", name);
        return;
    }
    cJSON *board = cJSON_CreateObject();
    bool added = findings->complete && board && cJSON_AddItemToArray(findings->boards, board);
    if (!added)
        cJSON_Delete(board);
    findings->complete = added && document_add(board, "name", document_text(name)) &&
                         document_add(board, "checks", cJSON_CreateArray());
    findings->board = added ? board : NULL;
}

void findings_end_board(struct findings *findings, enum findings_verdict verdict)
{
    static const char *const names[] = {"works", "unavailable", "fails"};
    findings->unavailable_count += verdict == BOARD_UNAVAILABLE ? 1 : 0;
    findings->healthy = findings->healthy && verdict != BOARD_FAILS;
    if (findings->as_json)
        findings->complete = findings->complete &&
                             document_add(findings->board, "state", document_text(names[verdict]));
}

static bool keep(struct findings *findings, const char *state, const char *what, cJSON *detail)
{
    cJSON *checks =
        findings->board ? cJSON_GetObjectItem(findings->board, "checks") : findings->machine;
    cJSON *check = cJSON_CreateObject();
    bool good = document_add(check, "what", document_text(what + strspn(what, " "))) &&
                document_add(check, "state", document_text(state));
    good = document_add(check, "detail", detail) && good;
    check = document_finish(check, good);
    if (check && cJSON_AddItemToArray(checks, check))
        return true;
    cJSON_Delete(check);
    return false;
}

void findings_add(struct findings *findings, const char *state, const char *what,
                  const char *detail)
{
    if (!findings->as_json)
        printf("  %-8s %-26s %s\n", state, what, detail);
    else if (findings->complete)
        findings->complete = keep(findings, state, what, document_text(detail));
}

void findings_add_text(struct findings *findings, const char *state, const char *what,
                       const char *text)
{
    if (findings->as_json) {
        if (findings->complete)
            findings->complete = keep(findings, state, what, document_lines(text));
        return;
    }
    printf("  %-8s %-26s\n", state, what);
    for (size_t length = 0; *text; text += length + (text[length] == '\n')) {
        length = strcspn(text, "\n");
        printf("    %.*s\n", (int)length, text);
    }
}

void findings_need_package(struct findings *findings, const char *package)
{
    for (size_t i = 0; i < findings->packages_count; i++) {
        if (strcmp(findings->packages[i], package) == 0)
            return;
    }
    if (findings->packages_count < FINDINGS_PACKAGES)
        findings->packages[findings->packages_count++] = package;
}

void findings_need_choice(struct findings *findings, char *command)
{
    cleanup_free char *owned = command;
    for (size_t i = 0; i < findings->choices_count; i++) {
        if (strcmp(findings->choices[i], owned) == 0)
            return;
    }
    if (findings->choices_count < FINDINGS_PACKAGES)
        findings->choices[findings->choices_count++] = steal_pointer(owned);
}

/* ---- the end ---- */

static void print_end(const struct findings *findings)
{
    if (findings->packages_count + findings->choices_count > 0)
        printf("\nInstall what is missing:\n");
    for (size_t i = 0; i < findings->packages_count; i++)
        printf("%s%s %s", i == 0 ? "  " : "", i == 0 ? INSTALL : "", findings->packages[i]);
    if (findings->packages_count > 0)
        printf("\n");
    for (size_t i = 0; i < findings->choices_count; i++)
        printf("  %s\n", findings->choices[i]);
    if (!findings->healthy)
        printf("\nNot every board works.\n");
    else if (findings->unavailable_count > 0)
        printf("\nEvery board works, but for %zu whose machine QEMU here does not have.\n",
               findings->unavailable_count);
    else
        printf("\nEvery board works.\n");
}

static bool add_text(cJSON *list, const char *text)
{
    cJSON *item = document_text(text);
    if (item && cJSON_AddItemToArray(list, item))
        return true;
    cJSON_Delete(item);
    return false;
}

static cJSON *make_packages(const struct findings *findings)
{
    cJSON *list = cJSON_CreateArray();
    bool good = list != NULL;
    for (size_t i = 0; good && i < findings->packages_count; i++)
        good = add_text(list, findings->packages[i]);
    return document_finish(list, good);
}

/* The commands that print_end shows. */
static cJSON *make_remedies(const struct findings *findings)
{
    cJSON *list = cJSON_CreateArray();
    cleanup_free char *line = findings->packages_count > 0 ? strdup(INSTALL) : NULL;
    bool good = list && (line || findings->packages_count == 0);
    for (size_t i = 0; good && i < findings->packages_count; i++) {
        char *longer = file_path("%s %s", line, findings->packages[i]);
        free(line);
        line = longer;
        good = line != NULL;
    }
    good = good && (!line || add_text(list, line));
    for (size_t i = 0; good && i < findings->choices_count; i++)
        good = add_text(list, findings->choices[i]);
    return document_finish(list, good);
}

static bool print_document(struct findings *findings, int exit_code)
{
    cJSON *root = cJSON_CreateObject();
    bool good = findings->complete &&
                document_add(root, "format", document_text("microtvm-qemu doctor")) &&
                document_add(root, "version", cJSON_CreateNumber(1)) &&
                document_add(root, "exit_code", cJSON_CreateNumber(exit_code)) &&
                document_add(root, "healthy", cJSON_CreateBool(findings->healthy)) &&
                document_add(root, "machine", steal_pointer(findings->machine)) &&
                document_add(root, "boards", steal_pointer(findings->boards)) &&
                document_add(root, "packages", make_packages(findings)) &&
                document_add(root, "remedies", make_remedies(findings));
    root = document_finish(root, good);
    cleanup_free char *text = root ? document_print(root) : NULL;
    cJSON_Delete(root);
    if (text)
        fputs(text, stdout);
    return text != NULL;
}

bool findings_finish(struct findings *findings, int exit_code, struct error *err)
{
    if (!findings->as_json)
        print_end(findings);
    else if (!print_document(findings, exit_code))
        return error_no_memory(err, "the document", sizeof(*findings));
    return true;
}
