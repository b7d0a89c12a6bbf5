/* What a board made of handwritten digits, for people: draws as many as fit side by side (four at
 * most; in ASCII where the locale is not UTF-8), says what was meant and what the board answered,
 * and counts how many of all it got right.
 *
 * show_digits IMAGES.npy LABELS.npy PROBABILITIES.npy AT_LEAST
 *
 * Exit status: 0 at least AT_LEAST are right, 1 fewer are, 2 wrong usage or input. */
#include "base/cleanup.h"
#include "base/error.h"
#include "client/npy.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    SIDE = 8, /* pixels of an image */
    CLASSES = 10,
    DRAWN_MAX = 4,
    MARGIN = 2,
    COLUMN_WIDTH = 2 * SIDE + 3, /* a pixel is two characters wide: about square */
    USUAL_WIDTH = 80,
    DARKEST = 4, /* shade of a pixel; 0 is white */
};

struct digits {
    struct tensor images;        /* float32, 0 to 1, SIDE * SIDE each */
    struct tensor labels;        /* int32 */
    struct tensor probabilities; /* float32, CLASSES each */
    int64_t count;
};

static void digits_dispose(struct digits *digits)
{
    tensor_dispose(&digits->images);
    tensor_dispose(&digits->labels);
    tensor_dispose(&digits->probabilities);
}

static bool check(const char *path, const struct tensor *tensor, enum tensor_code code,
                  int64_t elements, struct error *err)
{
    char dtype[32];
    char shape[192];
    if (tensor->code == code && tensor->bits == 32 && tensor_elements(tensor) == elements)
        return true;
    return error_set(err, ERROR_USAGE, 0, "%s: %s of shape %s, should be %s with %lld elements",
                     path, tensor_dtype_text(tensor, dtype, sizeof(dtype)),
                     tensor_shape_text(tensor, shape, sizeof(shape)),
                     code == TENSOR_INT ? "int32" : "float32", (long long)elements);
}

/* The three files must be of one length; that of the labels counts. */
static bool digits_load(char *const *paths, struct digits *digits, struct error *err)
{
    if (!npy_load(paths[0], &digits->images, err) || !npy_load(paths[1], &digits->labels, err) ||
        !npy_load(paths[2], &digits->probabilities, err))
        return false;
    digits->count = tensor_elements(&digits->labels);
    return check(paths[1], &digits->labels, TENSOR_INT, digits->count, err) &&
           check(paths[0], &digits->images, TENSOR_FLOAT, digits->count * SIDE * SIDE, err) &&
           check(paths[2], &digits->probabilities, TENSOR_FLOAT, digits->count * CLASSES, err);
}

/* The most probable class of image i; -1 when the probabilities are no numbers. */
static int answer(const struct digits *digits, int64_t i, float *ret_probability)
{
    const float *probabilities = (const float *)digits->probabilities.data + i * CLASSES;
    int best = -1;
    float highest = -1.0F;
    for (int digit = 0; digit < CLASSES; digit++) {
        if (!(probabilities[digit] > highest))
            continue;
        highest = probabilities[digit];
        best = digit;
    }
    *ret_probability = highest;
    return best;
}

static int label(const struct digits *digits, int64_t i)
{
    return ((const int32_t *)digits->labels.data)[i];
}

static bool is_right(const struct digits *digits, int64_t i)
{
    float probability;
    return answer(digits, i, &probability) == label(digits, i);
}

static bool locale_is_utf8(void)
{
    setlocale(LC_CTYPE, "");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* Of the terminal; a pipe is taken for a usual one, unless COLUMNS tells. */
static int width(void)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return columns && atoi(columns) > 0 ? atoi(columns) : USUAL_WIDTH;
}

/* How many digits fit side by side. The last one has no space behind it. */
static int room(void)
{
    int count = (width() - MARGIN + COLUMN_WIDTH - 2 * SIDE) / COLUMN_WIDTH;
    return count < 0 ? 0 : count > DRAWN_MAX ? DRAWN_MAX : count;
}

static void draw_row(const struct digits *digits, int64_t i, int row, const char *const *shades)
{
    const float *pixels = (const float *)digits->images.data + (i * SIDE + row) * SIDE;
    for (int column = 0; column < SIDE; column++) {
        int shade = pixels[column] > 0 ? (int)(pixels[column] * DARKEST + 0.5F) : 0;
        fputs(shades[shade < DARKEST ? shade : DARKEST], stdout);
    }
}

static void draw_images(const struct digits *digits, const int64_t *chosen, int count)
{
    static const char *const BLOCKS[DARKEST + 1] = {"  ", "░░", "▒▒", "▓▓", "██"};
    static const char *const LETTERS[DARKEST + 1] = {"  ", "..", "++", "%%", "@@"};
    const char *const *shades = locale_is_utf8() ? BLOCKS : LETTERS;
    for (int row = 0; row < SIDE; row++) {
        for (int k = 0; k < count; k++) {
            printf("%*s", k == 0 ? MARGIN : COLUMN_WIDTH - 2 * SIDE, "");
            draw_row(digits, chosen[k], row, shades);
        }
        putchar('\n');
    }
}

/* In column k, of so many. */
static void print_caption(const char *caption, int k, int count)
{
    printf("%*s%-*s", k == 0 ? MARGIN : 0, "", k + 1 < count ? COLUMN_WIDTH : 0, caption);
    if (k + 1 == count)
        putchar('\n');
}

/* Side by side, with what was meant and what the board says below. */
static void draw(const struct digits *digits, const int64_t *chosen, int count)
{
    char caption[64];
    draw_images(digits, chosen, count);
    for (int k = 0; k < count; k++) {
        snprintf(caption, sizeof(caption), "a person wrote %d", label(digits, chosen[k]));
        print_caption(caption, k, count);
    }
    for (int k = 0; k < count; k++) {
        float probability;
        int digit = answer(digits, chosen[k], &probability);
        snprintf(caption, sizeof(caption), "board: %d (%.0f %%)", digit, 100 * (double)probability);
        print_caption(caption, k, count);
    }
}

static bool label_is_among(const struct digits *digits, int64_t i, const int64_t *chosen, int count)
{
    for (int k = 0; k < count; k++)
        if (label(digits, chosen[k]) == label(digits, i))
            return true;
    return false;
}

/* The first images of different digits, and in the last place the first one that the board got
 * wrong. */
static int choose(const struct digits *digits, int most, int64_t *chosen)
{
    int count = 0;
    for (int64_t i = 0; i < digits->count && count < most; i++)
        if (is_right(digits, i) && !label_is_among(digits, i, chosen, count))
            chosen[count++] = i;
    int64_t wrong = 0;
    while (wrong < digits->count && is_right(digits, wrong))
        wrong++;
    if (wrong == digits->count || most == 0)
        return count;
    if (count == most)
        count--;
    chosen[count++] = wrong;
    return count;
}

int main(int argc, char **argv)
{
    __attribute__((cleanup(digits_dispose))) struct digits digits = {.count = 0};
    struct error err = {.kind = ERROR_NONE};
    char *end = NULL;
    long at_least = argc == 5 ? strtol(argv[4], &end, 10) : -1;
    if (argc != 5 || end == argv[4] || *end != '\0') {
        fputs("usage: show_digits IMAGES.npy LABELS.npy PROBABILITIES.npy AT_LEAST\n", stderr);
        return 2;
    }
    if (!digits_load(argv + 1, &digits, &err)) {
        fprintf(stderr, "show_digits: %s\n", err.text);
        return 2;
    }
    int64_t chosen[DRAWN_MAX];
    int count = choose(&digits, room(), chosen);
    if (count > 0)
        draw(&digits, chosen, count);
    long right = 0;
    for (int64_t i = 0; i < digits.count; i++)
        right += is_right(&digits, i);
    printf("  the board read %ld of %lld digits right\n", right, (long long)digits.count);
    if (right >= at_least)
        return 0;
    fprintf(stderr, "show_digits: %ld right, at least %ld expected\n", right, at_least);
    return 1;
}
