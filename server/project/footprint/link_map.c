#include "project/footprint/link_map.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_MAP_BYTES = 1 << 28, HEXADECIMAL = 16, FIRST_CAPACITY = 1024 };

/* In front of the part that says where everything is. */
static const char BEGIN[] = "\nLinker script and memory map\n";

/* What was read last. */
struct reader {
    struct link_map *map;
    size_t capacity;
    const char *output;
    const char *section; /* whose numbers stand in the next line; NULL: none */
};

/* The number at *at, which moves behind it and the blanks that follow. */
static bool take_number(char **at, uint64_t *ret_number)
{
    char *end = NULL;
    if (strncmp(*at, "0x", 2) != 0)
        return false;
    *ret_number = strtoull(*at, &end, HEXADECIMAL);
    if (end == *at + 2 || (*end != ' ' && *end != '\0'))
        return false;
    *at = end + strspn(end, " ");
    return true;
}

/* The word at *at, which moves behind it and the blanks that follow. */
static char *take_word(char **at)
{
    char *word = *at;
    char *end = word + strcspn(word, " ");
    *at = end + strspn(end, " ");
    *end = '\0';
    return word;
}

static bool add(struct reader *reader, const struct link_piece *piece)
{
    struct link_map *map = reader->map;
    if (map->count == reader->capacity) {
        size_t wanted = reader->capacity ? 2 * reader->capacity : FIRST_CAPACITY;
        struct link_piece *larger = realloc(map->pieces, wanted * sizeof(*larger));
        if (!larger)
            return false;
        map->pieces = larger;
        reader->capacity = wanted;
    }
    map->pieces[map->count++] = *piece;
    return true;
}

/* "0x00000123       0x24 FILE", behind a piece's name or in the line after it. A file's name may
 * hold blanks. */
static bool take_place(struct reader *reader, const char *section, char *at)
{
    uint64_t address = 0;
    uint64_t size_bytes = 0;
    if (!take_number(&at, &address) || !take_number(&at, &size_bytes) || *at == '\0')
        return true;
    const struct link_piece piece = {reader->output, section, at, address};
    return size_bytes == 0 || add(reader, &piece);
}

/* " .text.name     0x00000123       0x24 FILE"; a long name stands alone. Others begin with two
 * blanks and more (symbols, what a line before goes on with), or with "*": what the linker's script
 * says, and what it filled. */
static bool take_line(struct reader *reader, char *line)
{
    const char *section = reader->section;
    reader->section = NULL;
    if (line[0] != ' ') {
        char *name = take_word(&line);
        if (name[0])
            reader->output = name;
        return true;
    }
    char *at = line + strspn(line, " ");
    if (at - line > 1)
        return !section || take_place(reader, section, at);
    if (*at == '*' || *at == '\0')
        return true;
    section = take_word(&at);
    if (*at)
        return take_place(reader, section, at);
    reader->section = section;
    return true;
}

bool link_map_load(const char *path, struct link_map *ret_map, struct error *err)
{
    struct link_map map = {.text = NULL};
    struct reader reader = {.map = &map, .output = ""};
    char *rest = NULL;
    if (!file_read(path, MAX_MAP_BYTES, &map.text, NULL, err))
        return false;
    char *begin = strstr(map.text, BEGIN);
    char *line = begin ? strtok_r(begin + sizeof(BEGIN) - 1, "\n", &rest) : NULL;
    for (; line; line = strtok_r(NULL, "\n", &rest)) {
        if (take_line(&reader, line))
            continue;
        link_map_dispose(&map);
        return error_no_memory(err, "a linker's map", reader.capacity * sizeof(*map.pieces));
    }
    *ret_map = map;
    return true;
}

void link_map_dispose(struct link_map *map)
{
    free(map->pieces);
    free(map->text);
    *map = (struct link_map){.text = NULL};
}
