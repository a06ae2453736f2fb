/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers compared by their digits: doubles would make 9007199254740993 equal to its neighbour. */
#include "harness/base/decimal.h"

#include "harness/base/str.h"

#define EXPONENT_MAX ((int64_t)1000000000000000)

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static ifb_str take_digits(ifb_str *s)
{
    size_t n = 0;
    ifb_str digits;

    while (n < s->len && is_digit(s->ptr[n]))
        n++;
    digits = (ifb_str){ s->ptr, n };
    *s = ifb_str_from(*s, n);
    return digits;
}

static int64_t read_exponent(ifb_str s)
{
    bool negative = s.len && s.ptr[0] == '-';
    int64_t value = 0;

    for (size_t i = s.len && !is_digit(s.ptr[0]); i < s.len && value < EXPONENT_MAX; i++)
        value = value * 10 + (s.ptr[i] - '0');
    if (value > EXPONENT_MAX)
        value = EXPONENT_MAX;
    return negative ? -value : value;
}

static char digit(const struct ifb_decimal *a, size_t i)
{
    i += a->from;
    return i < a->whole.len ? a->whole.ptr[i] : a->part.ptr[i - a->whole.len];
}

struct ifb_decimal ifb_decimal_read(ifb_str spelt)
{
    struct ifb_decimal a = { .negative = spelt.len && spelt.ptr[0] == '-' };
    ifb_str rest = ifb_str_from(spelt, a.negative);

    a.whole = take_digits(&rest);
    a.part = (ifb_str){ rest.ptr, 0 };
    if (rest.len && rest.ptr[0] == '.') {
        rest = ifb_str_from(rest, 1);
        a.part = take_digits(&rest);
    }
    a.n = a.whole.len + a.part.len;
    a.magnitude = (int64_t)a.whole.len;
    if (rest.len)
        a.magnitude += read_exponent(ifb_str_from(rest, 1));
    for (; a.n && digit(&a, 0) == '0'; a.n--, a.from++)
        a.magnitude--;
    while (a.n && digit(&a, a.n - 1) == '0')
        a.n--;
    if (!a.n)
        a.negative = false;
    return a;
}

static int cmp_size(const struct ifb_decimal *a, const struct ifb_decimal *b)
{
    if (a->magnitude != b->magnitude)
        return a->magnitude < b->magnitude ? -1 : 1;
    for (size_t i = 0; i < a->n && i < b->n; i++)
        if (digit(a, i) != digit(b, i))
            return digit(a, i) < digit(b, i) ? -1 : 1;
    return (a->n > b->n) - (a->n < b->n);
}

int ifb_decimal_cmp(const struct ifb_decimal *a, const struct ifb_decimal *b)
{
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    if (!a->n || !b->n) {
        int sign = (a->n > 0) - (b->n > 0);

        return a->negative ? -sign : sign;
    }
    return a->negative ? cmp_size(b, a) : cmp_size(a, b);
}

/* The power of ten that the last digit counts. */
static int64_t last_place(const struct ifb_decimal *a)
{
    return a->magnitude - (int64_t)a->n;
}

bool ifb_decimal_is_whole(const struct ifb_decimal *a)
{
    return !a->n || last_place(a) >= 0;
}

bool ifb_decimal_divides(const struct ifb_decimal *divisor, const struct ifb_decimal *a)
{
    int64_t zeros = last_place(a) - last_place(divisor);
    uint64_t by = 0, rest = 0;

    if (!a->n)
        return true;
    /* The digits of `a` end in no zero, so they are no multiple of a power of ten. */
    if (zeros < 0)
        return false;
    for (size_t i = 0; i < divisor->n; i++)
        by = by * 10 + (uint64_t)(digit(divisor, i) - '0');
    for (size_t i = 0; i < a->n; i++)
        rest = (rest * 10 + (uint64_t)(digit(a, i) - '0')) % by;
    /* by < 2^60 holds at most 60 factors of two or five: more zeros change nothing. */
    for (int64_t i = 0; i < zeros && i < 60; i++)
        rest = rest * 10 % by;
    return rest == 0;
}

uint64_t ifb_decimal_hash(const struct ifb_decimal *a)
{
    uint64_t h = 0xcbf29ce484222325u ^ (uint64_t)a->negative;

    if (a->n)
        h = (h ^ (uint64_t)a->magnitude) * 0x100000001b3u;
    for (size_t i = 0; i < a->n; i++)
        h = (h ^ (unsigned char)digit(a, i)) * 0x100000001b3u;
    return h;
}
