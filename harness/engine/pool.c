/* SPDX-License-Identifier: Apache-2.0 */
#include "harness/engine/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "harness/base/arena.h"

#define QUEUE_PER_WORKER 8
#define WAKE_AT 8  /* jobs for which a sleeping worker is woken: waking costs as much as a job */

struct queue {
    struct ifb_job *first, **end;
    int n;
};

struct ifb_pool {
    pthread_mutex_t lock;
    pthread_cond_t more_work, more_done, more_room;
    struct queue work, done;
    int pending;  /* pushed and not popped; only the owner touches it */
    bool stop;
    int nthreads;
    pthread_t *threads;
    void (*run)(void *shared, struct ifb_job *job, struct ifb_arena *scratch);
    void *shared;
    struct ifb_arena *scratch;  /* of the owner, when there are no workers */
};

static void queue_init(struct queue *q)
{
    q->first = NULL;
    q->end = &q->first;
    q->n = 0;
}

static void queue_put(struct queue *q, struct ifb_job *job)
{
    job->next = NULL;
    *q->end = job;
    q->end = &job->next;
    q->n++;
}

static struct ifb_job *queue_take(struct queue *q)
{
    struct ifb_job *job = q->first;

    if (!job)
        return NULL;
    q->first = job->next;
    if (!q->first)
        q->end = &q->first;
    q->n--;
    return job;
}

static void *worker(void *arg)
{
    struct ifb_pool *p = arg;
    struct ifb_arena *scratch = ifb_arena_new();
    struct ifb_job *job;

    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (!p->work.n && !p->stop)
            pthread_cond_wait(&p->more_work, &p->lock);
        job = queue_take(&p->work);
        if (!job)
            break;
        pthread_cond_signal(&p->more_room);
        pthread_mutex_unlock(&p->lock);
        p->run(p->shared, job, scratch);
        ifb_arena_reset(scratch);
        pthread_mutex_lock(&p->lock);
        queue_put(&p->done, job);
        pthread_cond_signal(&p->more_done);
    }
    pthread_mutex_unlock(&p->lock);
    ifb_arena_close(scratch);
    return NULL;
}

struct ifb_pool *ifb_pool_new(int threads, void (*work)(void *shared, struct ifb_job *job,
                                                        struct ifb_arena *scratch),
                              void *shared)
{
    struct ifb_pool *p = calloc(1, sizeof(*p));

    if (!p)
        ifb_out_of_memory();
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->more_work, NULL);
    pthread_cond_init(&p->more_done, NULL);
    pthread_cond_init(&p->more_room, NULL);
    queue_init(&p->work);
    queue_init(&p->done);
    p->run = work;
    p->shared = shared;
    p->scratch = ifb_arena_new();
    p->threads = calloc(threads > 0 ? (size_t)threads : 1, sizeof(*p->threads));
    if (!p->threads)
        ifb_out_of_memory();
    while (p->nthreads < threads &&
           pthread_create(&p->threads[p->nthreads], NULL, worker, p) == 0)
        p->nthreads++;
    return p;
}

void ifb_pool_push(struct ifb_pool *p, struct ifb_job *job)
{
    p->pending++;
    if (!p->nthreads) {
        p->run(p->shared, job, p->scratch);
        ifb_arena_reset(p->scratch);
        queue_put(&p->done, job);
        return;
    }
    pthread_mutex_lock(&p->lock);
    while (p->work.n >= p->nthreads * QUEUE_PER_WORKER)
        pthread_cond_wait(&p->more_room, &p->lock);
    queue_put(&p->work, job);
    if (p->work.n >= WAKE_AT)
        pthread_cond_signal(&p->more_work);
    pthread_mutex_unlock(&p->lock);
}

void ifb_pool_flush(struct ifb_pool *p)
{
    pthread_mutex_lock(&p->lock);
    if (p->work.n)
        pthread_cond_signal(&p->more_work);
    pthread_mutex_unlock(&p->lock);
}

struct ifb_job *ifb_pool_pop(struct ifb_pool *p, bool wait)
{
    struct ifb_job *job;

    if (!p->pending)
        return NULL;
    pthread_mutex_lock(&p->lock);
    if (wait)
        pthread_cond_broadcast(&p->more_work);
    while (wait && !p->done.n)
        pthread_cond_wait(&p->more_done, &p->lock);
    job = queue_take(&p->done);
    pthread_mutex_unlock(&p->lock);
    p->pending -= job != NULL;
    return job;
}

int ifb_pool_pending(const struct ifb_pool *p)
{
    return p->pending;
}

void ifb_pool_close(struct ifb_pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->more_work);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->nthreads; i++)
        pthread_join(p->threads[i], NULL);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->more_work);
    pthread_cond_destroy(&p->more_done);
    pthread_cond_destroy(&p->more_room);
    ifb_arena_close(p->scratch);
    free(p->threads);
    free(p);
}

int ifb_pool_cores(void)
{
    cpu_set_t set;
    int n = 1;

    if (sched_getaffinity(0, sizeof(set), &set) == 0)
        n = CPU_COUNT(&set);
    return n < 1 ? 1 : n > 16 ? 16 : n;
}

int ifb_pool_workers(void)
{
    int cores = ifb_pool_cores();

    return cores > 1 ? cores : 0;
}
