/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/cli/gate_show.h"

#include "harness/base/arena.h"
#include "harness/base/error.h"
#include "harness/base/str.h"
#include "harness/cli/to_file.h"

int ifb_gate_status(enum ifb_gate_verdict verdict)
{
    static const int statuses[] = { [IFB_GATE_PASS] = IFB_EXIT_OK, [IFB_GATE_FAIL] = IFB_EXIT_GATE,
                                    [IFB_GATE_INCONCLUSIVE] = IFB_EXIT_INCONCLUSIVE };

    return statuses[verdict];
}

static void write_gate(const void *self, const struct ifb_sink *sink)
{
    const void *const *both = self;
    const struct ifb_gate_report *report = both[0];

    report->write(both[1], sink);
}

enum ifb_code ifb_gate_show(struct ifb_cli *cli, const struct ifb_gate *gate, ifb_str format,
                            ifb_str to, struct ifb_error *err)
{
    const void *both[] = { ifb_gate_report_find(format), gate };

    return ifb_to_file(cli, to, write_gate, both, err);
}

enum ifb_code ifb_gate_check_also(const char *option, struct ifb_strs also, struct ifb_error *err)
{
    for (size_t i = 0; i < also.n; i++) {
        ifb_str rest = also.at[i], format;

        if (!ifb_str_chop(&rest, '=', &format) || !rest.len || !ifb_gate_report_find(format))
            return ifb_fail(err, IFB_EUSAGE, "%s: wanted term, markdown, github, junit or json, "
                            "then = and a file, found \"%.*s\"", option, IFB_ARG(also.at[i]));
    }
    return IFB_OK;
}

enum ifb_code ifb_gate_show_also(struct ifb_cli *cli, const struct ifb_gate *gate,
                                 struct ifb_strs also, struct ifb_error *err)
{
    enum ifb_code code = IFB_OK;

    for (size_t i = 0; i < also.n && !code; i++) {
        ifb_str file = also.at[i], format;

        ifb_str_chop(&file, '=', &format);
        code = ifb_gate_show(cli, gate, format, file, err);
    }
    return code;
}
