/* From reset to main: vectors, memory, clock; and the semihosting calls by which the program speaks. */
#include "board.h"

extern uint32_t data_source[], data_start[], data_end[], bss_start[], bss_end[], stack_end[];
extern void uart_interrupt(void);
int main(void);

#define PAINT 0xC5C5C5C5U

#define SYSTICK_CONTROL ((volatile uint32_t *)0xE000E010U)
#define SYSTICK_RELOAD ((volatile uint32_t *)0xE000E014U)
#define SYSTICK_VALUE ((volatile uint32_t *)0xE000E018U)
#define CYCLES_PER_MS 25000U

static volatile uint32_t milliseconds;

/* Calls the debugger, or QEMU in its place. */
static int32_t semihosting(uint32_t operation, const void *argument)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return (int32_t)r0;
}

void say(const char *text)
{
    semihosting(0x04, text); /* SYS_WRITE0 */
}

void say_number(uint64_t number)
{
    char digits[21];
    size_t at = sizeof digits - 1U;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + (char)(number % 10U));
        number /= 10U;
    } while (number != 0U);
    say(digits + at);
}

void leave(bool well)
{
    /* SYS_EXIT with "application exit", or "run-time error". */
    semihosting(0x18, (const void *)(well ? 0x20026U : 0x20023U));
    for (;;) {
    }
}

static void fault(void)
{
    say("a fault of the processor\n");
    leave(false);
}

static void tick(void)
{
    milliseconds = milliseconds + 1U;
}

/* 49 days of milliseconds are enough for one run; firmware that stays up counts the turns too. */
uint64_t now_ms(void)
{
    return milliseconds;
}

void wait_for_interrupt(void)
{
    __asm__ volatile("wfi");
}

size_t deepest_stack(void)
{
    const uint32_t *unused = bss_end;
    while (unused < stack_end && *unused == PAINT) {
        unused++;
    }
    return (size_t)(stack_end - unused) * sizeof *unused;
}

__attribute__((noreturn, used)) static void start(void)
{
    uint32_t *word;
    const uint32_t *source = data_source;
    uint32_t *here;
    __asm__ volatile("mov %0, sp" : "=r"(here));
    for (word = data_start; word < data_end; word++) {
        *word = *source++;
    }
    for (word = bss_start; word < bss_end; word++) {
        *word = 0;
    }
    /* What lies below this function is painted, to see later how deep the stack went. */
    for (word = bss_end; word < here - 8; word++) {
        *(volatile uint32_t *)word = PAINT;
    }
    *SYSTICK_RELOAD = CYCLES_PER_MS - 1U;
    *SYSTICK_VALUE = 0;
    *SYSTICK_CONTROL = 7; /* on, with interrupt, from the processor's clock */
    leave(main() == 0);
}

/* The FPU goes on before the first function that may use it. */
__attribute__((naked, noreturn)) static void reset(void)
{
    __asm__ volatile("ldr r0, =0xE000ED88\n ldr r1, [r0]\n orr r1, r1, #0xF00000\n str r1, [r0]\n dsb\n isb\n b start");
}

static const struct {
    uint32_t *stack;
    void (*handlers[16])(void);
} vectors __attribute__((section(".vectors"), used)) = {
    stack_end,
    {reset, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0, fault, tick, uart_interrupt},
};
