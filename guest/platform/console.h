/* What is said to the host as text, between frames. */
#ifndef PLATFORM_CONSOLE_H
#define PLATFORM_CONSOLE_H

/* As puts, without the C library's part: text without 0xff, which would begin a control sequence of
 * the frame protocol, and behind what printf said. */
void console_line(const char *text);

#endif
