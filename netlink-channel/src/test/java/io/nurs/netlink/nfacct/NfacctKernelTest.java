package io.nurs.netlink.nfacct;

import static io.nurs.netlink.KernelNamespace.errno;
import static io.nurs.netlink.KernelNamespace.send;
import static io.nurs.netlink.nfacct.NfacctAttribute.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.CountingEventLoop;
import io.nurs.netlink.Errno;
import io.nurs.netlink.KernelNamespace;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.Requires;
import io.nurs.netlink.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** The kernel's own accounting objects, beside what nfacct(8) says of them. */
@Tag("netns")
class NfacctKernelTest {
    private static final Pattern LISTED = Pattern.compile(
            "pkts = (\\d+), bytes = (\\d+)(?:, quota = (\\d+), mode = (\\w+), overquota = (\\w+))? } = (\\w+);");
    private static final ByteBufAllocator ALLOCATOR = ByteBufAllocator.DEFAULT;

    private final Reader reader = new Reader();
    private KernelNamespace kernel;
    private CountingEventLoop loop;
    private NetlinkChannel requests;

    private static final class Reader extends ChannelInboundHandlerAdapter {
        private final BlockingQueue<NfacctObject> seen = new LinkedBlockingQueue<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof NfacctMessage object) {
                seen.add(object.snapshot());
            }
        }

        List<NfacctObject> take() {
            List<NfacctObject> taken = new ArrayList<>();
            seen.drainTo(taken);
            return taken;
        }
    }

    @BeforeEach
    void open(TestInfo test) throws Exception {
        Requires.root(test);
        Requires.tool("ip");
        Requires.tool("iptables");
        Requires.tool("nfacct");
        kernel = KernelNamespace.create();
        loop = Transport.EPOLL.eventLoop();
        requests = kernel.requests(loop, stats -> new ChannelHandler[] {new NfacctDecoder(stats), reader});
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
    void theValuesAreThoseThatNfacctLists() throws Exception {
        send(requests, NfacctRequests.create(ALLOCATOR, "all"));
        send(requests, NfacctRequests.create(ALLOCATOR, "packets", NFACCT_F_QUOTA_PKTS, 3));
        send(requests, NfacctRequests.create(ALLOCATOR, "bytes", NFACCT_F_QUOTA_BYTES, 1_000_000));
        feed("all", "packets", "bytes");
        kernel.sendUdp(9, 5, 100);

        Map<String, NfacctObject> dumped = dump(NfacctRequests.dump(ALLOCATOR));

        assertEquals(new NfacctObject("all", 5, 5 * 128, 1, 0, 0), dumped.get("all"));
        assertEquals(3, dumped.size());
        assertEquals(listed(), dumped);
        send(requests, NfacctRequests.read(ALLOCATOR, "packets"));
        assertEquals(List.of(dumped.get("packets")), reader.take());
    }

    @Test
    void zeroingWhilePacketsComeLosesNone() throws Exception {
        send(requests, NfacctRequests.create(ALLOCATOR, "all"));
        feed("all");
        int packets = 3000;
        Thread traffic = Thread.ofPlatform().start(() -> {
            try {
                kernel.sendUdp(9, packets, 100);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        long sumOfPackets = 0;
        long sumOfBytes = 0;
        int deltas = 0;
        boolean last;
        do {
            last = !traffic.isAlive();
            NfacctObject delta = one("all", dump(NfacctRequests.dumpAndZero(ALLOCATOR)));
            sumOfPackets += delta.packets();
            sumOfBytes += delta.bytes();
            deltas += delta.packets() > 0 ? 1 : 0;
        } while (!last);

        assertEquals(packets, sumOfPackets);
        assertEquals(128L * packets, sumOfBytes);
        assertTrue(deltas > 1, "the packets came in one delta");
        assertEquals(0, one("all", listed()).packets());
    }

    @Test
    void aReachedQuotaIsToldOnceUntilItIsZeroed() throws Exception {
        Reader events = new Reader();
        kernel.events(loop, stats -> new ChannelHandler[] {new NfacctDecoder(stats), events}, NFNLGRP_ACCT_QUOTA);
        send(requests, NfacctRequests.create(ALLOCATOR, "limited", NFACCT_F_QUOTA_PKTS, 3));
        feed("limited");

        kernel.sendUdp(9, 10, 100);
        NfacctObject told = events.seen.poll(30, TimeUnit.SECONDS);
        assertEquals(new NfacctObject("limited", 3, 3 * 128, 1, NFACCT_F_QUOTA_PKTS | NFACCT_F_OVERQUOTA, 3), told);
        loop.settle();
        assertNull(events.seen.poll());

        NfacctObject delta = one("limited", dump(NfacctRequests.dumpAndZero(ALLOCATOR)));
        assertEquals(10, delta.packets());
        assertEquals(NFACCT_F_QUOTA_PKTS | NFACCT_F_OVERQUOTA, delta.flags());
        assertEquals(
                NFACCT_F_QUOTA_PKTS,
                one("limited", dump(NfacctRequests.dump(ALLOCATOR))).flags());
        kernel.sendUdp(9, 3, 100);
        assertEquals(told, events.seen.poll(30, TimeUnit.SECONDS));
    }

    @Test
    void aDumpByFlagsHasNoOthers() throws Exception {
        send(requests, NfacctRequests.create(ALLOCATOR, "all"));
        send(requests, NfacctRequests.create(ALLOCATOR, "packets", NFACCT_F_QUOTA_PKTS, 1));
        send(requests, NfacctRequests.create(ALLOCATOR, "bytes", NFACCT_F_QUOTA_BYTES, 1_000_000));
        feed("packets", "bytes");
        kernel.sendUdp(9, 2, 100);

        assertEquals(List.of("packets"), names(NFACCT_F_OVERQUOTA, NFACCT_F_OVERQUOTA));
        assertEquals(List.of("bytes"), names(NFACCT_F_QUOTA_BYTES, NFACCT_F_QUOTA_BYTES));
        assertEquals(List.of("all"), names(0, NFACCT_F_QUOTA_BYTES | NFACCT_F_QUOTA_PKTS));
    }

    @Test
    void refusesWhatCannotBe() throws Exception {
        send(requests, NfacctRequests.create(ALLOCATOR, "used"));
        feed("used");

        assertEquals(Errno.EEXIST, errno(requests, NfacctRequests.create(ALLOCATOR, "used")));
        assertEquals(Errno.EBUSY, errno(requests, NfacctRequests.delete(ALLOCATOR, "used")));
        assertEquals(Errno.ENOENT, errno(requests, NfacctRequests.delete(ALLOCATOR, "none")));
        assertEquals(Errno.ENOENT, errno(requests, NfacctRequests.read(ALLOCATOR, "none")));
        assertEquals(Errno.EINVAL, errno(requests, NfacctRequests.create(ALLOCATOR, "x".repeat(NFACCT_NAME_MAX))));
        kernel.run("iptables", "-F", "OUTPUT");
        send(requests, NfacctRequests.delete(ALLOCATOR, "used"));
        assertEquals(Map.of(), dump(NfacctRequests.dump(ALLOCATOR)));
    }

    /** Stands for a kernel built without this one: the answer comes before any subsystem is asked. */
    @Test
    void aSubsystemThatIsNotThereIsRefusedAsInvalid() throws Exception {
        int unassigned = 200;
        assertEquals(
                Errno.EINVAL,
                errno(requests, NetlinkRequest.netfilter(ALLOCATOR, unassigned, 1, NetlinkMessage.NLM_F_DUMP, 0, 0)));
    }

    private void feed(String... objects) throws IOException {
        for (String object : objects) {
            kernel.run("iptables", "-A", "OUTPUT", "-p", "udp", "-m", "nfacct", "--nfacct-name", object);
        }
    }

    private static NfacctObject one(String name, Map<String, NfacctObject> objects) {
        return Objects.requireNonNull(objects.get(name), name);
    }

    private List<String> names(int flags, int mask) throws Exception {
        return List.copyOf(dump(NfacctRequests.withFlags(NfacctRequests.dump(ALLOCATOR), flags, mask))
                .keySet());
    }

    private Map<String, NfacctObject> dump(NetlinkRequest dump) throws InterruptedException {
        send(requests, dump);
        Map<String, NfacctObject> objects = new TreeMap<>();
        reader.take().forEach(object -> objects.put(object.name(), object));
        return objects;
    }

    /** What nfacct(8) lists; each object is fed by one rule. */
    private Map<String, NfacctObject> listed() throws IOException {
        Map<String, NfacctObject> objects = new TreeMap<>();
        LISTED.matcher(kernel.run("nfacct", "list")).results().forEach(line -> {
            boolean quota = line.group(3) != null;
            int mode = "packet".equals(line.group(4)) ? NFACCT_F_QUOTA_PKTS : NFACCT_F_QUOTA_BYTES;
            int over = "yes".equals(line.group(5)) ? NFACCT_F_OVERQUOTA : 0;
            NfacctObject object = new NfacctObject(
                    line.group(6),
                    Long.parseLong(line.group(1)),
                    Long.parseLong(line.group(2)),
                    1,
                    quota ? mode | over : 0,
                    quota ? Long.parseLong(line.group(3)) : 0);
            objects.put(object.name(), object);
        });
        return objects;
    }
}
