package io.nurs.netlink.nftables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.netlink.NetlinkBatch;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkRequest;
import io.nurs.netlink.NetlinkStats;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NftablesDecoderTest {
    private static final int SLOT_BYTES = 1024;

    private final NetlinkStats stats = new NetlinkStats();
    private final List<String> rules = new ArrayList<>();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new NetlinkMessageDecoder(stats), new NftablesDecoder(stats), new RuleReader());

    @Test
    void readsTheCounterAmongOtherExpressions() {
        fire(rule());

        assertEquals(List.of("demo forward 7 true 3 4000000000000"), rules);
    }

    @Test
    void takesARuleWithoutCounterForWhatItIs() {
        fire(octets(NftablesRequests.newRule(
                UnpooledByteBufAllocator.DEFAULT, 1, "demo", "forward", List.of(NftablesExpression.accept()))));

        assertEquals(List.of("demo forward 0 false 0 0"), rules);
    }

    @Test
    void survivesAnyDamage() {
        byte[] good = rule();
        Random random = new Random(4711);
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = good.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                bad[4 + random.nextInt(bad.length - 4)] = (byte) random.nextInt(256);
            }
            fire(bad);
        }
        assertTrue(stats.malformedMessages() > 0);
    }

    private static byte[] rule() {
        NetlinkRequest request =
                NftablesRequests.newRule(UnpooledByteBufAllocator.DEFAULT, 1, "demo", "forward", List.of());
        request.u64(NftablesAttribute.NFTA_RULE_HANDLE, 7);
        return octets(request.nested(NftablesAttribute.NFTA_RULE_EXPRESSIONS, () -> {
            NftablesExpression.loadConntrackState().write(request);
            request.nested(
                    NftablesAttribute.NFTA_LIST_ELEM,
                    () -> request.string(NftablesAttribute.NFTA_EXPR_NAME, "counter")
                            .nested(
                                    NftablesAttribute.NFTA_EXPR_DATA,
                                    () -> request.u64(NftablesAttribute.NFTA_COUNTER_BYTES, 4_000_000_000_000L)
                                            .u64(NftablesAttribute.NFTA_COUNTER_PACKETS, 3)));
            NftablesExpression.accept().write(request);
        }));
    }

    private static byte[] octets(NetlinkRequest request) {
        ByteBuf buffer = request.buffer();
        byte[] octets = new byte[buffer.readableBytes()];
        buffer.readBytes(octets);
        request.release();
        return octets;
    }

    private void fire(byte[] datagram) {
        MemorySegment memory = MemorySegment.ofArray(new byte[SLOT_BYTES]);
        MemorySegment.copy(MemorySegment.ofArray(datagram), 0, memory, 0, datagram.length);
        channel.writeInbound(new NetlinkBatch(memory, SLOT_BYTES).count(1).length(0, datagram.length));
    }

    private final class RuleReader extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof NftablesMessage rule) {
                rules.add("%s %s %d %s %d %d"
                        .formatted(
                                rule.table(),
                                rule.chain(),
                                rule.handle(),
                                rule.hasCounter(),
                                rule.counterPackets(),
                                rule.counterBytes()));
            }
        }
    }
}
