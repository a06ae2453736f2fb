/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a member of a ZIP archive that is in memory (PKWARE's APPNOTE 6.3, the
 * part in use everywhere): the central directory, members stored or deflated.
 * Encryption, several disks and ZIP64 are refused. Nothing an archive says is
 * believed before it was measured against the bytes that are there. The other
 * way there is deflate alone, for pieces of a page.
 */
#ifndef IFB_BASE_ZIP_H
#define IFB_BASE_ZIP_H

#include <ifbench/types.h>

/*
 * The content of the member called `name`, exactly and in full, in `arena`; a
 * stored one points into `zip`. When there are several of that name, the first.
 *   IFB_EINPUT  no ZIP archive, no such member, or a damaged one (its length and
 *               its CRC-32 are checked)
 *   IFB_ELIMIT  it is larger than `max` bytes
 */
enum ifb_code ifb_zip_read(ifb_str zip, const char *name, size_t max, struct ifb_arena *arena,
                           ifb_str *out, struct ifb_error *err);

/* Packs one piece after the other; holds a quarter of a megabyte. */
struct ifb_deflater;

/* `level` from 1, fast, to 9, small. Release with ifb_deflater_close. */
struct ifb_deflater *ifb_deflater_open(int level);
void ifb_deflater_close(struct ifb_deflater *d);

/*
 * `bytes`, at most 1 GB, as a stream of its own in zlib's format (RFC 1950), in
 * `arena`. Always by zlib, so that builds with and without libdeflate write the same.
 */
ifb_str ifb_deflate(struct ifb_deflater *d, ifb_str bytes, struct ifb_arena *arena);

#endif
