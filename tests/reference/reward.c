/* SPDX-License-Identifier: Apache-2.0 */
/* A reward function: prints 1 when the text on standard input has no comma, 0 otherwise. */
#include <ifbench.h>
#include <stdio.h>

int main(void)
{
    static char text[1 << 20];
    size_t len = fread(text, 1, sizeof(text), stdin);
    struct ifb_error err;
    struct ifb_checker *check;
    enum ifb_outcome strict, loose;

    if (ifb_checker_new("punctuation:no_comma", "{}", &check, &err))
        return fprintf(stderr, "%s\n", err.msg), 3;
    ifb_checker_run(check, text, len, &strict, &loose);
    printf("%d\n", strict == IFB_PASS);
    ifb_checker_close(check);
    return 0;
}
