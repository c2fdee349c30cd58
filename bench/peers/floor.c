/*
 * The floor: what a message to many costs when a server does nothing but write() it. One thread, one epoll; a room is
 * named in the path (/room/<name>); a text frame that a member sends is written as it is, one write() a member. It
 * checks nothing that a server has to check, waits on a full socket, and is no server to be used.
 *
 * With the port of a Redis as its argument, a frame is published there, and written when it comes from there: one
 * PUBLISH and one write() a member, which is the least that two replicas can do.
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
static unsigned char in[2 * BUFFER], out[BUFFER + 16], heard[2 * BUFFER];
static int publishing = -1, listening = -1;

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

static int redis(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    if (connect(fd, (struct sockaddr *) &address, sizeof address)) { perror("redis"); exit(1); }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
}

static void publish(int room, const unsigned char *text, size_t length) {
    static unsigned char command[BUFFER + 128];
    const char *name = rooms[room].name;
    int head = sprintf((char *) command, "*3\r\n$7\r\nPUBLISH\r\n$%zu\r\n%.31s\r\n$%zu\r\n", strlen(name), name, length);
    memcpy(command + head, text, length);
    memcpy(command + head + length, "\r\n", 2);
    write_all(publishing, command, head + length + 2);
}

/* The text of length bytes that begins with "$<length>\r\n"; moves on behind it. Null when it is not there whole. */
static unsigned char *bulk(unsigned char **at, unsigned char *end, size_t *length) {
    unsigned char *line = memchr(*at, '\n', end - *at);
    if (!line) return NULL;
    *length = strtoul((char *) *at + 1, NULL, 10);
    if (line + 1 + *length + 2 > end) return NULL;
    *at = line + 1 + *length + 2;
    return line + 1;
}

/* What Redis says is an array of four: pmessage, pattern, room, text; its first answer of three is passed over. */
static void hear(void) {
    static size_t held;
    ssize_t n = read(listening, heard + held, sizeof heard - held);
    if (n <= 0) exit(1);
    held += n;
    unsigned char *at = heard, *end = heard + held;
    while (at < end) {
        unsigned char *next = memchr(at, '\n', end - at), *part = NULL, *room = NULL;
        size_t length = 0, name = 0;
        if (!next++) break;
        if (at[1] == '3') {
            if (!bulk(&next, end, &length) || !bulk(&next, end, &length) || !(next = memchr(next, '\n', end - next))) break;
            at = next + 1;
            continue;
        }
        if (!bulk(&next, end, &length) || !bulk(&next, end, &length) || !(room = bulk(&next, end, &name))) break;
        if (!(part = bulk(&next, end, &length))) break;
        room[name] = 0;
        broadcast(room_of((char *) room), part, length);
        // Whole now: it is not looked at again.
        at = next;
    }
    held = end - at;
    memmove(heard, at, held);
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
        if ((bytes[at] & 0x0f) == 1) (publishing < 0 ? broadcast : publish)(connections[fd].room, bytes + start, size);
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

int main(int count_of_arguments, char **arguments) {
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
    if (count_of_arguments > 1) {
        publishing = redis(atoi(arguments[1]));
        listening = redis(atoi(arguments[1]));
        write_all(listening, (const unsigned char *) "PSUBSCRIBE *\r\n", 14);
        for (int i = 0; i < 2; i++) {
            event = (struct epoll_event){EPOLLIN, {.fd = i ? listening : publishing}};
            epoll_ctl(loop, EPOLL_CTL_ADD, event.data.fd, &event);
        }
    }
    while (1) {
        int count = epoll_wait(loop, ready, 1024, -1);
        for (int i = 0; i < count; i++) {
            if (ready[i].data.fd == listening) { hear(); continue; }
            // How many heard a message is of no interest.
            if (ready[i].data.fd == publishing) { if (read(publishing, in, BUFFER) <= 0) return 1; continue; }
            if (ready[i].data.fd != listener) { readable(ready[i].data.fd); continue; }
            int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK), yes = 1;
            if (fd < 0 || fd >= MAX_FD) { close(fd); continue; }
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            event = (struct epoll_event){EPOLLIN, {.fd = fd}};
            epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event);
        }
    }
}
