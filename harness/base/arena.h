/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arenas: memory that is given out piece by piece and released at once. A
 * function that returns memory takes an arena, and then the result lives there.
 * There are three lifetimes: suite (whole run), cell (one call until its record
 * is written) and scratch (one check).
 *
 * Built with -DIFB_ARENA_MALLOC (make ARENA=malloc) every piece is a malloc of
 * its own, so that a sanitizer sees where each one ends.
 */
#ifndef IFB_BASE_ARENA_H
#define IFB_BASE_ARENA_H

#include <stdarg.h>

#include <ifbench/types.h>

/*
 * A new arena, empty. It ends the process with a message (ifb_out_of_memory)
 * when memory runs out: callers never see NULL. Ceilings on what enters are
 * held where it enters (files, replies), not here.
 */
struct ifb_arena *ifb_arena_new(void);

/* Gives back all pieces; the arena can be used again and keeps one block. */
void ifb_arena_reset(struct ifb_arena *a);

/* Releases everything; NULL is fine. */
void ifb_arena_close(struct ifb_arena *a);

/* Bytes handed out since the last reset. */
size_t ifb_arena_used(const struct ifb_arena *a);

/* `size` zeroed bytes, aligned for anything. A size of 0 gives a valid pointer. */
void *ifb_alloc(struct ifb_arena *a, size_t size) __attribute__((malloc, returns_nonnull));

/* The same, not zeroed. */
void *ifb_alloc_raw(struct ifb_arena *a, size_t size) __attribute__((malloc, returns_nonnull));

/* n zeroed members of a type. */
#define ifb_new(a, type, n) ((type *)ifb_alloc_array((a), (n), sizeof(type)))
void *ifb_alloc_array(struct ifb_arena *a, size_t n, size_t size) __attribute__((returns_nonnull));

/*
 * Grows an array that holds `*cap` members of `size` bytes so that it can hold
 * `n`; returns the array, moved if need be. The old one stays in the arena.
 */
void *ifb_grow(struct ifb_arena *a, void *at, size_t *cap, size_t n, size_t size);

/* A copy of `s`, followed by a NUL that is not counted. */
ifb_str ifb_str_copy(struct ifb_arena *a, ifb_str s);

/* The same as a C string; bytes after an inner NUL are invisible to C. */
char *ifb_cstr(struct ifb_arena *a, ifb_str s);

/* printf into the arena. */
ifb_str ifb_fmt(struct ifb_arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
ifb_str ifb_vfmt(struct ifb_arena *a, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* Says so on standard error and aborts: nothing sensible can follow. */
void ifb_out_of_memory(void) __attribute__((noreturn));

#endif
