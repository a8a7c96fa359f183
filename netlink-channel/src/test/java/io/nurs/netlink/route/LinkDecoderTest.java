package io.nurs.netlink.route;

import static io.nurs.netlink.Messages.attribute;
import static io.nurs.netlink.Messages.batch;
import static io.nurs.netlink.Messages.hostInt;
import static io.nurs.netlink.Messages.join;
import static io.nurs.netlink.Messages.message;
import static io.nurs.netlink.Messages.octets;
import static io.nurs.netlink.route.RouteAttribute.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkStats;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinkDecoderTest {
    private static final int AF_BRIDGE = 7;

    private final NetlinkStats stats = new NetlinkStats();
    private final List<String> links = new ArrayList<>();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new NetlinkMessageDecoder(stats), new LinkDecoder(stats), new Reader());

    @Test
    void readsNameAliasIndexAndFlags() {
        receive(link(RTM_NEWLINK, NetlinkMessage.NLM_F_MULTI, AF_UNSPEC, "eth0\0", "uplink to Köln"));

        assertEquals(List.of("7 eth0 [uplink to Köln] flags 1 removed false dumped true"), links);
    }

    @Test
    void tellsAnEventAndARemovalFromADump() {
        receive(link(RTM_NEWLINK, 0, AF_UNSPEC, "eth0\0", "\0"));
        receive(link(RTM_DELLINK, 0, AF_UNSPEC, "eth0\0", ""));

        assertEquals(
                List.of("7 eth0 [] flags 1 removed false dumped false", "7 eth0 [] flags 1 removed true dumped false"),
                links);
    }

    /** The kernel says RTM_DELLINK of a link that leaves a bridge, too. */
    @Test
    void takesABridgesPortForNoLink() {
        receive(link(RTM_DELLINK, 0, AF_BRIDGE, "eth0\0", ""));

        assertEquals(List.of(), links);
        assertEquals(1, stats.unknownMessages());
    }

    @Test
    void refusesALinkWithoutName() {
        receive(message(RTM_NEWLINK, 0, 0, 0, header(AF_UNSPEC), attribute(IFLA_IFALIAS, octets('x'))));
        receive(message(RTM_NEWLINK, 0, 0, 0, hostInt(0), hostInt(7)));
        receive(message(RTM_NEWLINK, 0, 0, 0));

        assertEquals(List.of(), links);
        assertEquals(3, stats.malformedMessages());
    }

    @Test
    void countsOtherMessagesOfRtnetlink() {
        receive(message(RTM_NEWADDR, 0, 0, 0, new byte[8]));

        assertEquals(1, stats.unknownMessages());
    }

    @Test
    void survivesAnyDamage() {
        byte[] good = link(RTM_NEWLINK, 0, AF_UNSPEC, "eth0\0", "uplink");
        Random random = new Random(4711);
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(good.length) : good.length);
            for (int n = random.nextInt(4); n >= 0 && bad.length > 0; n--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            receive(bad);
        }
        assertTrue(stats.malformedMessages() > 0);
        assertTrue(!links.isEmpty());
    }

    private static byte[] link(int type, int flags, int family, String name, String alias) {
        return message(
                type,
                flags,
                0,
                0,
                header(family),
                attribute(IFLA_IFNAME, name.getBytes(StandardCharsets.UTF_8)),
                attribute(IFLA_IFALIAS, alias.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] header(int family) {
        return join(octets(family, 0, 0, 0), hostInt(7), hostInt(IFF_UP), hostInt(0));
    }

    private void receive(byte[] datagram) {
        channel.pipeline().fireChannelRead(batch(datagram));
        channel.checkException();
    }

    private final class Reader extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof LinkMessage link) {
                links.add("%d %s [%s] flags %d removed %s dumped %s"
                        .formatted(
                                link.index(),
                                link.name(),
                                link.alias(),
                                link.flags(),
                                link.isRemoved(),
                                link.isDumped()));
            }
        }
    }
}
