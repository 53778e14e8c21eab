/* What the program has of its board: an Arm MPS2 with a Cortex-M4 (AN386), as QEMU emulates it. */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* startup.c */

/* Milliseconds since the start. */
uint64_t now_ms(void);
/* Sleeps until an interrupt; one comes every millisecond. */
void wait_for_interrupt(void);
/* Most bytes of stack that were ever in use. */
size_t deepest_stack(void);
/* Prints on the debugger's console. */
void say(const char *text);
void say_number(uint64_t number);
/* Ends the program, and QEMU with it. */
__attribute__((noreturn)) void leave(bool well);

/* uart.c */

void uart_start(void);
/* Takes what has arrived, at most `capacity` bytes; returns how many. */
size_t uart_read(uint8_t *bytes, size_t capacity);
/* Whether something has arrived. */
bool uart_has_input(void);
/* Writes all of it. */
void uart_write(const uint8_t *bytes, size_t len);

#endif
