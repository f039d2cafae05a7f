/*
 * A load generator cheap enough to stay out of the way of what it measures: one thread, epoll, no allocation per call.
 * It reads its orders from a file (see load.ts, which writes it) and prints one line of JSON.
 *
 * HTTP: each connection has one request under way; an answer counts when it is complete and holds the marker `ok`.
 * WebSocket: each sender keeps `inflight` frames under way; `ok` counts answers, `seen` counts deliveries on any socket.
 * With `rate` requests are due at even intervals whatever the answers do, and are timed from when they were due;
 * `offered` counts those, `intime` the answers within `deadline` ms.
 * In templates every run of ten '@' is replaced by a running number, so that no two requests are the same.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_SOCKETS = 20000, MAX_TEMPLATES = 20000, INPUT = 1 << 18, RING = 1024, MAX_SAMPLES = 8000000 };

typedef struct {
  char *text;
  size_t length;
  size_t holes[8];
  int hole_count;
} Template;

typedef struct {
  int fd;
  int ready; /* HTTP: connected; WebSocket: signed in */
  int upgraded;
  int want_write;
  char *in;
  size_t in_length;
  char *out;
  size_t out_length, out_sent, out_size;
  int hello, speaks; /* template numbers, -1 = none */
  uint64_t sent_at[RING];
  unsigned head, tail;
} Socket;

static Template templates[MAX_TEMPLATES];
static int template_count;
static Socket *sockets;
static int socket_count;
static char host[64] = "127.0.0.1", path[256] = "/", ok_marker[256], seen_marker[256], ready_marker[256], fail_marker[256];
static int port, websocket, inflight = 1, poll_fd;
static double seconds = 10, warmup = 2, rate, deadline = 1000;
static uint64_t offered_count, intime_count, due_count;
static Socket **idle;
static int idle_count, next_speaker;
static uint64_t serial, acked_count, ok_count, seen_count, failed_count, started, ends, measured_from;
static uint32_t *samples;
static size_t sample_count;
static int measuring, next_template;

static uint64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void die(const char *what) {
  fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int add_template(const char *text, size_t length) {
  if (template_count == MAX_TEMPLATES) die("too many templates");
  Template *t = &templates[template_count];
  t->text = malloc(length + 1);
  memcpy(t->text, text, length);
  t->text[length] = 0;
  t->length = length;
  t->hole_count = 0;
  for (char *at = t->text; (at = strstr(at, "@@@@@@@@@@")) && t->hole_count < 8; at += 10)
    t->holes[t->hole_count++] = (size_t)(at - t->text);
  return template_count++;
}

/* Reads orders: one word, a space, the rest of the line. A tab parts fields; lines hold no raw line feeds. */
static void read_orders(const char *file) {
  FILE *f = fopen(file, "r");
  if (!f) die(file);
  char *line = NULL;
  size_t size = 0;
  ssize_t got;
  while ((got = getline(&line, &size, f)) > 0) {
    if (line[got - 1] == '\n') line[--got] = 0;
    char *rest = strchr(line, ' ');
    if (!rest) continue;
    *rest++ = 0;
    if (!strcmp(line, "mode")) websocket = !strcmp(rest, "ws");
    else if (!strcmp(line, "port")) port = atoi(rest);
    else if (!strcmp(line, "path")) snprintf(path, sizeof path, "%s", rest);
    else if (!strcmp(line, "seconds")) seconds = atof(rest);
    else if (!strcmp(line, "warmup")) warmup = atof(rest);
    else if (!strcmp(line, "rate")) rate = atof(rest);
    else if (!strcmp(line, "deadline")) deadline = atof(rest);
    else if (!strcmp(line, "inflight")) inflight = atoi(rest);
    else if (!strcmp(line, "serial")) serial = strtoull(rest, NULL, 10);
    else if (!strcmp(line, "ok")) snprintf(ok_marker, sizeof ok_marker, "%s", rest);
    else if (!strcmp(line, "seen")) snprintf(seen_marker, sizeof seen_marker, "%s", rest);
    else if (!strcmp(line, "ready")) snprintf(ready_marker, sizeof ready_marker, "%s", rest);
    else if (!strcmp(line, "fail")) snprintf(fail_marker, sizeof fail_marker, "%s", rest);
    else if (!strcmp(line, "connections")) {
      for (int i = atoi(rest); i > 0 && socket_count < MAX_SOCKETS; i--) {
        sockets[socket_count].hello = sockets[socket_count].speaks = -1;
        socket_count++;
      }
    } else if (!strcmp(line, "request")) {
      char *body = strchr(rest, '\t');
      if (!body) continue;
      *body++ = 0;
      size_t length = strlen(body);
      char *text = malloc(strlen(rest) + length + 512);
      int n = sprintf(text, "POST %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                      rest, host, port, length, body);
      add_template(text, (size_t)n);
      free(text);
    } else if (!strcmp(line, "socket") && socket_count < MAX_SOCKETS) {
      char *speaks = strchr(rest, '\t');
      if (speaks) *speaks++ = 0;
      Socket *s = &sockets[socket_count++];
      s->hello = add_template(rest, strlen(rest));
      s->speaks = speaks && *speaks ? add_template(speaks, strlen(speaks)) : -1;
    }
  }
  fclose(f);
}

static void want(Socket *s, int write) {
  if (s->want_write == write) return;
  s->want_write = write;
  struct epoll_event e = {.events = EPOLLIN | (write ? EPOLLOUT : 0), .data.ptr = s};
  epoll_ctl(poll_fd, EPOLL_CTL_MOD, s->fd, &e);
}

static void flush_out(Socket *s) {
  while (s->out_sent < s->out_length) {
    ssize_t n = send(s->fd, s->out + s->out_sent, s->out_length - s->out_sent, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EAGAIN) {
        want(s, 1);
        return;
      }
      failed_count++;
      return;
    }
    s->out_sent += (size_t)n;
  }
  s->out_length = s->out_sent = 0;
  want(s, 0);
}

static char *room_for(Socket *s, size_t more) {
  if (s->out_length + more > s->out_size) {
    s->out_size = (s->out_length + more) * 2;
    s->out = realloc(s->out, s->out_size);
  }
  return s->out + s->out_length;
}

static void fill_holes(const Template *t, char *to) {
  char digits[16];
  serial++;
  snprintf(digits, sizeof digits, "%010llu", (unsigned long long)(1000000000ull + serial));
  for (int i = 0; i < t->hole_count; i++) memcpy(to + t->holes[i], digits, 10);
}

static void push_http(Socket *s, uint64_t at) {
  const Template *t = &templates[next_template++ % template_count];
  char *to = room_for(s, t->length);
  memcpy(to, t->text, t->length);
  fill_holes(t, to);
  s->out_length += t->length;
  s->sent_at[s->tail++ % RING] = at;
  flush_out(s);
}

static void push_frame(Socket *s, const Template *t, uint64_t at) {
  char *to = room_for(s, t->length + 14);
  size_t head = 0;
  to[head++] = (char)0x81;
  if (t->length < 126) to[head++] = (char)(0x80 | t->length);
  else {
    to[head++] = (char)(0x80 | 126);
    to[head++] = (char)(t->length >> 8);
    to[head++] = (char)t->length;
  }
  memset(to + head, 0, 4); /* a mask of zeros leaves the text as it is */
  head += 4;
  memcpy(to + head, t->text, t->length);
  fill_holes(t, to + head);
  s->out_length += head + t->length;
  if (at) s->sent_at[s->tail++ % RING] = at;
}

static void answered(Socket *s, int good) {
  uint64_t at = now_us();
  if (s->head == s->tail) return;
  uint64_t took = at - s->sent_at[s->head++ % RING];
  acked_count += (uint64_t)good;
  if (!measuring) return;
  if (good) {
    ok_count++;
    intime_count += took <= (uint64_t)(deadline * 1000);
    if (sample_count < MAX_SAMPLES) samples[sample_count++] = (uint32_t)took;
  } else failed_count++;
}

static void open_socket(Socket *s) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  inet_pton(AF_INET, host, &to.sin_addr);
  s->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (s->fd < 0 || connect(s->fd, (struct sockaddr *)&to, sizeof to) < 0) die("connect");
  int yes = 1;
  setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  fcntl(s->fd, F_SETFL, O_NONBLOCK);
  s->in = malloc(INPUT);
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = s};
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, s->fd, &e);
  if (!websocket) {
    s->ready = 1;
    return;
  }
  char *text = room_for(s, 1024);
  s->out_length += (size_t)sprintf(text,
    "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", path, host, port);
  flush_out(s);
}

/* One whole HTTP answer at the front of the input, 0 if it is not complete yet. */
static size_t whole_answer(Socket *s) {
  s->in[s->in_length] = 0;
  char *end = strstr(s->in, "\r\n\r\n");
  if (!end) return 0;
  char *length = strcasestr(s->in, "content-length:");
  size_t body = length && length < end ? strtoul(length + 15, NULL, 10) : 0;
  size_t whole = (size_t)(end - s->in) + 4 + body;
  return s->in_length >= whole ? whole : 0;
}

static void read_http(Socket *s) {
  size_t whole;
  while ((whole = whole_answer(s))) {
    int good = memmem(s->in, whole, ok_marker, strlen(ok_marker)) != NULL;
    if (!good && failed_count < 3) fprintf(stderr, "load: refused: %.*s\n", (int)(whole > 400 ? 400 : whole), s->in);
    memmove(s->in, s->in + whole, s->in_length - whole);
    s->in_length -= whole;
    answered(s, good);
    if (rate > 0) idle[idle_count++] = s;
    else if (now_us() < ends) push_http(s, now_us());
  }
}

static size_t count(const char *in, size_t length, const char *marker, size_t *last) {
  size_t n = 0, size = strlen(marker);
  if (!size) return 0;
  const char *at = in, *end = in + length;
  while ((at = memmem(at, (size_t)(end - at), marker, size))) {
    n++;
    at += size;
    if ((size_t)(at - in) > *last) *last = (size_t)(at - in);
  }
  return n;
}

/* Markers are counted in the stream as it comes; what may be the beginning of one is kept for the next read. */
static void read_frames(Socket *s) {
  size_t used = 0;
  if (!s->upgraded) {
    s->in[s->in_length] = 0;
    char *end = strstr(s->in, "\r\n\r\n");
    if (!end) return;
    s->upgraded = 1;
    used = (size_t)(end - s->in) + 4;
    push_frame(s, &templates[s->hello], 0);
    flush_out(s);
  }
  char *in = s->in + used;
  size_t length = s->in_length - used, last = 0;
  if (!s->ready) {
    if (memmem(in, length, ready_marker, strlen(ready_marker))) s->ready = 1;
  }
  size_t oks = count(in, length, ok_marker, &last), bad = count(in, length, fail_marker, &last);
  size_t seen = count(in, length, seen_marker, &last);
  if (bad && failed_count < 3) fprintf(stderr, "load: refused: %.*s\n", (int)(length > 300 ? 300 : length), in);
  if (measuring) seen_count += seen;
  for (size_t i = 0; i < oks; i++) answered(s, 1);
  for (size_t i = 0; i < bad; i++) answered(s, 0);
  if (rate == 0 && oks + bad && measured_from && s->speaks >= 0 && now_us() < ends) {
    for (size_t i = 0; i < oks + bad; i++) push_frame(s, &templates[s->speaks], now_us());
    flush_out(s);
  }
  size_t keep = length - last > 255 ? 255 : length - last;
  memmove(s->in, in + length - keep, keep);
  s->in_length = keep;
}

static void pump(int wait_ms) {
  struct epoll_event events[256];
  int n = epoll_wait(poll_fd, events, 256, wait_ms);
  for (int i = 0; i < n; i++) {
    Socket *s = events[i].data.ptr;
    if (events[i].events & EPOLLOUT) flush_out(s);
    if (!(events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) continue;
    ssize_t got = recv(s->fd, s->in + s->in_length, INPUT - 1 - s->in_length, 0);
    if (got <= 0) {
      if (got < 0 && errno == EAGAIN) continue;
      failed_count++;
      if (failed_count < 3) fprintf(stderr, "load: the server closed a connection\n");
      epoll_ctl(poll_fd, EPOLL_CTL_DEL, s->fd, NULL);
      close(s->fd);
      continue;
    }
    s->in_length += (size_t)got;
    if (websocket) read_frames(s);
    else read_http(s);
  }
}

/* Sends what is due by now. What no free connection can take waits, and its time runs. */
static void send_due(void) {
  uint64_t now = now_us();
  for (;;) {
    uint64_t due = started + (uint64_t)((double)due_count * 1e6 / rate);
    if (due > now || due >= ends) return;
    if (websocket) {
      Socket *s = NULL;
      for (int i = 0; i < socket_count && !s; i++, next_speaker++) {
        Socket *at = &sockets[next_speaker % socket_count];
        if (at->speaks >= 0 && at->tail - at->head < RING / 2) s = at;
      }
      if (!s) return;
      push_frame(s, &templates[s->speaks], due);
      flush_out(s);
    } else {
      if (idle_count == 0) return;
      push_http(idle[--idle_count], due);
    }
    due_count++;
    offered_count += (uint64_t)measuring;
  }
}

static int by_value(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static double quantile(double q) {
  return sample_count ? samples[(size_t)(q * (double)(sample_count - 1))] / 1000.0 : 0;
}

static void await_ready(void) {
  uint64_t patience = now_us() + 30000000;
  for (;;) {
    int ready = 0;
    for (int i = 0; i < socket_count; i++) ready += sockets[i].ready;
    if (ready == socket_count) return;
    if (now_us() > patience) {
      fprintf(stderr, "load: only %d of %d sockets signed in\n", ready, socket_count);
      exit(1);
    }
    pump(100);
  }
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: load ORDERS\n");
    return 2;
  }
  sockets = calloc(MAX_SOCKETS, sizeof *sockets);
  samples = malloc(sizeof *samples * MAX_SAMPLES);
  read_orders(argv[1]);
  poll_fd = epoll_create1(0);
  for (int i = 0; i < socket_count; i++) {
    open_socket(&sockets[i]);
    if (websocket && i % 50 == 49) pump(1);
  }
  await_ready();
  started = now_us();
  measured_from = started + (uint64_t)(warmup * 1e6);
  ends = measured_from + (uint64_t)(seconds * 1e6);
  idle = calloc((size_t)socket_count, sizeof *idle);
  for (int i = 0; i < socket_count; i++) {
    if (rate > 0) idle[idle_count++] = &sockets[i];
    else if (!websocket) push_http(&sockets[i], now_us());
    else if (sockets[i].speaks >= 0) {
      for (int k = 0; k < inflight; k++) push_frame(&sockets[i], &templates[sockets[i].speaks], now_us());
      flush_out(&sockets[i]);
    }
  }
  while (now_us() < ends) {
    if (!measuring && now_us() >= measured_from) {
      measuring = 1;
      fprintf(stderr, "measuring\n");
    }
    if (rate > 0) send_due();
    pump(rate > 0 ? 1 : 10);
  }
  measuring = 0;
  fprintf(stderr, "measured\n");
  uint64_t drain = now_us() + 1000000;
  while (now_us() < drain) pump(20);
  qsort(samples, sample_count, sizeof *samples, by_value);
  printf("{\"ok\":%llu,\"failed\":%llu,\"seen\":%llu,\"acked\":%llu,\"offered\":%llu,\"intime\":%llu,\"seconds\":%.3f,\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f}\n",
         (unsigned long long)ok_count, (unsigned long long)failed_count, (unsigned long long)seen_count,
         (unsigned long long)acked_count, (unsigned long long)offered_count, (unsigned long long)intime_count, seconds, quantile(0.5), quantile(0.99), quantile(1));
  return 0;
}
