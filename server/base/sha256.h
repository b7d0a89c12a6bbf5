/* SHA-256 (FIPS 180-4): a checksum that other programs have, too (sha256sum, Python's hashlib). */
#ifndef MICROTVM_QEMU_BASE_SHA256_H
#define MICROTVM_QEMU_BASE_SHA256_H

#include <stddef.h>

enum { SHA256_TEXT_SIZE = 65 };

/* Of data, in lower-case hexadecimal. Returns the buffer. */
const char *sha256_text(const void *data, size_t size_bytes, char buffer[SHA256_TEXT_SIZE]);

#endif
