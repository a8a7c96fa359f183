package io.nurs.netlink.conntrack;

import static io.nurs.netlink.KernelNamespace.send;
import static io.nurs.netlink.conntrack.ConntrackAttribute.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.netlink.CountingEventLoop;
import io.nurs.netlink.Fuzz;
import io.nurs.netlink.KernelNamespace;
import io.nurs.netlink.Messages;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.NetlinkStats;
import io.nurs.netlink.Requires;
import io.nurs.netlink.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** All that conntrack counts, by number, beside what conntrack(8) prints. */
class ConntrackStatsTest {
    private static final byte[] NETFILTER_HEADER = {0, 0, 0, 1};
    /** By their numbers, which conntrack(8) names. */
    private static final Map<String, Integer> NUMBERS = Map.of(
            "found", CTA_STATS_FOUND,
            "invalid", CTA_STATS_INVALID,
            "insert", CTA_STATS_INSERT,
            "insert_failed", CTA_STATS_INSERT_FAILED,
            "drop", CTA_STATS_DROP,
            "early_drop", CTA_STATS_EARLY_DROP,
            "error", CTA_STATS_ERROR,
            "search_restart", CTA_STATS_SEARCH_RESTART,
            "clash_resolve", CTA_STATS_CLASH_RESOLVE,
            "chaintoolong", CTA_STATS_CHAIN_TOOLONG);

    private static final Map<String, Integer> EXPECTATION_NUMBERS = Map.of(
            "expect_new", CTA_STATS_EXP_NEW,
            "expect_create", CTA_STATS_EXP_CREATE,
            "expect_delete", CTA_STATS_EXP_DELETE);

    private static final class Reader extends ChannelInboundHandlerAdapter {
        final List<Map<Integer, Long>> cpus = new ArrayList<>();
        final List<String> named = new ArrayList<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object view) {
            switch (view) {
                case ConntrackCpuStats cpu -> {
                    cpus.add(all(cpu.counters()));
                    named.add(cpu.cpu() + " " + cpu.found() + " " + cpu.inserted());
                }
                case ConntrackTableStats table -> {
                    cpus.add(all(table.counters()));
                    named.add(table.entries() + " of " + table.maxEntries());
                }
                case ConntrackExpectationStats cpu -> {
                    cpus.add(all(cpu.counters()));
                    named.add(cpu.cpu() + " " + cpu.met() + " " + cpu.created() + " " + cpu.deleted());
                }
                default -> {}
            }
        }

        private static Map<Integer, Long> all(ConntrackCounters walk) {
            Map<Integer, Long> counters = new TreeMap<>();
            while (walk.next()) {
                counters.put(walk.number(), walk.value());
            }
            return counters;
        }
    }

    @Test
    void countersOfANewerKernelAreReadByNumber() {
        Reader reader = new Reader();
        EmbeddedChannel channel = decoder(new NetlinkStats(), reader);
        channel.writeInbound(Messages.batch(Messages.message(
                NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS_CPU,
                0,
                1,
                1,
                NETFILTER_HEADER,
                Messages.attribute(CTA_STATS_FOUND, Messages.octets(0, 0, 0, 7)),
                Messages.attribute(77, Messages.octets(0xff, 0xff, 0xff, 0xff)),
                Messages.attribute(78, Messages.octets(0, 0, 0, 1, 0, 0, 0, 0)),
                Messages.attribute(79, Messages.octets(1, 2, 3)))));

        assertEquals(List.of(Map.of(CTA_STATS_FOUND, 7L, 77, 0xffffffffL, 78, 1L << 32)), reader.cpus);
        assertEquals(List.of("1 7 0"), reader.named);
    }

    @Test
    void survivesAnyDamage() {
        List<byte[]> messages = new ArrayList<>();
        for (int type : new int[] {
            NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS_CPU,
            NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS,
            NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_EXP_GET_STATS_CPU
        }) {
            messages.add(Messages.message(
                    type,
                    0,
                    1,
                    1,
                    NETFILTER_HEADER,
                    Messages.attribute(1, Messages.octets(0, 0, 0, 7)),
                    Messages.attribute(2, Messages.octets(0, 0, 0, 8)),
                    Messages.attribute(3, Messages.octets(0, 0, 0, 9))));
        }
        Reader reader = new Reader();
        EmbeddedChannel touch = new EmbeddedChannel(reader);
        Fuzz fuzz = new Fuzz(ConntrackStatsDecoder::new, view -> {
            touch.pipeline().fireChannelRead(view);
            touch.checkException();
            reader.cpus.clear();
            reader.named.clear();
        });
        fuzz.cutEverywhere(messages);
        fuzz.mutated(messages, 100_000);
        fuzz.random(NFNL_SUBSYS_CTNETLINK, 6, 20_000);
        assertTrue(fuzz.passed() > 10_000, "too few got through: " + fuzz.passed());
        assertTrue(fuzz.stats().malformedMessages() > 10_000, "too few were malformed");
    }

    @Test
    @Tag("netns")
    void theTablesNumbersAreThoseThatConntrackPrints() throws Exception {
        try (KernelNamespace kernel = namespace();
                CountingEventLoop loop = Transport.EPOLL.eventLoop()) {
            insertEntries(kernel, 3);

            String told = "";
            String max = "none";
            // The maximum is the host's: another test may change it between the two.
            for (int i = 0; i < 20 && !told.endsWith(" of " + max); i++) {
                max = kernel.run("cat", "/proc/sys/net/netfilter/nf_conntrack_max")
                        .trim();
                Reader reader = read(kernel, loop, ConntrackRequests.stats(ByteBufAllocator.DEFAULT));
                told = reader.named.getFirst();
            }

            assertEquals("3", kernel.run("conntrack", "-C").trim());
            assertEquals("3 of " + max, told);
        }
    }

    @Test
    @Tag("netns")
    void eachCpusNumbersAreThoseThatConntrackPrints() throws Exception {
        try (KernelNamespace kernel = namespace();
                CountingEventLoop loop = Transport.EPOLL.eventLoop()) {
            insertEntries(kernel, 3);

            Reader reader = read(kernel, loop, ConntrackRequests.cpuStats(ByteBufAllocator.DEFAULT));

            assertEquals(printed(kernel.run("conntrack", "-S"), NUMBERS), reader.cpus);
            assertEquals(
                    3,
                    reader.cpus.stream()
                            .mapToLong(cpu -> cpu.getOrDefault(CTA_STATS_INSERT, 0L))
                            .sum());
        }
    }

    @Test
    @Tag("netns")
    void anFtpSessionsExpectationIsCounted() throws Exception {
        try (KernelNamespace kernel = namespace();
                CountingEventLoop loop = Transport.EPOLL.eventLoop()) {
            kernel.run("nft", """
                    table inet t {
                      ct helper transfers { type "ftp" protocol tcp; }
                      chain out { type filter hook output priority 0; tcp dport 2121 ct helper set "transfers"; }
                    }
                    """);
            kernel.call(() -> announceData(2121));

            Reader reader = read(kernel, loop, ConntrackRequests.expectationStats(ByteBufAllocator.DEFAULT));

            assertEquals(printed(kernel.run("conntrack", "-S", "expect"), EXPECTATION_NUMBERS), reader.cpus);
            assertTrue(reader.cpus.stream().anyMatch(cpu -> cpu.getOrDefault(CTA_STATS_EXP_CREATE, 0L) > 0));
        }
    }

    /** What an FTP client says before it is sent a file. */
    private static boolean announceData(int port) throws IOException {
        InetAddress here = InetAddress.ofLiteral("127.0.0.1");
        try (ServerSocket server = new ServerSocket(port, 1, here);
                Socket client = new Socket(here, port);
                Socket served = server.accept()) {
            // The helper reads from the first line's end on.
            client.getOutputStream().write("NOOP\r\n".getBytes(StandardCharsets.US_ASCII));
            served.getInputStream().readNBytes(6);
            client.getOutputStream().write("PORT 127,0,0,1,100,100\r\n".getBytes(StandardCharsets.US_ASCII));
            return served.getInputStream().read() == 'P';
        }
    }

    private static KernelNamespace namespace() throws IOException {
        Requires.root();
        Requires.tool("ip");
        Requires.tool("nft");
        Requires.tool("conntrack");
        return KernelNamespace.create();
    }

    private static void insertEntries(KernelNamespace kernel, int count) throws IOException {
        for (int i = 1; i <= count; i++) {
            kernel.run(
                    "conntrack",
                    "-I",
                    "-p",
                    "udp",
                    "-s",
                    "192.0.2." + i,
                    "-d",
                    "198.51.100.1",
                    "--sport",
                    "1000",
                    "--dport",
                    "53",
                    "-t",
                    "100");
        }
    }

    private static Reader read(KernelNamespace kernel, CountingEventLoop loop, NetlinkRequest request)
            throws Exception {
        Reader reader = new Reader();
        var channel = kernel.requests(loop, stats -> new ChannelHandler[] {new ConntrackStatsDecoder(stats), reader});
        send(channel, request);
        assertEquals(0, channel.stats().malformedMessages());
        return reader;
    }

    private static List<Map<Integer, Long>> printed(String lines, Map<String, Integer> numbers) {
        Pattern counter = Pattern.compile("(\\w+)=(\\d+)");
        List<Map<Integer, Long>> cpus = new ArrayList<>();
        lines.lines().filter(line -> line.startsWith("cpu=")).forEach(line -> {
            Map<Integer, Long> counters = new TreeMap<>();
            counter.matcher(line)
                    .results()
                    .filter(one -> numbers.containsKey(one.group(1)))
                    .forEach(one -> counters.put(numbers.get(one.group(1)), Long.parseLong(one.group(2))));
            cpus.add(counters);
        });
        return cpus;
    }

    private static EmbeddedChannel decoder(NetlinkStats stats, ChannelHandler reader) {
        return new EmbeddedChannel(new NetlinkMessageDecoder(stats), new ConntrackStatsDecoder(stats), reader);
    }
}
