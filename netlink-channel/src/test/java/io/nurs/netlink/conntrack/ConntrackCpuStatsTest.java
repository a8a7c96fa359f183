package io.nurs.netlink.conntrack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.CountingEventLoop;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.Requires;
import io.nurs.netlink.Transport;
import io.nurs.netlink.conntrack.ConntrackNamespace.Reader;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What each CPU has counted, as conntrack(8) prints it. */
@Tag("netns")
class ConntrackCpuStatsTest {
    private static final int FLOWS = 5;
    private static final Pattern CPU = Pattern.compile("cpu=(\\d+)\\s+(.*)");
    private static final Pattern COUNTER = Pattern.compile("(\\w+)=(\\d+)");

    private ConntrackNamespace kernel;

    /** The counters by conntrack(8)'s names. */
    private static final class Lines extends ChannelInboundHandlerAdapter {
        final List<Map<String, Integer>> cpus = new ArrayList<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object object) {
            if (object instanceof ConntrackCpuStats stats) {
                assertEquals(cpus.size(), stats.cpu());
                Map<String, Integer> line = new LinkedHashMap<>();
                line.put("found", stats.found());
                line.put("invalid", stats.invalid());
                line.put("insert", stats.inserted());
                line.put("insert_failed", stats.insertFailed());
                line.put("drop", stats.dropped());
                line.put("early_drop", stats.droppedEarly());
                line.put("error", stats.errors());
                line.put("search_restart", stats.searchRestarts());
                line.put("clash_resolve", stats.clashesResolved());
                line.put("chaintoolong", stats.chainsTooLong());
                cpus.add(line);
            }
            ctx.fireChannelRead(object);
        }

        int sum(String counter) {
            return cpus.stream().mapToInt(line -> line.get(counter)).sum();
        }
    }

    @BeforeEach
    void makeNamespace(TestInfo test) throws Exception {
        Requires.root(test);
        Requires.tool("ip");
        Requires.tool("nft");
        Requires.tool("conntrack");
        kernel = ConntrackNamespace.create();
        kernel.run("ip", "link", "set", "lo", "up");
    }

    @AfterEach
    void close() {
        if (kernel != null) {
            kernel.close();
        }
    }

    @Test
    void flowsThatFindNoFreePortAreFailedInsertsAndDrops() throws Exception {
        kernel.run(
                "nft",
                "add table ip t; add chain ip t out { type nat hook postrouting priority 100; };"
                        + " add rule ip t out udp dport 9 snat to 127.0.0.1:2000");
        kernel.namespace().call(ConntrackCpuStatsTest::sendFlows);

        Lines lines = read();

        assertEquals(FLOWS - 1, lines.sum("insert_failed"));
        assertEquals(FLOWS - 1, lines.sum("drop"));
        assertEquals(0, lines.sum("early_drop"));
        assertEquals(printed(), lines.cpus);
    }

    private static boolean sendFlows() throws Exception {
        for (int i = 0; i < FLOWS; i++) {
            try (DatagramSocket socket =
                    new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
                socket.send(new DatagramPacket(new byte[1], 1, InetAddress.ofLiteral("127.0.0.1"), 9));
            } catch (IOException e) {
                // EPERM tells the sender that its packet was dropped.
                assertTrue(String.valueOf(e.getMessage()).contains("not permitted"), e::toString);
            }
        }
        return true;
    }

    private Lines read() throws Exception {
        try (CountingEventLoop loop = Transport.EPOLL.eventLoop()) {
            Lines lines = new Lines();
            NetlinkChannel requests = kernel.openRequests(loop, new Reader());
            String decoder = requests.pipeline().context(ConntrackDecoder.class).name();
            requests.pipeline()
                    .addBefore(decoder, null, new ConntrackStatsDecoder(requests.stats()))
                    .addBefore(decoder, null, lines);
            requests.writeAndFlush(ConntrackRequests.cpuStats(requests.alloc())).sync();
            assertEquals(0, requests.stats().malformedMessages());
            requests.close().sync();
            return lines;
        }
    }

    private List<Map<String, Integer>> printed() throws Exception {
        List<Map<String, Integer>> cpus = new ArrayList<>();
        CPU.matcher(kernel.run("conntrack", "-S")).results().forEach(cpu -> {
            Map<String, Integer> line = new LinkedHashMap<>();
            COUNTER.matcher(cpu.group(2))
                    .results()
                    .forEach(counter -> line.put(counter.group(1), Integer.parseInt(counter.group(2))));
            cpus.add(line);
        });
        return cpus;
    }
}
