/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/base/error.h"

#include <stdarg.h>
#include <stdio.h>

/* A message is one line for a terminal: no escape sequence, no cut-off character. */
static void tidy(char *msg, size_t size)
{
    size_t len = strlen(msg);

    for (char *p = msg; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    if (len + 1 < size)
        return;
    while (len && ((unsigned char)msg[len - 1] & 0xc0) == 0x80)
        len--;
    if (len && (unsigned char)msg[len - 1] >= 0xc0)
        len--;
    msg[len] = '\0';
}

enum ifb_code ifb_fail(struct ifb_error *err, enum ifb_code code, const char *fmt, ...)
{
    va_list ap;

    if (!err)
        return code;
    err->code = code;
    err->http_status = 0;
    err->retry_after_ms = -1;
    va_start(ap, fmt);
    vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
    va_end(ap);
    tidy(err->msg, sizeof(err->msg));
    return code;
}

enum ifb_code ifb_within(struct ifb_error *err, const char *fmt, ...)
{
    char rest[sizeof(err->msg)], context[sizeof(err->msg)];
    va_list ap;
    int n;

    if (!err)
        return IFB_EBUG;
    memcpy(rest, err->msg, sizeof(rest));
    va_start(ap, fmt);
    vsnprintf(context, sizeof(context), fmt, ap);
    va_end(ap);
    n = snprintf(err->msg, sizeof(err->msg), "%s: ", context);
    if (n > 0 && (size_t)n < sizeof(err->msg))
        snprintf(err->msg + n, sizeof(err->msg) - (size_t)n, "%.*s",
                 (int)(sizeof(err->msg) - (size_t)n - 1), rest);
    tidy(err->msg, sizeof(err->msg));
    return err->code;
}
