/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML by libyaml, read into the same tree as JSON. Plain scalars are typed as
 * YAML 1.2's core schema does (null, true, false, numbers; "yes" and "no" stay
 * strings). Aliases, tags and several documents are refused: none is needed,
 * and aliases can blow a small file up.
 */
#ifndef IFB_BASE_YAML_H
#define IFB_BASE_YAML_H

#include <ifbench/types.h>

/*
 * Reads a file of at most 16 MiB into `arena`; an empty one is null. IFB_EIO,
 * IFB_EINPUT with "FILE:LINE: ...". Duplicate keys are errors.
 */
enum ifb_code ifb_yaml_read(const char *path, struct ifb_arena *arena, const struct ifb_json **out,
                            struct ifb_error *err);

/* The same from memory; `name` is what messages call it. */
enum ifb_code ifb_yaml_parse(ifb_str text, const char *name, struct ifb_arena *arena,
                             const struct ifb_json **out, struct ifb_error *err);

#endif
