/* The functions that compilers call by themselves, for a program without a C library. */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *to, const void *from, size_t len);
void *memmove(void *to, const void *from, size_t len);
void *memset(void *to, int byte, size_t len);
int memcmp(const void *a, const void *b, size_t len);
size_t strlen(const char *text);

/* Words of anything. */
typedef uint32_t __attribute__((may_alias)) word;

void *memcpy(void *to, const void *from, size_t len)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    if ((((uintptr_t)t | (uintptr_t)f) % sizeof(word)) == 0U) {
        for (; len >= sizeof(word); len -= sizeof(word), t += sizeof(word), f += sizeof(word)) {
            *(word *)(void *)t = *(const word *)(const void *)f;
        }
    }
    while (len-- > 0U) {
        *t++ = *f++;
    }
    return to;
}

void *memmove(void *to, const void *from, size_t len)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    if ((uintptr_t)t < (uintptr_t)f) {
        return memcpy(to, from, len);
    }
    while (len-- > 0U) {
        t[len] = f[len];
    }
    return to;
}

void *memset(void *to, int byte, size_t len)
{
    uint8_t *t = to;
    const word each = (uint8_t)byte * 0x01010101U;
    if ((uintptr_t)t % sizeof(word) == 0U) {
        for (; len >= sizeof(word); len -= sizeof(word), t += sizeof(word)) {
            *(word *)(void *)t = each;
        }
    }
    while (len-- > 0U) {
        *t++ = (uint8_t)byte;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t len)
{
    const uint8_t *x = a;
    const uint8_t *y = b;
    for (; len > 0U; len--, x++, y++) {
        if (*x != *y) {
            return *x - *y;
        }
    }
    return 0;
}

size_t strlen(const char *text)
{
    size_t len = 0;
    while (text[len] != '\0') {
        len++;
    }
    return len;
}
