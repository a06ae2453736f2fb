/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures that go with a prompt: read once, told apart by their first bytes. */
#ifndef IFB_BASE_IMAGE_H
#define IFB_BASE_IMAGE_H

#include <ifbench/types.h>

#define IFB_IMAGE_MAX ((size_t)20 << 20)  /* bytes; what vendors take inline at most */

/*
 * Reads `source`, a file or a data URI in base64, into `arena`. A file's name that
 * is not absolute is looked for in `dir` (NULL: where we are). The media type is
 * that of the bytes, whatever a name or URI says: png, jpeg, gif or webp, else
 * IFB_EINPUT. IFB_EIO when the file cannot be read, IFB_ELIMIT beyond IFB_IMAGE_MAX.
 */
enum ifb_code ifb_image_load(ifb_str source, const char *dir, struct ifb_arena *arena,
                             struct ifb_image *out, struct ifb_error *err);

#endif
