/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The epoll loop: connections that read a request, wait, send a reply (whole,
 * in drips or half) and end as the reply says. Edge-triggered, so that an
 * ordinary exchange costs three system calls.
 */
#include "tests/mock/mock.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define READ_SIZE ((size_t)16 << 10)
#define KEEP_MAX ((size_t)1 << 20) /* a larger buffer is not kept for the next request */
#define DRAIN_US 2000000
#define LAST_CHUNK "0\r\n\r\n"

enum state { READING, DELAYED, SENDING, DRIPPING, DRAINING, HUNG };

struct conn {
    struct timer timer;
    struct conn *prev, *next;
    int fd;
    enum state state;
    enum ending ending;
    bool readable, eof, continued, chat, control, close;
    struct buf in, out;
    size_t head, limit, sent; /* of `out`: before the body, to send, sent */
    int64_t drip_ms;
};

struct server {
    struct mock *m;
    int epoll, listener, signals;
    struct conn *conns;
    struct timers timers;
    struct reply reply; /* reused */
    struct buf scratch;
};

static int64_t clock_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void leave_flight(struct server *s, struct conn *c)
{
    s->m->flying -= c->chat;
    c->chat = false;
}

static void conn_close(struct server *s, struct conn *c)
{
    leave_flight(s, c);
    timer_drop(&s->timers, &c->timer);
    *(c->prev ? &c->prev->next : &s->conns) = c->next;
    if (c->next)
        c->next->prev = c->prev;
    close(c->fd);
    buf_free(&c->in);
    buf_free(&c->out);
    free(c);
}

static void conn_reset(struct server *s, struct conn *c)
{
    struct linger now = { .l_onoff = 1, .l_linger = 0 };

    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    conn_close(s, c);
}

/* Says no more, and waits for the client to go: unread input would turn a close into a reset. */
static void conn_drain(struct server *s, struct conn *c)
{
    shutdown(c->fd, SHUT_WR);
    c->state = DRAINING;
    timer_set(&s->timers, &c->timer, s->m->now_us + DRAIN_US);
}

static void put_chunked(struct buf *out, struct span body)
{
    while (body.n) {
        const char *end = memmem(body.p, body.n, "\n\n", 2);
        size_t n = end ? (size_t)(end - body.p) + 2 : body.n;

        buf_fmt(out, "%zx\r\n", n);
        buf_put(out, (struct span){ body.p, n });
        buf_put(out, SPAN("\r\n"));
        body = (struct span){ body.p + n, body.n - n };
    }
    buf_put(out, SPAN(LAST_CHUNK));
}

/* Writes the reply into the connection's output, and how much of it is to be sent. */
static void stage(struct conn *c, const struct reply *r)
{
    struct buf *out = &c->out;

    out->n = 0;
    buf_fmt(out, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n", r->status, http_reason(r->status),
            r->type);
    buf_put(out, buf_span(&r->headers));
    if (r->stream)
        buf_put(out, SPAN("Transfer-Encoding: chunked\r\n"));
    else
        buf_fmt(out, "Content-Length: %zu\r\n", r->body.n);
    buf_put(out, r->close ? SPAN("Connection: close\r\n\r\n") : SPAN("\r\n"));
    c->head = out->n;
    if (r->stream && !r->head)
        put_chunked(out, buf_span(&r->body));
    else if (!r->head)
        buf_put(out, buf_span(&r->body));
    c->limit = out->n;
    if (r->ending == END_TRUNCATE || r->ending == END_RESET)
        c->limit = c->head + (out->n - c->head) / 2;
    else if (r->ending == END_CLOSE)
        c->limit = 0;
    else if (r->ending == END_HOLD && r->stream)
        c->limit -= sizeof(LAST_CHUNK) - 1;
    c->sent = 0;
    c->ending = r->ending;
    c->close = r->close;
    c->drip_ms = r->drip_ms;
}

static void begin_reply(struct server *s, struct conn *c, const struct reply *r)
{
    stage(c, r);
    c->chat = r->chat;
    c->control = r->control;
    c->continued = false;
    s->m->flying += r->chat;
    if (s->m->flying > s->m->peak)
        s->m->peak = s->m->flying;
    if (r->ending == END_HANG) {
        c->state = HUNG;
    } else if (r->delay_ms) {
        c->state = DELAYED;
        timer_set(&s->timers, &c->timer, s->m->now_us + r->delay_ms * 1000);
    } else {
        c->state = SENDING;
    }
}

static void reply_clear(struct reply *r)
{
    struct buf headers = r->headers, body = r->body;

    if (body.cap > KEEP_MAX)
        buf_free(&body);
    headers.n = body.n = 0;
    *r = (struct reply){ .headers = headers, .body = body };
}

/* Takes one request off the input; false when more input is needed. */
static bool take_request(struct server *s, struct conn *c)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct reply *r = &s->reply;
    struct request q;
    int got = c->in.n ? http_read(buf_span(&c->in), &q, &s->scratch) : HTTP_MORE;

    if (got == HTTP_MORE) {
        if (c->in.n && q.size && q.expect_continue && !c->continued)
            c->continued = send(c->fd, go_on, sizeof(go_on) - 1, MSG_NOSIGNAL) > 0;
        return false;
    }
    reply_clear(r);
    if (got == HTTP_WHOLE) {
        route(s->m, &q, r);
        if (q.http10 && r->stream)
            r->stream = false;
        c->in.n -= q.size;
        if (c->in.n)
            memmove(c->in.p, c->in.p + q.size, c->in.n);
    } else {
        s->m->requests++;
        s->m->by_status[got]++;
        openai_error(r, got, NULL, NULL);
        r->close = true;
        c->in.n = 0;
    }
    begin_reply(s, c, r);
    return true;
}

/* Reads what is there; false when that is nothing, and then the connection may be gone. */
static bool fill(struct server *s, struct conn *c)
{
    ssize_t n;

    if (!c->readable)
        return false;
    buf_reserve(&c->in, READ_SIZE);
    n = recv(c->fd, c->in.p + c->in.n, c->in.cap - c->in.n, 0);
    if (n > 0) {
        /* a short read drained the socket, and the next byte is a new edge; a seen end is not */
        c->readable = c->eof || (size_t)n == c->in.cap - c->in.n;
        c->in.n += (size_t)n;
        return true;
    }
    if (n < 0 && errno == EINTR)
        return true;
    c->readable = false;
    if (n == 0 || errno != EAGAIN)
        conn_close(s, c);
    return false;
}

static void discard(struct server *s, struct conn *c)
{
    while (fill(s, c))
        c->in.n = 0;
}

/* After the last byte that is to be sent. False when the connection does not go on. */
static bool end_reply(struct server *s, struct conn *c)
{
    if (c->ending == END_HOLD) {
        c->state = HUNG;
        return false;
    }
    leave_flight(s, c);
    if (c->ending == END_RESET) {
        conn_reset(s, c);
        return false;
    }
    s->m->answered += c->ending == END_KEEP && !c->control;
    if (c->out.cap > KEEP_MAX)
        buf_free(&c->out);
    if (c->in.cap > KEEP_MAX && !c->in.n)
        buf_free(&c->in);
    c->state = READING;
    if (c->ending == END_KEEP && !c->close)
        return true;
    conn_drain(s, c);
    discard(s, c);
    return false;
}

/* Sends on; false when that must wait, or the connection does not go on. */
static bool send_on(struct server *s, struct conn *c)
{
    while (c->sent < c->limit) {
        size_t upto = c->drip_ms ? (c->sent < c->head ? c->head : c->sent + 1) : c->limit;
        ssize_t n = send(c->fd, c->out.p + c->sent, upto - c->sent, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            if (errno != EAGAIN)
                conn_close(s, c);
            return false;
        }
        c->sent += (size_t)n;
        if (c->drip_ms && c->sent >= c->head && c->sent < c->limit) {
            c->state = DRIPPING;
            timer_set(&s->timers, &c->timer, s->m->now_us + c->drip_ms * 1000);
            return false;
        }
    }
    return end_reply(s, c);
}

/* Moves a connection on until it has to wait for the network or a timer. */
static void advance(struct server *s, struct conn *c)
{
    for (;;) {
        if (c->state == READING && !take_request(s, c) && !fill(s, c))
            return;
        if (c->state == SENDING && !send_on(s, c))
            return;
        if (c->state != READING && c->state != SENDING)
            return;
    }
}

static void on_timer(struct server *s, struct conn *c)
{
    if (c->state == DRAINING) {
        conn_close(s, c);
        return;
    }
    c->state = SENDING;
    advance(s, c);
}

static void on_event(struct server *s, struct conn *c, uint32_t events)
{
    bool gone = events & (EPOLLHUP | EPOLLERR);

    c->readable |= (events & (EPOLLIN | EPOLLRDHUP)) != 0;
    c->eof |= (events & EPOLLRDHUP) != 0;
    if (c->state == DRAINING && !gone)
        discard(s, c);
    else if (gone || (c->eof && (c->state == DELAYED || c->state == HUNG)))
        conn_close(s, c);
    else
        advance(s, c);
}

static void add_conn(struct server *s, int fd)
{
    struct conn *c = calloc(1, sizeof(*c));
    struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET };
    int on = 1;

    if (!c)
        abort();
    event.data.ptr = c;
    c->fd = fd;
    c->next = s->conns;
    if (c->next)
        c->next->prev = c;
    s->conns = c;
    s->m->connections++;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event))
        conn_close(s, c);
}

static void accept_all(struct server *s)
{
    for (;;) {
        int fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0)
            add_conn(s, fd);
        else if (errno != EINTR && errno != ECONNABORTED)
            return;
    }
}

static int wait_ms(const struct server *s)
{
    int64_t left;

    if (!s->timers.n)
        return -1;
    left = s->timers.heap[0]->at_us - clock_us();
    return left <= 0 ? 0 : left > 60000000 ? 60000 : (int)((left + 999) / 1000);
}

/* One round; false when a signal asks to stop. */
static bool turn(struct server *s)
{
    struct epoll_event events[256];
    struct timer *due;
    int n = epoll_wait(s->epoll, events, 256, wait_ms(s));

    s->m->now_us = clock_us();
    for (int i = 0; i < n; i++) {
        if (events[i].data.ptr == &s->signals)
            return false;
        if (events[i].data.ptr == &s->listener)
            accept_all(s);
        else
            on_event(s, events[i].data.ptr, events[i].events);
    }
    while ((due = timer_due(&s->timers, s->m->now_us)))
        on_timer(s, (struct conn *)((char *)due - offsetof(struct conn, timer)));
    return true;
}

static bool watch(struct server *s, int fd, void *tag)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = tag };

    return !epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event);
}

int server_run(struct mock *m, int listener, int signals)
{
    struct server s = { .m = m, .listener = listener, .signals = signals };

    s.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (s.epoll < 0 || !watch(&s, listener, &s.listener) || !watch(&s, signals, &s.signals)) {
        fprintf(stderr, "mockd: epoll: %s\n", strerror(errno));
        return 1;
    }
    m->now_us = m->tokens_at_us = clock_us();
    m->tokens = (double)m->opt.burst;
    while (turn(&s))
        ;
    while (s.conns)
        conn_close(&s, s.conns);
    close(s.epoll);
    free(s.timers.heap);
    buf_free(&s.scratch);
    buf_free(&s.reply.headers);
    buf_free(&s.reply.body);
    return 0;
}
