/* SPDX-License-Identifier: Apache-2.0 */
/* How the arguments of a check are read; for the two ways a constraint is made. */
#ifndef IFB_SCORERS_ARGS_H
#define IFB_SCORERS_ARGS_H

#include <ifbench/check.h>

#include "harness/base/fields.h"

/*
 * Reads and binds the arguments of `check` into `arena`, strings copied. Unless
 * the fault is one of type, *args must be handed to check->release in the end,
 * also when bind failed.
 */
enum ifb_fault ifb_args_load(const struct ifb_check *check, const struct ifb_json *json,
                             struct ifb_arena *arena, void **args, struct ifb_error *err);

/* "unknown check ..., did you mean ...?" */
enum ifb_code ifb_check_fail_unknown(ifb_str id, struct ifb_error *err);

#endif
