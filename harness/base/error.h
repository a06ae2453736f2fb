/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors travel upwards in a struct that the caller lends: base states facts, a
 * plug-in adds file and line, the engine decides, and cli alone prints.
 */
#ifndef IFB_BASE_ERROR_H
#define IFB_BASE_ERROR_H

#include <ifbench/types.h>

/*
 * Fills *err (which may be NULL) and returns `code`, so that a function can end
 * in `return ifb_fail(err, IFB_EINPUT, "...")`. Control characters in the
 * message become '?': it may quote hostile text.
 */
enum ifb_code ifb_fail(struct ifb_error *err, enum ifb_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "CONTEXT: " before the message; returns err->code. */
enum ifb_code ifb_within(struct ifb_error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
