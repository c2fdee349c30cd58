/*
 * The floor: what a message to many costs when a server does nothing but write() it. One thread, one epoll; a room is
 * named in the path (/room/<name>); a text frame that a member sends is written as it is, one write() a member. It
 * checks nothing that a server has to check, waits on a full socket, and is no server to be used.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_FD = 20000, MAX_ROOMS = 4096, NAME = 32, BUFFER = 1 << 16 };

struct room { char name[NAME]; int *members; int count, capacity; };
struct connection { int room; int held; char *rest; };

static struct room rooms[MAX_ROOMS];
static int room_count;
static struct connection connections[MAX_FD];
static unsigned char in[2 * BUFFER], out[BUFFER + 16];

static int room_of(const char *name) {
    for (int i = 0; i < room_count; i++)
        if (!strcmp(rooms[i].name, name)) return i;
    if (room_count == MAX_ROOMS) { fprintf(stderr, "too many rooms\n"); exit(1); }
    snprintf(rooms[room_count].name, NAME, "%s", name);
    return room_count++;
}

static void join(int fd, int room) {
    struct room *r = &rooms[room];
    if (r->count == r->capacity) {
        r->capacity = r->capacity ? 2 * r->capacity : 64;
        r->members = realloc(r->members, r->capacity * sizeof(int));
    }
    r->members[r->count++] = fd;
    connections[fd].room = room;
}

static void leave(int fd) {
    if (connections[fd].room >= 0) {
        struct room *r = &rooms[connections[fd].room];
        for (int i = 0; i < r->count; i++)
            if (r->members[i] == fd) { r->members[i] = r->members[--r->count]; break; }
    }
    free(connections[fd].rest);
    connections[fd] = (struct connection){-1, 0, NULL};
    close(fd);
}

static void write_all(int fd, const unsigned char *bytes, size_t length) {
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0 && errno == EAGAIN) {
            struct pollfd full = {fd, POLLOUT, 0};
            poll(&full, 1, 1000);
        } else if (n < 0) {
            return;
        } else {
            bytes += n;
            length -= n;
        }
    }
}

static void broadcast(int room, const unsigned char *text, size_t length) {
    size_t header = length < 126 ? 2 : 4;
    out[0] = 0x81;
    out[1] = length < 126 ? length : 126;
    if (header == 4) { out[2] = length >> 8; out[3] = length & 0xff; }
    memcpy(out + header, text, length);
    for (int i = 0; i < rooms[room].count; i++) write_all(rooms[room].members[i], out, header + length);
}

static size_t frames(int fd, unsigned char *bytes, size_t length) {
    size_t at = 0;
    while (at + 6 <= length) {
        size_t size = bytes[at + 1] & 0x7f, start = at + 6;
        if (size == 126) {
            if (at + 8 > length) break;
            size = bytes[at + 2] << 8 | bytes[at + 3];
            start = at + 8;
        }
        if (start + size > length) break;
        for (size_t i = 0; i < size; i++) bytes[start + i] ^= bytes[start - 4 + (i & 3)];
        if ((bytes[at] & 0x0f) == 1) broadcast(connections[fd].room, bytes + start, size);
        at = start + size;
    }
    return at;
}

static size_t handshake(int fd, unsigned char *bytes, size_t length) {
    unsigned char *end = memmem(bytes, length, "\r\n\r\n", 4);
    if (!end) return 0;
    char name[NAME];
    if (sscanf((char *) bytes, "GET /room/%31s", name) != 1) return 0;
    static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    join(fd, room_of(name));
    write_all(fd, (const unsigned char *) answer, sizeof answer - 1);
    return end + 4 - bytes;
}

static void readable(int fd) {
    struct connection *c = &connections[fd];
    int held = c->held;
    memcpy(in, c->rest, held);
    ssize_t n = read(fd, in + held, BUFFER);
    if (n <= 0) {
        if (n == 0 || errno != EAGAIN) leave(fd);
        return;
    }
    size_t length = held + n, taken = 0;
    if (c->room < 0) taken = handshake(fd, in, length);
    if (c->room >= 0) taken += frames(fd, in + taken, length - taken);
    c->held = length - taken;
    if (c->held) {
        c->rest = realloc(c->rest, c->held);
        memcpy(c->rest, in + taken, c->held);
    }
}

int main(void) {
    // A generator that was killed cannot end it.
    alarm(1800);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    for (int i = 0; i < MAX_FD; i++) connections[i].room = -1;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *) &address, size) || listen(listener, 1024)) return perror("listen"), 1;
    getsockname(listener, (struct sockaddr *) &address, &size);
    printf("port %d\n", ntohs(address.sin_port));
    fflush(stdout);
    int loop = epoll_create1(0);
    struct epoll_event ready[1024], event = {EPOLLIN, {.fd = listener}};
    epoll_ctl(loop, EPOLL_CTL_ADD, listener, &event);
    while (1) {
        int count = epoll_wait(loop, ready, 1024, -1);
        for (int i = 0; i < count; i++) {
            if (ready[i].data.fd != listener) { readable(ready[i].data.fd); continue; }
            int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), yes = 1;
            if (fd < 0 || fd >= MAX_FD) { close(fd); continue; }
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            event = (struct epoll_event){EPOLLIN, {.fd = fd}};
            epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
        }
    }
}
