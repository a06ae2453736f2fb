/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stopwatch N COMMAND...: runs it N times with its output thrown away and prints
 * the medians "WALL_MS CPU_MS" and the largest "RSS_MB". `{}` in an argument is
 * replaced by the number of the repetition. Exits 1 when the command fails.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REPEATS_MAX 1000

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static char *numbered(const char *arg, int number)
{
    const char *mark = strstr(arg, "{}");
    char *out = malloc(strlen(arg) + 16);

    if (!out)
        exit(1);
    if (mark)
        sprintf(out, "%.*s%d%s", (int)(mark - arg), arg, number, mark + 2);
    else
        strcpy(out, arg);
    return out;
}

static void run_child(char **argv, int number)
{
    int null = open("/dev/null", O_RDWR);

    for (int i = 0; argv[i]; i++)
        argv[i] = numbered(argv[i], number);
    dup2(null, 0);
    dup2(null, 1);
    dup2(null, 2);
    execvp(argv[0], argv);
    _exit(127);
}

static double ms_of(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

int main(int argc, char **argv)
{
    double wall[REPEATS_MAX], cpu[REPEATS_MAX];
    int n = argc > 2 ? atoi(argv[1]) : 0;
    long rss = 0;

    if (n < 1 || n > REPEATS_MAX)
        return fprintf(stderr, "usage: stopwatch N COMMAND...\n"), 2;
    for (int i = 0; i < n; i++) {
        struct rusage used;
        int status;
        double start = now_ms();
        pid_t pid = fork();

        if (pid == 0)
            run_child(argv + 2, i);
        if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
            return 1;
        wall[i] = now_ms() - start;
        cpu[i] = ms_of(used.ru_utime) + ms_of(used.ru_stime);
        rss = used.ru_maxrss > rss ? used.ru_maxrss : rss;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            return fprintf(stderr, "stopwatch: %s failed\n", argv[2]), 1;
    }
    qsort(wall, (size_t)n, sizeof(*wall), by_value);
    qsort(cpu, (size_t)n, sizeof(*cpu), by_value);
    printf("%.1f %.1f %.1f\n", wall[n / 2], cpu[n / 2], (double)rss / 1024);
    return 0;
}
