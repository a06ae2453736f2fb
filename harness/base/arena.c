/* SPDX-License-Identifier: Apache-2.0 */
/* Bump allocation in doubling blocks, with a malloc twin for the sanitizers. */
#include "harness/base/arena.h"

#include <stdio.h>
#include <stdlib.h>

#define BLOCK_MIN ((size_t)8 << 10)
#define BLOCK_MAX ((size_t)1 << 20)
#define ALIGN ((size_t)16)

struct block {
    struct block *next;
    size_t size;  /* of the bytes behind this header */
};

struct ifb_arena {
    struct block *blocks;  /* newest first */
    char *at, *end;        /* free part of the newest */
    size_t used;
};

_Static_assert(sizeof(struct block) % ALIGN == 0, "the bytes behind a header must be aligned");

void ifb_out_of_memory(void)
{
    static const char text[] = "ifbench: out of memory\n";

    fwrite(text, 1, sizeof(text) - 1, stderr);
    abort();
}

static void *must(void *p)
{
    if (!p)
        ifb_out_of_memory();
    return p;
}

struct ifb_arena *ifb_arena_new(void)
{
    return must(calloc(1, sizeof(struct ifb_arena)));
}

static void free_blocks(struct block *b)
{
    while (b) {
        struct block *next = b->next;

        free(b);
        b = next;
    }
}

static void add_block(struct ifb_arena *a, size_t size)
{
    struct block *b;

    if (size > SIZE_MAX - sizeof(*b))
        ifb_out_of_memory();
    b = must(malloc(sizeof(*b) + size));
    b->next = a->blocks;
    b->size = size;
    a->blocks = b;
    a->at = (char *)(b + 1);
    a->end = a->at + size;
}

#ifdef IFB_ARENA_MALLOC

void ifb_arena_reset(struct ifb_arena *a)
{
    free_blocks(a->blocks);
    a->blocks = NULL;
    a->at = a->end = NULL;
    a->used = 0;
}

void *ifb_alloc_raw(struct ifb_arena *a, size_t size)
{
    add_block(a, size);
    a->used += size;
    return a->blocks + 1;
}

#else

/* Keeps the newest block, which is the largest of the ordinary ones, unless it is huge. */
void ifb_arena_reset(struct ifb_arena *a)
{
    struct block *keep = a->blocks;

    if (keep && keep->size > BLOCK_MAX)
        keep = NULL;
    if (keep) {
        free_blocks(keep->next);
        keep->next = NULL;
        a->at = (char *)(keep + 1);
        a->end = a->at + keep->size;
    } else {
        free_blocks(a->blocks);
        a->at = a->end = NULL;
    }
    a->blocks = keep;
    a->used = 0;
}

static size_t next_block_size(const struct ifb_arena *a, size_t wanted)
{
    size_t size = a->blocks ? a->blocks->size * 2 : BLOCK_MIN;

    if (size > BLOCK_MAX)
        size = BLOCK_MAX;
    return size < wanted ? wanted : size;
}

void *ifb_alloc_raw(struct ifb_arena *a, size_t size)
{
    void *p;

    if (size > SIZE_MAX - ALIGN)
        ifb_out_of_memory();
    size = size ? (size + ALIGN - 1) & ~(ALIGN - 1) : ALIGN;
    if ((size_t)(a->end - a->at) < size)
        add_block(a, next_block_size(a, size));
    p = a->at;
    a->at += size;
    a->used += size;
    return p;
}

#endif

void ifb_arena_close(struct ifb_arena *a)
{
    if (!a)
        return;
    free_blocks(a->blocks);
    free(a);
}

size_t ifb_arena_used(const struct ifb_arena *a)
{
    return a->used;
}

void *ifb_alloc(struct ifb_arena *a, size_t size)
{
    void *p = ifb_alloc_raw(a, size);

    memset(p, 0, size);
    return p;
}

void *ifb_alloc_array(struct ifb_arena *a, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size)
        ifb_out_of_memory();
    return ifb_alloc(a, n * size);
}

void *ifb_grow(struct ifb_arena *a, void *at, size_t *cap, size_t n, size_t size)
{
    size_t room = *cap;
    void *moved;

    if (n <= room)
        return at;
    room = room ? room : 8;
    while (room < n)
        room *= 2;
    if (room > SIZE_MAX / size)
        ifb_out_of_memory();
    moved = ifb_alloc_raw(a, room * size);
    if (*cap)
        memcpy(moved, at, *cap * size);
    *cap = room;
    return moved;
}

ifb_str ifb_str_copy(struct ifb_arena *a, ifb_str s)
{
    char *p = ifb_alloc_raw(a, s.len + 1);

    if (s.len)
        memcpy(p, s.ptr, s.len);
    p[s.len] = '\0';
    return (ifb_str){ p, s.len };
}

char *ifb_cstr(struct ifb_arena *a, ifb_str s)
{
    return (char *)ifb_str_copy(a, s).ptr;
}

ifb_str ifb_vfmt(struct ifb_arena *a, const char *fmt, va_list ap)
{
    va_list again;
    int n;
    char *p;

    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n < 0)
        return (ifb_str){ "", 0 };
    p = ifb_alloc_raw(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    return (ifb_str){ p, (size_t)n };
}

ifb_str ifb_fmt(struct ifb_arena *a, const char *fmt, ...)
{
    va_list ap;
    ifb_str s;

    va_start(ap, fmt);
    s = ifb_vfmt(a, fmt, ap);
    va_end(ap);
    return s;
}
