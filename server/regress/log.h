/* What a run printed. */
#ifndef MICROTVM_QEMU_REGRESS_LOG_H
#define MICROTVM_QEMU_REGRESS_LOG_H

/* All of it, or the end of one that is very long, or why it can't be read. A new string; NULL: no
 * memory. */
char *log_read(const char *path);

#endif
