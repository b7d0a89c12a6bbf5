/* Characters of the serial line, for applications that talk in text. */
#ifndef STANDALONE_CHARACTERS_H
#define STANDALONE_CHARACTERS_H

/* The next one; sleeps until there is one. */
char read_character(void);

/* 0 to 15; -1: it is no hexadecimal digit. */
int hex_value(char character);

#endif
