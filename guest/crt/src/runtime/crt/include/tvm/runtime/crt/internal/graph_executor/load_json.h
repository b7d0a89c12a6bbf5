/* JSON read where it stands: no tree and no memory, so that a graph costs its text and nothing
 * more. A reader is a place in a text; a copy of it reads the same again.
 *
 * All functions return 0, or an error code with text that names the place. After an error a reader
 * is of no use. */
#ifndef TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_LOAD_JSON_H_
#define TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_LOAD_JSON_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct json_reader {
    const char *text;
    const char *next; /* NULL: nowhere */
    const char *end;
};

struct json_reader json_open(const char *text, size_t size_bytes);

/* Names the reader's place: "graph, byte 17: PROBLEM". */
int json_error(const struct json_reader *reader, const char *problem);

/* Escapes become UTF-8; \u0000 and surrogates are refused. What does not fit into the buffer, of
 * which the last byte is for NUL, is cut: *ret_length is what the whole string has. A buffer of no
 * bytes may be NULL. */
int json_read_string(struct json_reader *reader, char *buffer, size_t buffer_size_bytes,
                     size_t *ret_length);

/* A whole number that an int64_t holds. */
int json_read_integer(struct json_reader *reader, int64_t *ret_value);
int json_read_uint32(struct json_reader *reader, uint32_t *ret_value);

/* Any value, checked for being well-formed. Errors: nested deeper than 16. */
int json_skip(struct json_reader *reader);

/* Is nothing but space left? */
int json_end(struct json_reader *reader);

/* An array is read as
 *     int status = json_begin(&reader, '[');
 *     bool more = true;
 *     while (status == 0 && (status = json_next(&reader, ']', &more)) == 0 && more)
 *         status = (read one element);
 */
int json_begin(struct json_reader *reader, char bracket);
/* Takes the comma in front of an element, or the bracket at the end; then *ret_more is false. */
int json_next(struct json_reader *reader, char bracket, bool *ret_more);

/* How many elements the array at `reader` has; it is read to its end. */
int json_count(struct json_reader *reader, uint32_t *ret_count);

/* Reads the object at `reader` to its end and notes where the values of some members stand; nowhere
 * for those that it has not. Of two of a name the last counts. */
int json_find(struct json_reader *reader, const char *const *names, struct json_reader *ret_values,
              size_t count);

#ifdef __cplusplus
}
#endif

#endif // TVM_RUNTIME_CRT_INTERNAL_GRAPH_EXECUTOR_LOAD_JSON_H_
