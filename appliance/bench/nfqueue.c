/*
 * What nfqueue.py measures with: a program that accepts each packet of a queue, as little as one can write with
 * libnetfilter_queue, and the two ends of a UDP conversation.
 *
 * cc -O2 -o nfqueue nfqueue.c -lnetfilter_queue -lnfnetlink
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PORT = 7000, OCTETS = 100, BURST = 32 };

static void check(int good, const char *what)
{
    if (!good) {
        perror(what);
        exit(1);
    }
}

static double now_micros(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static int accept_one(struct nfq_q_handle *queue, struct nfgenmsg *message, struct nfq_data *data, void *unused)
{
    struct nfqnl_msg_packet_hdr *header = nfq_get_msg_packet_hdr(data);
    return nfq_set_verdict(queue, ntohl(header->packet_id), NF_ACCEPT, 0, NULL);
}

/* As nursd asks for it: 256 octets of each packet, packets that are to be segmented as one, room for 4,096. */
static void accept_all(int number)
{
    static char buffer[65536] __attribute__((aligned));
    struct nfq_handle *handle = nfq_open();
    check(handle != NULL, "nfq_open");
    struct nfq_q_handle *queue = nfq_create_queue(handle, number, accept_one, NULL);
    check(queue != NULL, "nfq_create_queue");
    check(nfq_set_mode(queue, NFQNL_COPY_PACKET, 256) >= 0, "nfq_set_mode");
    check(nfq_set_queue_maxlen(queue, 4096) >= 0, "nfq_set_queue_maxlen");
    check(nfq_set_queue_flags(queue, NFQA_CFG_F_GSO, NFQA_CFG_F_GSO) >= 0, "nfq_set_queue_flags");
    int fd = nfq_fd(handle);
    int bytes = 16 << 20;
    check(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) == 0, "SO_RCVBUFFORCE");
    int one = 1;
    setsockopt(fd, 270 /* SOL_NETLINK */, 5 /* NETLINK_NO_ENOBUFS */, &one, sizeof one);
    for (;;) {
        int length = recv(fd, buffer, sizeof buffer, 0);
        if (length > 0)
            nfq_handle_packet(handle, buffer, length);
        else
            check(errno == EINTR || errno == ENOBUFS, "recv");
    }
}

static int udp(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    check(fd >= 0, "socket");
    int bytes = 8 << 20;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
    return fd;
}

static struct sockaddr_in at(const char *address)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    inet_pton(AF_INET, address, &to.sin_addr);
    return to;
}

/* Answers each datagram. */
static void serve(const char *address)
{
    int fd = udp();
    struct sockaddr_in here = at(address), from;
    char buffer[2048];
    check(bind(fd, (struct sockaddr *)&here, sizeof here) == 0, "bind");
    for (;;) {
        socklen_t size = sizeof from;
        int length = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &size);
        check(length >= 0, "recvfrom");
        sendto(fd, buffer, length, 0, (struct sockaddr *)&from, size);
    }
}

static void count(const char *address, double seconds)
{
    int fd = udp();
    struct sockaddr_in here = at(address);
    check(bind(fd, (struct sockaddr *)&here, sizeof here) == 0, "bind");
    static char buffers[BURST][OCTETS];
    struct iovec parts[BURST];
    struct mmsghdr messages[BURST];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < BURST; i++) {
        parts[i] = (struct iovec){buffers[i], OCTETS};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    long packets = recvmmsg(fd, messages, BURST, MSG_WAITFORONE, NULL);
    double start = now_micros(), last = start;
    while (last - start < seconds * 1e6) {
        int more = recvmmsg(fd, messages, BURST, MSG_WAITFORONE, NULL);
        last = now_micros();
        packets += more > 0 ? more : 0;
    }
    printf("%.0f\n", packets / (last - start) * 1e6);
}

static void flood(const char *address, double seconds)
{
    int fd = udp();
    struct sockaddr_in to = at(address);
    check(connect(fd, (struct sockaddr *)&to, sizeof to) == 0, "connect");
    char buffer[OCTETS] = {0};
    double end = now_micros() + seconds * 1e6;
    while (now_micros() < end)
        for (int i = 0; i < BURST; i++)
            send(fd, buffer, sizeof buffer, 0);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* One after the other; prints the median and the 99th percentile, in microseconds. */
static void ping(const char *address, int times)
{
    int fd = udp();
    struct sockaddr_in to = at(address);
    check(connect(fd, (struct sockaddr *)&to, sizeof to) == 0, "connect");
    struct timeval patience = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    char buffer[OCTETS] = {0};
    double *micros = calloc(times, sizeof *micros);
    for (int i = 0; i < times; i++) {
        double start = now_micros();
        check(send(fd, buffer, sizeof buffer, 0) > 0, "send");
        check(recv(fd, buffer, sizeof buffer, 0) > 0, "no answer");
        micros[i] = now_micros() - start;
    }
    qsort(micros, times, sizeof *micros, ascending);
    printf("%.1f %.1f\n", micros[times / 2], micros[times * 99 / 100]);
}

int main(int count_of_words, char **words)
{
    if (count_of_words == 3 && !strcmp(words[1], "accept"))
        accept_all(atoi(words[2]));
    else if (count_of_words == 3 && !strcmp(words[1], "serve"))
        serve(words[2]);
    else if (count_of_words == 4 && !strcmp(words[1], "count"))
        count(words[2], atof(words[3]));
    else if (count_of_words == 4 && !strcmp(words[1], "flood"))
        flood(words[2], atof(words[3]));
    else if (count_of_words == 4 && !strcmp(words[1], "ping"))
        ping(words[2], atoi(words[3]));
    else
        return 2;
    return 0;
}
