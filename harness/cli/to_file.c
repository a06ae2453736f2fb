/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/cli/to_file.h"

#include "harness/base/arena.h"
#include "harness/base/file.h"
#include "harness/base/str.h"

static bool append_out(void *self, const char *bytes, size_t len)
{
    return ifb_out_add(self, bytes, len);
}

enum ifb_code ifb_to_file_tried(struct ifb_cli *cli, ifb_str to,
                                enum ifb_code (*write)(void *self, const struct ifb_sink *sink,
                                                       struct ifb_error *err),
                                void *self, struct ifb_error *err)
{
    struct ifb_sink sink = { NULL, append_out };
    struct ifb_out *out;
    enum ifb_code code;

    if (!to.ptr || ifb_str_is(to, "-"))
        return write(self, ifb_stdout_sink(), err);
    code = ifb_out_open(ifb_cstr(cli->arena, to), &out, err);
    if (code)
        return code;
    sink.self = out;
    code = write(self, &sink, err);
    if (!code)
        code = ifb_out_commit(out, false, err);
    ifb_out_close(out);
    return code;
}

struct sure {
    void (*write)(const void *self, const struct ifb_sink *sink);
    const void *self;
};

static enum ifb_code write_surely(void *self, const struct ifb_sink *sink, struct ifb_error *err)
{
    const struct sure *s = self;

    (void)err;
    s->write(s->self, sink);
    return IFB_OK;
}

enum ifb_code ifb_to_file(struct ifb_cli *cli, ifb_str to,
                          void (*write)(const void *self, const struct ifb_sink *sink),
                          const void *self, struct ifb_error *err)
{
    struct sure s = { write, self };

    return ifb_to_file_tried(cli, to, write_surely, &s, err);
}
