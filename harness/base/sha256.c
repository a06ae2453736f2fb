/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/sha256.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/arena.h"
#include "harness/base/error.h"

struct ifb_sha256 {
    EVP_MD *md;
    EVP_MD_CTX *ctx;
};

/* EVP fails only when OpenSSL itself is broken or out of memory: nothing to report it to. */
static void must(int ok)
{
    if (ok != 1)
        ifb_out_of_memory();
}

struct ifb_sha256 *ifb_sha256_new(void)
{
    struct ifb_sha256 *s = malloc(sizeof(*s));

    if (!s)
        ifb_out_of_memory();
    s->md = EVP_MD_fetch(NULL, "SHA256", NULL);
    s->ctx = EVP_MD_CTX_new();
    must(s->md && s->ctx);
    must(EVP_DigestInit_ex(s->ctx, s->md, NULL));
    return s;
}

void ifb_sha256_add(struct ifb_sha256 *s, const void *bytes, size_t len)
{
    if (len)
        must(EVP_DigestUpdate(s->ctx, bytes, len));
}

static void to_hex(const unsigned char digest[32], char out[IFB_SHA256_HEX])
{
    static const char digits[] = "0123456789abcdef";

    for (int i = 0; i < 32; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[64] = '\0';
}

void ifb_sha256_hex(const struct ifb_sha256 *s, char out[IFB_SHA256_HEX])
{
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    unsigned char digest[32];
    unsigned len = 0;

    must(copy != NULL);
    must(EVP_MD_CTX_copy_ex(copy, s->ctx));
    must(EVP_DigestFinal_ex(copy, digest, &len));
    EVP_MD_CTX_free(copy);
    to_hex(digest, out);
}

void ifb_sha256_close(struct ifb_sha256 *s)
{
    if (!s)
        return;
    EVP_MD_CTX_free(s->ctx);
    EVP_MD_free(s->md);
    free(s);
}

void ifb_sha256_of(ifb_str bytes, char out[IFB_SHA256_HEX])
{
    struct ifb_sha256 *s = ifb_sha256_new();

    ifb_sha256_add(s, bytes.ptr, bytes.len);
    ifb_sha256_hex(s, out);
    ifb_sha256_close(s);
}

enum ifb_code ifb_sha256_file(const char *path, char out[IFB_SHA256_HEX], int64_t *size,
                              struct ifb_error *err)
{
    FILE *f = fopen(path, "rbe");
    struct ifb_sha256 *s;
    char chunk[16384];
    size_t n;
    enum ifb_code code = IFB_OK;

    if (!f)
        return ifb_fail(err, IFB_EIO, "cannot open %s: %s", path, strerror(errno));
    s = ifb_sha256_new();
    *size = 0;
    while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0) {
        ifb_sha256_add(s, chunk, n);
        *size += (int64_t)n;
    }
    if (ferror(f))
        code = ifb_fail(err, IFB_EIO, "cannot read %s: %s", path, strerror(errno));
    ifb_sha256_hex(s, out);
    ifb_sha256_close(s);
    fclose(f);
    return code;
}

void ifb_sha512_of(ifb_str bytes, unsigned char out[IFB_SHA512_BYTES])
{
    must(EVP_Digest(bytes.ptr ? bytes.ptr : "", bytes.len, out, NULL, EVP_sha512(), NULL));
}
