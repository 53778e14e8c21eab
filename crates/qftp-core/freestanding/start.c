/* What a program without a C library needs: an entry, an exit, and the four functions that compilers call by themselves. */
#include <stddef.h>

int qftp_freestanding(void);

void *memcpy(void *to, const void *from, size_t len)
{
    unsigned char *t = to;
    const unsigned char *f = from;
    while (len--)
        *t++ = *f++;
    return to;
}

void *memmove(void *to, const void *from, size_t len)
{
    unsigned char *t = to;
    const unsigned char *f = from;
    if (t < f)
        return memcpy(to, from, len);
    while (len--)
        t[len] = f[len];
    return to;
}

void *memset(void *to, int byte, size_t len)
{
    unsigned char *t = to;
    while (len--)
        *t++ = (unsigned char)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t len)
{
    const unsigned char *x = a, *y = b;
    for (; len--; x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

int bcmp(const void *a, const void *b, size_t len)
{
    return memcmp(a, b, len);
}

/* Called by _start with a stack of its own alignment. */
__attribute__((noreturn, used)) static void run(void)
{
    long status = qftp_freestanding();
#if defined(__x86_64__)
    __asm__ volatile("syscall" : : "a"(60L), "D"(status) : "rcx", "r11", "memory");
#elif defined(__aarch64__)
    register long x0 __asm__("x0") = status;
    register long x8 __asm__("x8") = 93;
    __asm__ volatile("svc 0" : : "r"(x0), "r"(x8) : "memory");
#else
#error "this proof knows how to end a process on x86-64 and AArch64 Linux only"
#endif
    __builtin_unreachable();
}

__attribute__((naked, noreturn)) void _start(void)
{
#if defined(__x86_64__)
    __asm__ volatile("xor %ebp, %ebp; and $-16, %rsp; call run");
#else
    __asm__ volatile("b run");
#endif
}
