/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256, and SHA-512 where a reference tool wants it, by OpenSSL's EVP. */
#ifndef IFB_BASE_SHA256_H
#define IFB_BASE_SHA256_H

#include <ifbench/types.h>

#define IFB_SHA256_HEX 65  /* 64 digits and NUL */

struct ifb_sha256;

struct ifb_sha256 *ifb_sha256_new(void);
void ifb_sha256_add(struct ifb_sha256 *s, const void *bytes, size_t len);
/* Lower-case hex of what was added so far; more can be added after. */
void ifb_sha256_hex(const struct ifb_sha256 *s, char out[IFB_SHA256_HEX]);
void ifb_sha256_close(struct ifb_sha256 *s);

/* Of bytes in memory, and of a file's content as it is on disk. */
void ifb_sha256_of(ifb_str bytes, char out[IFB_SHA256_HEX]);
enum ifb_code ifb_sha256_file(const char *path, char out[IFB_SHA256_HEX], int64_t *size,
                              struct ifb_error *err);

#define IFB_SHA512_BYTES 64
void ifb_sha512_of(ifb_str bytes, unsigned char out[IFB_SHA512_BYTES]);

#endif
