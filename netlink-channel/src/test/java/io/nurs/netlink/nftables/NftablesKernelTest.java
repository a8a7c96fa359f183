package io.nurs.netlink.nftables;

import static io.nurs.netlink.KernelNamespace.errno;
import static io.nurs.netlink.KernelNamespace.send;
import static io.nurs.netlink.nftables.NftablesAttribute.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.CountingEventLoop;
import io.nurs.netlink.Errno;
import io.nurs.netlink.KernelNamespace;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.Requires;
import io.nurs.netlink.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The kernel's own nf_tables, beside what nft(8) says of it. */
@Tag("netns")
class NftablesKernelTest {
    private static final ByteBufAllocator ALLOCATOR = ByteBufAllocator.DEFAULT;
    private static final String RULE_SET = """
            table inet t {
              counter web { }
              counter idle { }
              quota cap { over 1 mbytes }
              set ports { type inet_service; elements = { 80 } }
              chain out {
                type filter hook output priority 0; policy accept;
                udp dport 9 counter name web quota name cap drop comment "to discard"
              }
            }
            """;
    private static final Pattern COUNTER = Pattern.compile("counter (\\w+) \\{\\s+packets (\\d+) bytes (\\d+)\\s+}");
    private static final Pattern QUOTA =
            Pattern.compile("quota (\\w+) \\{\\s+over (\\d+) bytes(?: used (\\d+) bytes)?\\s+}");

    private KernelNamespace kernel;
    private CountingEventLoop loop;

    /** What a function makes of each view of a kind, in order. */
    private static final class Reader<V> extends ChannelInboundHandlerAdapter {
        private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        private final Class<V> kind;
        private final Function<V, String> text;

        Reader(Class<V> kind, Function<V, String> text) {
            this.kind = kind;
            this.text = text;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object view) {
            if (kind.isInstance(view)) {
                seen.add(text.apply(kind.cast(view)));
            }
        }

        List<String> take() {
            List<String> taken = new ArrayList<>();
            seen.drainTo(taken);
            return taken;
        }

        List<String> next(int count) throws InterruptedException {
            List<String> taken = new ArrayList<>();
            while (taken.size() < count) {
                String next = seen.poll(30, TimeUnit.SECONDS);
                assertNotNull(next, () -> "no more came than " + taken);
                taken.add(next);
            }
            return taken;
        }
    }

    @BeforeEach
    void open(TestInfo test) throws Exception {
        Requires.root(test);
        Requires.tool("ip");
        Requires.tool("nft");
        kernel = KernelNamespace.create();
        loop = Transport.EPOLL.eventLoop();
    }

    @AfterEach
    void close() {
        if (loop != null) {
            loop.close();
        }
        if (kernel != null) {
            kernel.close();
        }
    }

    @Test
    void aTransactionsEventsComeInItsOrderAndThenItsGeneration() throws Exception {
        Reader<NftablesMessage> events = new Reader<>(NftablesMessage.class, NftablesViews::event);
        kernel.events(loop, handlers(events), NFNLGRP_NFTABLES);

        kernel.run("nft", RULE_SET);
        assertEquals(
                List.of(
                        "add TABLE t",
                        "add CHAIN t out",
                        "add OBJECT t web",
                        "add OBJECT t idle",
                        "add OBJECT t cap",
                        "add SET t ports",
                        "add ELEMENTS t ports",
                        "add RULE t out",
                        "add GENERATION nft"),
                events.next(9));

        kernel.run("nft", "delete element inet t ports { 80 }; flush chain inet t out; delete table inet t");
        assertEquals(
                List.of(
                        "delete ELEMENTS t ports",
                        "delete RULE t out",
                        "delete SET t ports",
                        "delete OBJECT t web",
                        "delete OBJECT t idle",
                        "delete OBJECT t cap",
                        "delete CHAIN t out",
                        "delete TABLE t",
                        "add GENERATION nft"),
                events.next(9));
    }

    @Test
    void eachTransactionHasTheNextGenerationAndItsProcess() throws Exception {
        Reader<NftablesMessage> events = new Reader<>(
                NftablesMessage.class,
                change -> change.kind() == NftablesMessage.Kind.GENERATION
                        ? change.generation() + " " + change.processName() + " "
                                + (change.processId() == change.causedBy())
                        : "");
        Reader<NftablesMessage> answers =
                new Reader<>(NftablesMessage.class, change -> Integer.toString(change.generation()));
        kernel.events(loop, handlers(events), NFNLGRP_NFTABLES);
        NetlinkChannel requests = kernel.requests(loop, handlers(answers));
        send(requests, NftablesRequests.generation(ALLOCATOR));
        int before = Integer.parseInt(answers.take().getFirst());

        kernel.run("nft", "add table ip a");
        kernel.run("nft", "add table ip b");

        assertEquals(List.of("", (before + 1) + " nft true", "", (before + 2) + " nft true"), events.next(4));
        send(requests, NftablesRequests.generation(ALLOCATOR));
        assertEquals(List.of(Integer.toString(before + 2)), answers.take());
    }

    @Test
    void dumpsListWhatIsThere() throws Exception {
        kernel.run("nft", RULE_SET);
        Reader<NftablesMessage> reader = new Reader<>(
                NftablesMessage.class,
                change -> NftablesViews.event(change) + " " + change.comment() + NftablesViews.expressions(change)
                        + NftablesViews.elements(change));
        NetlinkChannel requests = kernel.requests(loop, handlers(reader));

        send(requests, NftablesRequests.tables(ALLOCATOR, NFPROTO_UNSPEC));
        assertEquals(List.of("add TABLE t [][]"), reader.take());
        send(requests, NftablesRequests.chains(ALLOCATOR, NFPROTO_INET));
        assertEquals(List.of("add CHAIN t out [][]"), reader.take());
        send(requests, NftablesRequests.rules(ALLOCATOR, NFPROTO_INET));
        assertEquals(
                List.of("add RULE t out to discard" + "[meta, cmp, payload, cmp, objref, objref, immediate][]"),
                reader.take());
        send(requests, NftablesRequests.sets(ALLOCATOR, NFPROTO_INET));
        assertEquals(List.of("add SET t ports [][]"), reader.take());
        send(requests, NftablesRequests.elements(ALLOCATOR, NFPROTO_INET, "t", "ports"));
        assertEquals("add ELEMENTS t ports [][0050 0/0 \"\"]", reader.take().getFirst());
        send(requests, NftablesRequests.tables(ALLOCATOR, NFPROTO_IPV6));
        assertEquals(List.of(), reader.take());
        assertEquals(0, requests.stats().malformedMessages() + requests.stats().unknownMessages());
    }

    @Test
    void namedObjectsHaveTheValuesThatNftLists() throws Exception {
        kernel.run("nft", RULE_SET);
        Reader<NftablesMessage> reader = new Reader<>(NftablesMessage.class, NftablesKernelTest::values);
        NetlinkChannel requests = kernel.requests(loop, handlers(reader));
        sendUdp(7, 100);

        Map<String, String> counters = dump(requests, reader, counters());
        Map<String, String> quotas = dump(requests, reader, quotas());

        assertEquals(Map.of("web", "7 896", "idle", "0 0"), counters);
        assertEquals(listed("counters", COUNTER), counters);
        assertEquals(Map.of("cap", "1048576 896"), quotas);
        assertEquals(listed("quotas", QUOTA), quotas);
        send(requests, NftablesRequests.object(ALLOCATOR, NFPROTO_INET, "t", "web", NFT_OBJECT_COUNTER));
        assertEquals(List.of("web=7 896"), reader.take());
    }

    @Test
    void resettingGivesTheDelta() throws Exception {
        kernel.run("nft", RULE_SET);
        Reader<NftablesMessage> reader = new Reader<>(NftablesMessage.class, NftablesKernelTest::values);
        NetlinkChannel requests = kernel.requests(loop, handlers(reader));
        NetlinkRequest reset = NftablesRequests.resetObjects(ALLOCATOR, NFPROTO_INET, NFT_OBJECT_COUNTER);

        sendUdp(7, 100);
        assertEquals("7 896", dump(requests, reader, reset).get("web"));
        sendUdp(2, 10);
        assertEquals("2 76", dump(requests, reader, counters()).get("web"));
        assertEquals("0 0", listed("counters", COUNTER).get("idle"));
        send(requests, NftablesRequests.resetObject(ALLOCATOR, NFPROTO_INET, "t", "web", NFT_OBJECT_COUNTER));
        assertEquals(List.of("web=2 76"), reader.take());
        assertEquals("0 0", dump(requests, reader, counters()).get("web"));

        NetlinkRequest resetQuotas = NftablesRequests.resetObjects(ALLOCATOR, NFPROTO_INET, NFT_OBJECT_QUOTA);
        assertEquals(Map.of("cap", "1048576 972"), dump(requests, reader, resetQuotas));
        assertEquals(Map.of("cap", "1048576 0"), dump(requests, reader, quotas()));
    }

    @Test
    void whatDoesNotExistIsRefused() throws Exception {
        NetlinkChannel requests = kernel.requests(loop, handlers(new Reader<>(NftablesMessage.class, change -> "")));

        assertEquals(
                Errno.ENOENT,
                errno(requests, NftablesRequests.object(ALLOCATOR, NFPROTO_INET, "t", "web", NFT_OBJECT_COUNTER)));
        assertEquals(Errno.ENOENT, errno(requests, NftablesRequests.elements(ALLOCATOR, NFPROTO_INET, "t", "ports")));
    }

    /** The steps of an echo request over lo, as nft prints them. */
    @Test
    @Timeout(60)
    void aTracedPacketsStepsAreThoseThatNftMonitorTells(@TempDir Path directory) throws Exception {
        kernel.run("nft", """
                table inet t {
                  chain out {
                    type filter hook output priority 0; policy accept;
                    icmp type echo-request meta nftrace set 1
                    jump seen
                  }
                  chain seen { counter; return; }
                  chain in {
                    type filter hook input priority 0; policy drop;
                    icmp type echo-request accept
                    icmp type echo-reply accept
                  }
                }
                """);
        Reader<NftablesTrace> reader = new Reader<>(NftablesTrace.class, NftablesKernelTest::step);
        kernel.events(loop, handlers(reader), NFNLGRP_NFTRACE);
        Path output = directory.resolve("monitor.txt");
        Process monitor = kernel.start(output, "nft", "monitor", "trace");
        try {
            waitForListener(monitor.pid());
            assertTrue(kernel.ping());
            List<String> steps =
                    reader.next(7).stream().filter(step -> !step.isEmpty()).toList();
            assertEquals(
                    List.of(
                            "t out verdict continue",
                            "t out verdict jump seen",
                            "t seen verdict continue",
                            "t seen verdict return",
                            "t out policy accept",
                            "t in verdict accept"),
                    steps);
            assertEquals(steps, printed(output, steps.size()));
        } finally {
            monitor.destroy();
            monitor.waitFor();
        }
    }

    /** What nft prints of steps, without the rules' text, and without the packet's before a base chain's first step. */
    private static List<String> printed(Path output, int count) throws Exception {
        Pattern step = Pattern.compile(
                "trace id \\w+ inet (\\w+ \\w+) (?:rule .*\\((verdict \\w+(?: \\w+)?)\\)|(policy \\w+)).*");
        List<String> steps = List.of();
        for (int i = 0; i < 500 && steps.size() < count; i++) {
            Thread.sleep(20);
            steps = Files.readAllLines(output).stream()
                    .map(step::matcher)
                    .filter(Matcher::matches)
                    .map(line -> line.group(1) + " " + (line.group(2) == null ? line.group(3) : line.group(2)))
                    .toList();
        }
        return steps;
    }

    private static String step(NftablesTrace trace) {
        String where = trace.table() + " " + trace.chain() + " ";
        if (trace.hasPolicy()) {
            return where + "policy " + verdict(trace.policy());
        }
        if (trace.ruleHandle() == 0) {
            // The end of a chain's rules, which nft does not print.
            return "";
        }
        String target = trace.jumpTarget();
        return where + "verdict " + verdict(trace.verdict()) + (target == null ? "" : " " + target);
    }

    private static String verdict(int code) {
        return switch (code) {
            case NF_DROP -> "drop";
            case NF_ACCEPT -> "accept";
            case NFT_CONTINUE -> "continue";
            case NFT_JUMP -> "jump";
            case NFT_GOTO -> "goto";
            case NFT_RETURN -> "return";
            default -> "verdict " + code;
        };
    }

    /** The monitor says nothing when it is ready: its socket with a group shows it. */
    private void waitForListener(long pid) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        Pattern joined = Pattern.compile("\\w+ +12 +" + pid + " +(?!00000000)\\w+ .*");
        while (kernel.run("cat", "/proc/self/net/netlink")
                .lines()
                .noneMatch(line -> joined.matcher(line).matches())) {
            assertTrue(System.nanoTime() < deadline, "nft does not listen");
            Thread.sleep(20);
        }
    }

    private void sendUdp(int count, int payloadBytes) throws IOException {
        kernel.sendUdp(9, count, payloadBytes);
    }

    private static NetlinkRequest counters() {
        return NftablesRequests.objects(ALLOCATOR, NFPROTO_INET, NFT_OBJECT_COUNTER);
    }

    private static NetlinkRequest quotas() {
        return NftablesRequests.objects(ALLOCATOR, NFPROTO_INET, NFT_OBJECT_QUOTA);
    }

    private static String values(NftablesMessage object) {
        return object.hasQuota()
                ? object.name() + "=" + object.quotaBytes() + " " + object.quotaConsumedBytes()
                : object.name() + "=" + object.counterPackets() + " " + object.counterBytes();
    }

    private static Map<String, String> dump(
            NetlinkChannel requests, Reader<NftablesMessage> reader, NetlinkRequest dump) throws InterruptedException {
        send(requests, dump);
        Map<String, String> values = new TreeMap<>();
        for (String value : reader.take()) {
            values.put(value.substring(0, value.indexOf('=')), value.substring(value.indexOf('=') + 1));
        }
        return values;
    }

    private Map<String, String> listed(String what, Pattern pattern) throws IOException {
        Map<String, String> values = new TreeMap<>();
        for (MatchResult object : pattern.matcher(
                        kernel.run("nft", "list", what).replace("1 mbytes", "1048576 bytes"))
                .results()
                .toList()) {
            values.put(object.group(1), object.group(2) + " " + (object.group(3) == null ? "0" : object.group(3)));
        }
        return values;
    }

    private static KernelNamespace.Handlers handlers(ChannelHandler reader) {
        return stats -> new ChannelHandler[] {new NftablesDecoder(stats), reader};
    }
}
