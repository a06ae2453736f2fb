/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/provider/sse.h"

#include "harness/base/error.h"
#include "harness/base/str.h"

#define EVENT_NAME_MAX 256

void ifb_sse_open(struct ifb_sse *s, bool lines, size_t max)
{
    *s = (struct ifb_sse){ .lines = lines };
    ifb_buf_init(&s->line, max);
    ifb_buf_init(&s->data, max);
    ifb_buf_init(&s->event, EVENT_NAME_MAX);
}

void ifb_sse_close(struct ifb_sse *s)
{
    ifb_buf_close(&s->line);
    ifb_buf_close(&s->data);
    ifb_buf_close(&s->event);
}

static void take_field(struct ifb_sse *s, ifb_str line)
{
    ifb_str value = line, name;

    if (!ifb_str_chop(&value, ':', &name)) {
        name = line;
        value = IFB_STR("");
    }
    if (ifb_str_starts(value, IFB_STR(" ")))
        value = ifb_str_from(value, 1);
    if (ifb_str_is(name, "data")) {
        ifb_buf_str(&s->data, value);
        ifb_buf_char(&s->data, '\n');
    } else if (ifb_str_is(name, "event")) {
        ifb_buf_clear(&s->event);
        ifb_buf_str(&s->event, value);
    }
}

/* The empty line: an event without data is none. */
static bool end_event(struct ifb_sse *s, ifb_sse_take *take, void *self)
{
    ifb_str data = ifb_buf_view(&s->data);
    bool go_on = true;

    if (data.len) {
        data.len--;  /* the last line break is not part of it */
        go_on = take(self, ifb_buf_view(&s->event), data);
    }
    ifb_buf_clear(&s->data);
    ifb_buf_clear(&s->event);
    return go_on;
}

static bool end_line(struct ifb_sse *s, ifb_sse_take *take, void *self)
{
    ifb_str line = ifb_buf_view(&s->line);
    bool go_on = true;

    if (!s->begun && ifb_str_starts(line, IFB_STR("\xef\xbb\xbf")))
        line = ifb_str_from(line, 3);
    s->begun = true;
    if (s->lines)
        go_on = !ifb_str_trim_ascii(line).len || take(self, IFB_STR(""), line);
    else if (!line.len)
        go_on = end_event(s, take, self);
    else if (line.ptr[0] != ':')
        take_field(s, line);
    ifb_buf_clear(&s->line);
    return go_on;
}

/* Where the next line break is, or the end. */
static size_t line_length(ifb_str bytes)
{
    const char *lf = bytes.len ? memchr(bytes.ptr, '\n', bytes.len) : NULL;
    size_t n = lf ? (size_t)(lf - bytes.ptr) : bytes.len;
    const char *cr = n ? memchr(bytes.ptr, '\r', n) : NULL;

    return cr ? (size_t)(cr - bytes.ptr) : n;
}

enum ifb_code ifb_sse_feed(struct ifb_sse *s, ifb_str bytes, ifb_sse_take *take, void *self,
                           struct ifb_error *err)
{
    while (bytes.len) {
        size_t n;

        if (s->cr && bytes.ptr[0] == '\n') {  /* the second half of CRLF */
            s->cr = false;
            bytes = ifb_str_from(bytes, 1);
            continue;
        }
        s->cr = false;
        n = line_length(bytes);
        ifb_buf_add(&s->line, bytes.ptr, n);
        if (n < bytes.len) {
            s->cr = bytes.ptr[n++] == '\r';
            if (!s->line.full && !end_line(s, take, self))
                return IFB_OK;
        }
        if (s->line.full || s->data.full)
            return ifb_fail(err, IFB_ELIMIT, "an event of the stream is larger than %zu bytes",
                            s->line.max);
        bytes = ifb_str_from(bytes, n);
    }
    return IFB_OK;
}
