/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pickle machine: a stack of values, marks on it, and a memo. The memo keeps
 * strings alone, so no cycle can be made, and the short ones with their bytes:
 * looking them up all over a long pickle was half of the time.
 */
#include "scorers/nlp/pickle.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"

#define PICKLE_MAX ((size_t)1 << 30)
#define STRING_MAX ((size_t)1 << 20)  /* keeps the third byte of a length from reading as 'U' */

enum { STACK_MAX = 1 << 14, MARKS_MAX = 64, MEMO_CHUNK = 1 << 12, SHORT_MAX = 7 };

enum opcode {
    MARK = '(', STOP = '.', EMPTY_DICT = '}', EMPTY_LIST = ']', GLOBAL = 'c', REDUCE = 'R',
    BINSTRING = 'T', SHORT_BINSTRING = 'U', BINUNICODE = 'X', BINFLOAT = 'G', BININT = 'J',
    BININT1 = 'K', BININT2 = 'M', BINPUT = 'q', LONG_BINPUT = 'r', BINGET = 'h', LONG_BINGET = 'j',
    SETITEM = 's', SETITEMS = 'u', APPEND = 'a', APPENDS = 'e', PROTO = 0x80, TUPLE1 = 0x85,
    TUPLE2 = 0x86, TUPLE3 = 0x87
};

/* Bytes of what follows an opcode, less a string's own; one more, so that 0 means unknown. */
static const unsigned char operand[256] = {
    [MARK] = 1, [STOP] = 1, [EMPTY_DICT] = 1, [EMPTY_LIST] = 1, [GLOBAL] = 1, [REDUCE] = 1,
    [BINSTRING] = 5, [SHORT_BINSTRING] = 2, [BINUNICODE] = 5, [BINFLOAT] = 9, [BININT] = 5,
    [BININT1] = 2, [BININT2] = 3, [BINPUT] = 2, [LONG_BINPUT] = 5, [BINGET] = 2, [LONG_BINGET] = 5,
    [SETITEM] = 1, [SETITEMS] = 1, [APPEND] = 1, [APPENDS] = 1, [PROTO] = 2, [TUPLE1] = 1,
    [TUPLE2] = 1, [TUPLE3] = 1,
};

/* What the memo has of a string; `kind`: 0 no string, else the length and 1, or MEMO_LONG. */
struct memo {
    char text[SHORT_MAX];  /* of a long one: where its bytes are, four bytes */
    uint8_t kind;
};

#define MEMO_LONG (SHORT_MAX + 2)

struct machine {
    ifb_str bytes;
    size_t at;  /* of the opcode in hand */
    const struct ifb_pickle_sink *sink;
    struct ifb_arena *arena;
    struct ifb_pickle_value *stack;
    size_t n, nmarks;
    size_t marks[MARKS_MAX];
    struct memo **memo;  /* chunks of MEMO_CHUNK, which stay where they are; or NULL */
    size_t nchunks, chunks_cap;
    struct ifb_pickle_value tuple[IFB_PICKLE_MEMBERS];  /* the members of the newest one */
    size_t ntuple;
    uint64_t tuples;  /* made so far: the newest one's tag */
    const char *fault;
};

static bool stop(struct machine *m, const char *fault)
{
    m->fault = fault;
    return false;
}

static uint32_t get32(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;

    return u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24;
}

/* IEEE 754, big-endian. */
static double get_double(const char *p)
{
    uint64_t bits;
    double value;

    memcpy(&bits, p, sizeof(bits));
    bits = __builtin_bswap64(bits);
    if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
        bits = __builtin_bswap64(bits);
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static bool push(struct machine *m, struct ifb_pickle_value v)
{
    if (m->n == STACK_MAX)
        return stop(m, "too many values at once");
    m->stack[m->n++] = v;
    return true;
}

static bool push_number(struct machine *m, double number)
{
    return push(m, (struct ifb_pickle_value){ .number = number, .kind = IFB_PICKLE_NUMBER });
}

static bool push_string(struct machine *m, const char *ptr, size_t len, size_t *next)
{
    if (len > STRING_MAX || len > m->bytes.len - *next)
        return stop(m, "a string is too long or cut off");
    *next += len;
    return push(m, (struct ifb_pickle_value){ .ptr = ptr, .len = (uint32_t)len,
                                              .kind = IFB_PICKLE_STRING });
}

/* ---- memo ---- */

/* Numbers come in order, so the room for them is in proportion to what was read. */
static struct memo *memo_at(struct machine *m, uint32_t i)
{
    size_t chunk = i / MEMO_CHUNK;

    if (chunk >= m->nchunks) {
        m->memo = ifb_grow(m->arena, m->memo, &m->chunks_cap, chunk + 1, sizeof(*m->memo));
        while (m->nchunks <= chunk)
            m->memo[m->nchunks++] = NULL;
    }
    if (!m->memo[chunk])
        m->memo[chunk] = ifb_new(m->arena, struct memo, MEMO_CHUNK);
    return &m->memo[chunk][i % MEMO_CHUNK];
}

static bool memo_put(struct machine *m, uint32_t i)
{
    const struct ifb_pickle_value *v = m->n ? &m->stack[m->n - 1] : NULL;
    struct memo *memo;
    uint32_t at;

    if (!v || i > m->at)
        return stop(m, "the memo is used out of order");
    memo = memo_at(m, i);
    memo->kind = 0;
    if (v->kind != IFB_PICKLE_STRING)
        return true;
    if (v->len <= SHORT_MAX) {
        memcpy(memo->text, v->ptr, v->len);
        memo->kind = (uint8_t)(v->len + 1);
    } else {
        at = (uint32_t)(v->ptr - m->bytes.ptr);
        memcpy(memo->text, &at, sizeof(at));
        memo->kind = MEMO_LONG;
    }
    return true;
}

/* What stands before a long string's bytes tells its length. */
static ifb_str long_string(const struct machine *m, const struct memo *memo)
{
    const char *ptr;
    uint32_t at;

    memcpy(&at, memo->text, sizeof(at));
    ptr = m->bytes.ptr + at;
    return (ifb_str){ ptr, ptr[-2] == SHORT_BINSTRING ? (unsigned char)ptr[-1] : get32(ptr - 4) };
}

static bool memo_get(struct machine *m, uint32_t i)
{
    const struct memo *chunk = i / MEMO_CHUNK < m->nchunks ? m->memo[i / MEMO_CHUNK] : NULL;
    const struct memo *memo = chunk ? &chunk[i % MEMO_CHUNK] : NULL;
    ifb_str s;

    if (!memo || !memo->kind)
        return stop(m, "the memo holds no string there");
    s = memo->kind == MEMO_LONG ? long_string(m, memo)
                                : (ifb_str){ memo->text, memo->kind - 1u };
    return push(m, (struct ifb_pickle_value){ .ptr = s.ptr, .len = (uint32_t)s.len,
                                              .kind = IFB_PICKLE_STRING });
}

/* ---- containers ---- */

/* Hands what stands above place `from` to the container below it. */
static bool fill(struct machine *m, size_t from, enum ifb_pickle_kind kind)
{
    size_t n = m->n - from;

    if (!from || from > m->n || m->stack[from - 1].kind != kind ||
        (kind == IFB_PICKLE_DICT && n % 2))
        return stop(m, "items without the container for them");
    if (n && !m->sink->items(m->sink->self, &m->stack[from - 1], &m->stack[from],
                             kind == IFB_PICKLE_DICT ? n / 2 : n))
        return stop(m, "values that are not wanted there");
    m->n = from;
    return true;
}

static bool fill_marked(struct machine *m, enum ifb_pickle_kind kind)
{
    if (!m->nmarks)
        return stop(m, "no mark");
    return fill(m, m->marks[--m->nmarks], kind);
}

static bool fill_last(struct machine *m, size_t n, enum ifb_pickle_kind kind)
{
    if (m->n < n)
        return stop(m, "too few values");
    return fill(m, m->n - n, kind);
}

static bool make_tuple(struct machine *m, size_t n)
{
    if (m->n < n)
        return stop(m, "too few values");
    m->n -= n;
    m->ntuple = n;
    memcpy(m->tuple, &m->stack[m->n], n * sizeof(*m->tuple));
    return push(m, (struct ifb_pickle_value){ .tag = ++m->tuples, .kind = IFB_PICKLE_TUPLE });
}

static bool is_newest_tuple(const struct machine *m, const struct ifb_pickle_value *v)
{
    return v->kind == IFB_PICKLE_TUPLE && v->tag == m->tuples;
}

/* The one class there is, as Python 2 and 3 spell it. */
static bool push_class(struct machine *m, size_t *next)
{
    static const char *const names[] = { "__builtin__\nset\n", "builtins\nset\n" };

    for (size_t i = 0; i < 2; i++)
        if (ifb_str_starts(ifb_str_from(m->bytes, *next), ifb_str_of(names[i]))) {
            *next += strlen(names[i]);
            return push(m, (struct ifb_pickle_value){ .kind = IFB_PICKLE_CLASS });
        }
    return stop(m, "a name other than set");
}

/* set(list): the only call there is. */
static bool make_set(struct machine *m)
{
    struct ifb_pickle_value *top = m->stack + m->n - 2;

    if (m->n < 2 || top->kind != IFB_PICKLE_CLASS || !is_newest_tuple(m, top + 1) ||
        m->ntuple != 1 || m->tuple[0].kind != IFB_PICKLE_LIST)
        return stop(m, "a call other than that of set with a list");
    *top = (struct ifb_pickle_value){ .tag = m->tuple[0].tag, .kind = IFB_PICKLE_SET };
    m->n--;
    return true;
}

/* ---- the machine ---- */

static bool mark(struct machine *m)
{
    if (m->nmarks == MARKS_MAX)
        return stop(m, "nested too deeply");
    m->marks[m->nmarks++] = m->n;
    return true;
}

/* Most opcodes are keys and floats in turn: a float that follows is taken along. */
static bool then_float(struct machine *m, size_t *next)
{
    const char *p = m->bytes.ptr + *next;

    if (m->bytes.len - *next < operand[BINFLOAT] || *p != BINFLOAT)
        return true;
    m->at = *next;
    *next += operand[BINFLOAT];
    return push_number(m, get_double(p + 1));
}

/* One opcode, whose operand `p` is there; *next: where the next one is. */
static bool step(struct machine *m, unsigned char op, const char *p, size_t *next)
{
    const unsigned char *u = (const unsigned char *)p;

    switch (op) {
    case PROTO: return true;
    case MARK: return mark(m);
    case EMPTY_DICT: return push(m, (struct ifb_pickle_value){ .kind = IFB_PICKLE_DICT });
    case EMPTY_LIST: return push(m, (struct ifb_pickle_value){ .kind = IFB_PICKLE_LIST });
    case SHORT_BINSTRING: return push_string(m, p + 1, u[0], next);
    case BINSTRING:
    case BINUNICODE: return push_string(m, p + 4, get32(p), next);
    case BINFLOAT: return push_number(m, get_double(p));
    case BININT: return push_number(m, (int32_t)get32(p));
    case BININT1: return push_number(m, u[0]);
    case BININT2: return push_number(m, u[0] | u[1] << 8);
    case BINPUT: return memo_put(m, u[0]) && then_float(m, next);
    case LONG_BINPUT: return memo_put(m, get32(p)) && then_float(m, next);
    case BINGET: return memo_get(m, u[0]) && then_float(m, next);
    case LONG_BINGET: return memo_get(m, get32(p)) && then_float(m, next);
    case SETITEM: return fill_last(m, 2, IFB_PICKLE_DICT);
    case SETITEMS: return fill_marked(m, IFB_PICKLE_DICT);
    case APPEND: return fill_last(m, 1, IFB_PICKLE_LIST);
    case APPENDS: return fill_marked(m, IFB_PICKLE_LIST);
    case TUPLE1: return make_tuple(m, 1);
    case TUPLE2: return make_tuple(m, 2);
    case TUPLE3: return make_tuple(m, 3);
    case GLOBAL: return push_class(m, next);
    default: return make_set(m);
    }
}

static bool run(struct machine *m)
{
    for (size_t next = 0; next < m->bytes.len;) {
        unsigned char op = (unsigned char)m->bytes.ptr[next];
        size_t len = operand[op];

        m->at = next;
        if (!len)
            return stop(m, "not an opcode of plain data");
        if (len > m->bytes.len - next)
            break;
        next += len;
        if (op == STOP)
            return true;
        if (!step(m, op, m->bytes.ptr + m->at + 1, &next))
            return false;
    }
    m->at = m->bytes.len;
    return stop(m, "cut off");
}

static bool take_top(struct machine *m, struct ifb_pickle_value *top, size_t *n)
{
    if (m->n != 1 || m->nmarks)
        return stop(m, "ends with values left over, or none");
    if (m->stack[0].kind != IFB_PICKLE_TUPLE) {
        top[0] = m->stack[0];
        *n = 1;
        return true;
    }
    /* Alone on the stack: no other tuple can have come after it and be gone. */
    memcpy(top, m->tuple, m->ntuple * sizeof(*top));
    *n = m->ntuple;
    return true;
}

enum ifb_code ifb_pickle_read(ifb_str bytes, struct ifb_arena *arena,
                              const struct ifb_pickle_sink *sink,
                              struct ifb_pickle_value top[IFB_PICKLE_MEMBERS], size_t *n,
                              struct ifb_error *err)
{
    struct machine m = { .bytes = bytes, .sink = sink, .arena = arena };
    enum ifb_code code = IFB_OK;

    if (bytes.len > PICKLE_MAX)
        return ifb_fail(err, IFB_ELIMIT, "a pickle of %zu bytes is too large", bytes.len);
    m.stack = ifb_alloc_raw(arena, STACK_MAX * sizeof(*m.stack));
    if (!run(&m) || !take_top(&m, top, n))
        code = ifb_fail(err, IFB_EINPUT, "pickle, opcode 0x%02x at byte %zu: %s",
                        m.at < bytes.len ? (unsigned char)bytes.ptr[m.at] : 0, m.at, m.fault);
    return code;
}
