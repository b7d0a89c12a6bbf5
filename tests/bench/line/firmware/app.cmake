# The bare interrupt handler of main.c.
add_link_options(-Wl,--wrap=uart_interrupt)
