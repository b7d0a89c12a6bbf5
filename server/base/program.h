/* Programs as PATH has them. */
#ifndef MICROTVM_QEMU_BASE_PROGRAM_H
#define MICROTVM_QEMU_BASE_PROGRAM_H

/* The path of what execvp would run; NULL: nowhere. The caller frees it. */
char *program_find(const char *name);

#endif
