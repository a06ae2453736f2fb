/* SPDX-License-Identifier: Apache-2.0 */
/* Between the transport, which brings bytes, and the readers of streams, which know no clock. */
#include "harness/engine/listen.h"

#include "harness/base/error.h"
#include "harness/base/str.h"

void ifb_listen_begin(struct ifb_listen *l, const struct ifb_provider *provider, size_t max)
{
    *l = (struct ifb_listen){ .stream = ifb_stream_open(provider), .max = max };
}

/* No event begins like this; a server or proxy that does not stream answers so. */
static bool is_plain(ifb_str bytes)
{
    return memchr("{[<", bytes.ptr[0], 3) != NULL;
}

static void take_time(struct ifb_listen *l, size_t parts, int64_t us)
{
    if (!l->parts)
        l->first_us = us;
    else if (us - l->last_us > l->longest_us)
        l->longest_us = us - l->last_us;
    l->last_us = us;
    l->parts += parts;
}

enum ifb_http_fate ifb_listen_piece(struct ifb_listen *l, ifb_str bytes, int64_t us)
{
    struct ifb_stream_news news;

    if (!l->begun) {
        ifb_str rest = ifb_str_trim_ascii(bytes);

        if (!rest.len)
            return IFB_HTTP_TAKEN;
        l->begun = true;
        l->plain = !ifb_stream_is_lines(l->stream) && is_plain(rest);
    }
    if (l->plain)
        return IFB_HTTP_KEPT;
    l->code = ifb_stream_feed(l->stream, bytes, &news, &l->error);
    if (news.parts)
        take_time(l, news.parts, us);
    l->bytes += news.text + news.reasoning;
    if (!l->code && l->bytes > l->max)
        l->code = ifb_fail(&l->error, IFB_ELIMIT, "the streamed reply is larger than %zu bytes",
                           l->max);
    if (l->code)
        return IFB_HTTP_STOPPED;
    return news.done ? IFB_HTTP_ENOUGH : IFB_HTTP_TAKEN;
}

static struct ifb_pace pace_of(const struct ifb_listen *l)
{
    struct ifb_pace pace = { 0 };

    if (!l->parts)
        return pace;
    pace.first_us = l->first_us;
    if (l->parts > 1) {
        pace.mean_us = (double)(l->last_us - l->first_us) / (double)(l->parts - 1);
        pace.longest_us = l->longest_us;
    }
    return pace;
}

bool ifb_listen_end(struct ifb_listen *l, const struct ifb_http_event *e, struct ifb_arena *arena,
                    struct ifb_response *out, struct ifb_pace *pace, enum ifb_code *code,
                    struct ifb_error *err)
{
    struct ifb_error cut = { .retry_after_ms = -1 };

    if (!l->stream || l->plain || (!e->code && e->reply.status != 200))
        return false;
    if (l->code) {
        *err = l->error;
        *code = l->code;
        return true;
    }
    /* An answer that has come to its end mark is whole, however the connection ended. */
    *code = ifb_stream_finish(l->stream, arena, out, &cut);
    if (*code && e->code)
        return false;
    if (*code)
        *err = cut;
    else
        *pace = pace_of(l);
    return true;
}

void ifb_listen_close(struct ifb_listen *l)
{
    ifb_stream_close(l->stream);
    l->stream = NULL;
}
