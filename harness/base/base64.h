/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648, section 4: with padding). */
#ifndef IFB_BASE_BASE64_H
#define IFB_BASE_BASE64_H

#include <ifbench/types.h>

/* `bytes` in base64, in `arena`, followed by NUL. */
ifb_str ifb_base64_write(ifb_str bytes, struct ifb_arena *arena);

/*
 * The bytes of a base64 text, in which white space may stand anywhere. False when
 * it is not base64: another character, missing padding, bits that do not count set.
 */
bool ifb_base64_read(ifb_str text, struct ifb_arena *arena, ifb_str *out);

#endif
