/* Tensors to a board and back, each way with a checksum of its own: the board tells the sum of what
 * it got, and what it sends is of its own making. A difference, or an error, ends the test. */
#ifndef MICROTVM_QEMU_TESTS_BOARDS_CONFORMANCE_TENSORS_H
#define MICROTVM_QEMU_TESTS_BOARDS_CONFORMANCE_TENSORS_H

#include "boards/conformance/tvm_session.h"

#include <stddef.h>

enum { TENSOR_MOST_BYTES = 1 << 20 };

/* The largest that the board's memory holds, to 4 KiB, and no more than TENSOR_MOST_BYTES. */
size_t tensor_largest(struct tvm_session *session);

/* All of its bytes over the line. */
void tensor_both_ways(struct tvm_session *session, size_t size_bytes);

/* Its first and its last bytes over the line; the sum is of all. For 8 KiB and more. */
void tensor_ends_both_ways(struct tvm_session *session, size_t size_bytes);

#endif
