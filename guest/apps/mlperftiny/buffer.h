/* The command db: the bytes that the host loads for the model's inputs, one input after the other.
 */
#ifndef APPS_MLPERFTINY_BUFFER_H
#define APPS_MLPERFTINY_BUFFER_H

/* The rest of a command that begins with db. */
void buffer_obey(void);

#endif
