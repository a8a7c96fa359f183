package io.nurs.netlink.nfacct;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.netlink.Allocation;
import io.nurs.netlink.Capture;
import io.nurs.netlink.Fuzz;
import io.nurs.netlink.Messages;
import io.nurs.netlink.NetlinkMessageDecoder;
import io.nurs.netlink.NetlinkStats;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class NfacctDecoderTest {
    private static final byte[] EVENT = Capture.read("nfacct/event-quota.hex");
    private static final byte[] DUMPED = Capture.read("nfacct/dumped.hex");

    private final NetlinkStats stats = new NetlinkStats();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new NetlinkMessageDecoder(stats), new NfacctDecoder(stats));

    @Test
    void readsADumpedObject() {
        NfacctMessage object = decode(DUMPED);

        assertFalse(object.isQuotaEvent());
        assertFalse(object.hasQuota());
        assertFalse(object.isOverQuota());
        assertEquals(new NfacctObject("http", 5, 320, 1, 0, 0), object.snapshot());
    }

    @Test
    void readsTheEventOfAQuota() {
        NfacctMessage object = decode(EVENT);

        assertTrue(object.isQuotaEvent());
        assertTrue(object.isOverQuota());
        assertEquals(
                new NfacctObject(
                        "limited",
                        3,
                        192,
                        1,
                        NfacctAttribute.NFACCT_F_QUOTA_PKTS | NfacctAttribute.NFACCT_F_OVERQUOTA,
                        3),
                object.snapshot());
    }

    @Test
    void skipsAttributesOfANewerKernel() {
        byte[] newer = Messages.message(
                NfacctAttribute.NFNL_SUBSYS_ACCT << 8,
                0,
                1,
                1,
                Messages.octets(0, 0, 0, 0),
                Messages.attribute(99, Messages.octets(1, 2, 3)),
                Arrays.copyOfRange(DUMPED, 20, DUMPED.length));

        assertEquals("http", decode(newer).name());
    }

    @Test
    void countsAndDropsWhatLacksACounter() {
        byte[] bare = Messages.message(
                NfacctAttribute.NFNL_SUBSYS_ACCT << 8,
                0,
                1,
                1,
                Messages.octets(0, 0, 0, 0),
                Messages.attribute(NfacctAttribute.NFACCT_NAME, Messages.octets('x', 0)));
        channel.writeInbound(Messages.batch(bare));

        assertTrue(channel.inboundMessages().isEmpty());
        assertEquals(1, stats.malformedMessages());
    }

    @Test
    void leavesOtherSubsystemsAlone() {
        channel.writeInbound(
                Messages.batch(Messages.message(1 << 8, 0, 0, 0, Messages.octets(0, 0, 0, 0))),
                Messages.batch(Messages.message(
                        NfacctAttribute.NFNL_SUBSYS_ACCT << 8 | 7, 0, 0, 0, Messages.octets(0, 0, 0, 0))));

        assertEquals(1, channel.inboundMessages().size());
        assertEquals(1, stats.unknownMessages());
    }

    @Test
    void survivesAnyDamage() {
        Fuzz fuzz = new Fuzz(NfacctDecoder::new, view -> {
            if (view instanceof NfacctMessage object) {
                object.snapshot();
                object.isQuotaEvent();
                object.hasQuota();
                object.isOverQuota();
            }
        });
        fuzz.cutEverywhere(List.of(EVENT, DUMPED));
        fuzz.mutated(List.of(EVENT, DUMPED), 40_000);
        fuzz.random(NfacctAttribute.NFNL_SUBSYS_ACCT, 2, 20_000);
        assertTrue(fuzz.passed() > 5_000, "too few got through: " + fuzz.passed());
        assertTrue(fuzz.stats().malformedMessages() > 5_000, "too few were malformed");
    }

    @Test
    void decodesWithoutAllocating() throws Exception {
        Reader reader = new Reader();
        Allocation.assertNone(List.of(EVENT, DUMPED), 200_000, NfacctDecoder::new, reader);
        assertTrue(reader.sum > 0);
    }

    private static final class Reader extends ChannelInboundHandlerAdapter {
        private long sum;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            NfacctMessage object = (NfacctMessage) message;
            sum += object.packets() + object.bytes() + object.quota() + object.flags() + object.uses();
        }
    }

    private NfacctMessage decode(byte[] message) {
        channel.writeInbound(Messages.batch(message));
        assertEquals(0, stats.malformedMessages());
        return channel.readInbound();
    }
}
