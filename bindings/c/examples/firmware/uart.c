/* UART 0 (CMSDK): received by interrupt into a ring, sent by waiting. */
#include "board.h"

struct uart {
    volatile uint32_t data;
    volatile uint32_t state;     /* bit 0: the transmitter is full; bit 1: a byte has come */
    volatile uint32_t control;   /* bits 0, 1: transmitter, receiver on; bit 3: interrupt when a byte has come */
    volatile uint32_t interrupt; /* bit 1: that interrupt; 1 clears it */
    volatile uint32_t divider;   /* clock over baud rate */
};

#define UART ((struct uart *)0x40004000U)
#define NVIC_ENABLE ((volatile uint32_t *)0xE000E100U)
#define CLOCK 25000000U
#define BAUD 115200U

enum { FULL = 1, CAME = 2, SENDER_ON = 1, RECEIVER_ON = 2, RECEIVER_INTERRUPT = 8, RING = 512 };

/* One writer, the interrupt, and one reader, the program: the counters only grow, and each has one owner. */
static volatile uint8_t ring[RING];
static volatile uint32_t put_count;
static volatile uint32_t got_count;

void uart_interrupt(void);

void uart_interrupt(void)
{
    UART->interrupt = CAME;
    while ((UART->state & CAME) != 0U) {
        const uint32_t put = put_count;
        if (put - got_count == RING) {
            /* No room: the byte stays in the UART, which holds the sender back (RTS) until uart_read has made some. */
            UART->control = SENDER_ON | RECEIVER_ON;
            return;
        }
        ring[put % RING] = (uint8_t)UART->data;
        put_count = put + 1U;
    }
}

void uart_start(void)
{
    UART->divider = CLOCK / BAUD;
    UART->control = SENDER_ON | RECEIVER_ON | RECEIVER_INTERRUPT;
    *NVIC_ENABLE = 1U; /* interrupt 0 */
}

bool uart_has_input(void)
{
    return put_count != got_count;
}

size_t uart_read(uint8_t *bytes, size_t capacity)
{
    size_t len = 0;
    while (len < capacity && uart_has_input()) {
        bytes[len++] = ring[got_count % RING];
        got_count = got_count + 1U;
    }
    if (UART->control != (SENDER_ON | RECEIVER_ON | RECEIVER_INTERRUPT)) {
        UART->control = SENDER_ON | RECEIVER_ON | RECEIVER_INTERRUPT;
        /* What waits in the UART raises no interrupt of its own. */
        *(NVIC_ENABLE + 0x40) = 1U; /* ISPR: as if one had come */
    }
    return len;
}

void uart_write(const uint8_t *bytes, size_t len)
{
    while (len-- > 0U) {
        while ((UART->state & FULL) != 0U) {
        }
        UART->data = *bytes++;
    }
}
