/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a struct that is described by `struct ifb_field` rows.
 */
#ifndef IFB_BASE_FIELDS_H
#define IFB_BASE_FIELDS_H

#include <ifbench/types.h>

#include "harness/base/buf.h"

/* What kind of fault a value has: one of type stops a load, one of value does not. */
enum ifb_fault { IFB_FAULT_NONE, IFB_FAULT_TYPE, IFB_FAULT_VALUE };

/*
 * Fills `out` from a JSON object (NULL: no members). Members that are null
 * count as absent; strings point into the document. Absent fields keep what
 * `out` held.
 *   IFB_FAULT_TYPE   a member of the wrong JSON type
 *   IFB_FAULT_VALUE  a member missing, unknown (with the nearest name), out of
 *                    range or not among the choices
 * The message names the member. Type faults are found first.
 */
enum ifb_fault ifb_fields_read(const struct ifb_field *fields, const struct ifb_json *object,
                               void *out, struct ifb_arena *arena, struct ifb_error *err);

/*
 * Sets one field from text, as on a command line: "true"/"false" (or absent for
 * true), numbers, choices; strings are borrowed; IFB_STRINGS appends. IFB_EUSAGE
 * with what was wanted; the caller says of what.
 */
enum ifb_code ifb_field_set(const struct ifb_field *field, ifb_str text, void *out,
                            struct ifb_arena *arena, struct ifb_error *err);

/* The row called `name`, or NULL. */
const struct ifb_field *ifb_field_find(const struct ifb_field *fields, ifb_str name);

/* "a whole number", "one of \"less than\", \"at least\"": what a field takes. */
void ifb_field_describe(const struct ifb_field *field, struct ifb_buf *out);

#endif
