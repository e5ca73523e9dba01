/* Moving, filling and comparing memory.
 *
 * Those of musl are made for large pieces: `rep movs` takes longer to begin than most of what JSON, HTTP
 * and TLS move takes to be moved, and musl compares byte by byte. These load a short piece as a whole,
 * by loads that overlap in its middle, before they store any of it.
 *
 * A static program has one of each, and these stand before those of libc where it is linked. All
 * of them must stand here: a part of libc that has one that is missing may have another one too.
 *
 * Source: memcpy and the others in <https://pubs.opengroup.org/onlinepubs/9799919799/>.
 */
#include <emmintrin.h>
#include <stddef.h>
#include <stdint.h>

/* Tests give them other names, to have them beside those of their own libc. */
#ifndef NAME
#define NAME(function) function
#endif

/* Loads and stores anywhere, of what may have been stored as anything. */
#define ANYWHERE __attribute__((packed, may_alias))
typedef struct { uint16_t value; } ANYWHERE two;
typedef struct { uint32_t value; } ANYWHERE four;
typedef struct { uint64_t value; } ANYWHERE eight;

static inline __m128i load(const unsigned char *from) { return _mm_loadu_si128((const __m128i *)from); }
static inline void store(unsigned char *to, __m128i value) { _mm_storeu_si128((__m128i *)to, value); }

/* Up to 16 bytes. */
static inline void move_short(unsigned char *to, const unsigned char *from, size_t size) {
    if (size >= 8) {
        uint64_t first = ((const eight *)from)->value, last = ((const eight *)(from + size - 8))->value;
        ((eight *)to)->value = first;
        ((eight *)(to + size - 8))->value = last;
    } else if (size >= 4) {
        uint32_t first = ((const four *)from)->value, last = ((const four *)(from + size - 4))->value;
        ((four *)to)->value = first;
        ((four *)(to + size - 4))->value = last;
    } else if (size >= 2) {
        uint16_t first = ((const two *)from)->value, last = ((const two *)(from + size - 2))->value;
        ((two *)to)->value = first;
        ((two *)(to + size - 2))->value = last;
    } else if (size == 1) {
        *to = *from;
    }
}

/* More than 64 bytes, 64 at a time. What is stored last is loaded first, because it may be what the
 * rest is stored upon. */
static void move_long(unsigned char *to, const unsigned char *from, size_t size) {
    __m128i a, b, c, d;
    /* Not, as a number that wraps, where `to` is within what is to be moved. */
    if ((uintptr_t)to - (uintptr_t)from >= size) {
        const unsigned char *end = from + size - 64;
        unsigned char *last = to + size - 64;
        __m128i e = load(end), f = load(end + 16), g = load(end + 32), h = load(end + 48);
        for (; from < end; from += 64, to += 64) {
            a = load(from), b = load(from + 16), c = load(from + 32), d = load(from + 48);
            store(to, a), store(to + 16, b), store(to + 32, c), store(to + 48, d);
        }
        store(last, e), store(last + 16, f), store(last + 32, g), store(last + 48, h);
    } else {
        __m128i e = load(from), f = load(from + 16), g = load(from + 32), h = load(from + 48);
        for (size_t rest = size; rest > 64; rest -= 64) {
            const unsigned char *piece = from + rest - 64;
            unsigned char *place = to + rest - 64;
            a = load(piece), b = load(piece + 16), c = load(piece + 32), d = load(piece + 48);
            store(place, a), store(place + 16, b), store(place + 32, c), store(place + 48, d);
        }
        store(to, e), store(to + 16, f), store(to + 32, g), store(to + 48, h);
    }
}

void *NAME(memmove)(void *to_any, const void *from_any, size_t size) {
    unsigned char *to = to_any;
    const unsigned char *from = from_any;
    if (size <= 16) {
        move_short(to, from, size);
    } else if (size <= 32) {
        __m128i first = load(from), last = load(from + size - 16);
        store(to, first), store(to + size - 16, last);
    } else if (size <= 64) {
        __m128i a = load(from), b = load(from + 16), c = load(from + size - 32), d = load(from + size - 16);
        store(to, a), store(to + 16, b), store(to + size - 32, c), store(to + size - 16, d);
    } else {
        move_long(to, from, size);
    }
    return to_any;
}

void *NAME(memcpy)(void *restrict to, const void *restrict from, size_t size) {
    return NAME(memmove)(to, from, size);
}

void *NAME(memset)(void *to_any, int byte, size_t size) {
    unsigned char *to = to_any;
    uint64_t word = (unsigned char)byte * UINT64_C(0x0101010101010101);
    if (size >= 16) {
        __m128i value = _mm_set1_epi64x((int64_t)word);
        unsigned char *last = to + size - 16;
        for (; to < last; to += 16)
            store(to, value);
        store(last, value);
    } else if (size >= 8) {
        ((eight *)to)->value = word;
        ((eight *)(to + size - 8))->value = word;
    } else if (size >= 4) {
        ((four *)to)->value = (uint32_t)word;
        ((four *)(to + size - 4))->value = (uint32_t)word;
    } else if (size >= 2) {
        ((two *)to)->value = (uint16_t)word;
        ((two *)(to + size - 2))->value = (uint16_t)word;
    } else if (size == 1) {
        *to = (unsigned char)byte;
    }
    return to_any;
}

/* Of numbers whose first byte in memory is the highest: how texts are ordered. */
static inline int order(uint64_t one, uint64_t other) { return (one > other) - (one < other); }

static inline int compare_eight(const unsigned char *one, const unsigned char *other) {
    uint64_t a = ((const eight *)one)->value, b = ((const eight *)other)->value;
    return order(__builtin_bswap64(a), __builtin_bswap64(b));
}

static inline int compare_four(const unsigned char *one, const unsigned char *other) {
    uint32_t a = ((const four *)one)->value, b = ((const four *)other)->value;
    return order(__builtin_bswap32(a), __builtin_bswap32(b));
}

static inline int compare_sixteen(const unsigned char *one, const unsigned char *other) {
    unsigned differ = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(load(one), load(other))) ^ 0xffff;
    if (differ == 0)
        return 0;
    int first = __builtin_ctz(differ);
    return one[first] - other[first];
}

int NAME(memcmp)(const void *one_any, const void *other_any, size_t size) {
    const unsigned char *one = one_any, *other = other_any;
    int found;
    if (size >= 16) {
        for (; size > 16; size -= 16, one += 16, other += 16)
            if ((found = compare_sixteen(one, other)) != 0)
                return found;
        /* The last 16, some of which may have been looked at. */
        return compare_sixteen(one + size - 16, other + size - 16);
    }
    if (size >= 8)
        return (found = compare_eight(one, other)) != 0 ? found : compare_eight(one + size - 8, other + size - 8);
    if (size >= 4)
        return (found = compare_four(one, other)) != 0 ? found : compare_four(one + size - 4, other + size - 4);
    for (; size > 0; size--, one++, other++)
        if (*one != *other)
            return *one - *other;
    return 0;
}

int NAME(bcmp)(const void *one, const void *other, size_t size) {
    return NAME(memcmp)(one, other, size);
}
