/* Processes that have left the group of the child that we started, as a daemon does: child_stop
 * does not find them. The kernel hands them to us when their parent ends, if we ask it to. */
#ifndef MICROTVM_QEMU_BASE_STRAYS_H
#define MICROTVM_QEMU_BASE_STRAYS_H

/* From now on (PR_SET_CHILD_SUBREAPER); again is fine. */
void strays_adopt(void);

/* Kill and reap every child of ours that was given this argument on its command line, and reap
 * those that nobody else will, also where they have only begun to end. To be called when the one
 * that we started with it has been reaped. */
void strays_end(const char *argument);

#endif
