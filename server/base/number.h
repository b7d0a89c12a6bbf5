/* Numbers as text that reads back as the same number, and no longer than that takes. */
#ifndef MICROTVM_QEMU_BASE_NUMBER_H
#define MICROTVM_QEMU_BASE_NUMBER_H

enum { NUMBER_TEXT_SIZE = 32 };

/* "0.1", "100", "1e+30"; "nan" (without a sign), "inf", "-inf". Returns the buffer. */
const char *number_text(double value, char buffer[NUMBER_TEXT_SIZE]);
/* Of a float: as many digits as tell it from other floats. */
const char *number_text_single(float value, char buffer[NUMBER_TEXT_SIZE]);
/* With so many digits, or as many as stand in front of the point. Returns the buffer. */
const char *number_text_digits(double value, int digits, char buffer[NUMBER_TEXT_SIZE]);

#endif
