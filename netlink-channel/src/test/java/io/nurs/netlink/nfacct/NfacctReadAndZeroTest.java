package io.nurs.netlink.nfacct;

import static io.nurs.netlink.KernelNamespace.errno;
import static io.nurs.netlink.KernelNamespace.send;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.nurs.netlink.CountingEventLoop;
import io.nurs.netlink.Errno;
import io.nurs.netlink.KernelNamespace;
import io.nurs.netlink.NetlinkChannel;
import io.nurs.netlink.Requires;
import io.nurs.netlink.Transport;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Objects that are read and set to zero one by one. */
@Tag("netns")
class NfacctReadAndZeroTest {
    private static final ByteBufAllocator ALLOCATOR = ByteBufAllocator.DEFAULT;

    private final List<NfacctObject> seen = new CopyOnWriteArrayList<>();

    private final class Reader extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof NfacctMessage object) {
                seen.add(object.snapshot());
            }
        }
    }

    @Test
    void setsToZeroTheOneThatItReads(TestInfo test) throws Exception {
        Requires.root(test);
        Requires.tool("ip");
        Requires.tool("iptables");
        try (KernelNamespace kernel = KernelNamespace.create();
                CountingEventLoop loop = Transport.EPOLL.eventLoop()) {
            NetlinkChannel requests =
                    kernel.requests(loop, stats -> new ChannelHandler[] {new NfacctDecoder(stats), new Reader()});
            for (String name : List.of("one", "other")) {
                send(requests, NfacctRequests.create(ALLOCATOR, name));
                kernel.run("iptables", "-A", "OUTPUT", "-p", "udp", "-m", "nfacct", "--nfacct-name", name);
            }
            kernel.sendUdp(9, 5, 100);

            send(requests, NfacctRequests.readAndZero(ALLOCATOR, "one"));
            assertEquals(List.of(new NfacctObject("one", 5, 5 * 128, 1, 0, 0)), seen);
            seen.clear();
            send(requests, NfacctRequests.read(ALLOCATOR, "one"));
            send(requests, NfacctRequests.read(ALLOCATOR, "other"));
            assertEquals(
                    List.of(new NfacctObject("one", 0, 0, 1, 0, 0), new NfacctObject("other", 5, 5 * 128, 1, 0, 0)),
                    seen);
            assertEquals(Errno.ENOENT, errno(requests, NfacctRequests.readAndZero(ALLOCATOR, "none")));
        }
    }
}
