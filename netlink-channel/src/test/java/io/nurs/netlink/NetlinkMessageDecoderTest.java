package io.nurs.netlink;

import static io.nurs.netlink.Messages.attribute;
import static io.nurs.netlink.Messages.batch;
import static io.nurs.netlink.Messages.header;
import static io.nurs.netlink.Messages.hostInt;
import static io.nurs.netlink.Messages.join;
import static io.nurs.netlink.Messages.message;
import static io.nurs.netlink.Messages.octets;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetlinkMessageDecoderTest {
    private static final int NLMSG_NOOP = 1;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int NLMSG_OVERRUN = 4;
    private static final int NLM_F_CAPPED = 0x100;
    private static final int NLM_F_ACK_TLVS = 0x200;
    private static final int NLMSGERR_ATTR_MSG = 1;
    private static final int NLMSGERR_ATTR_OFFS = 2;

    private final NetlinkStats stats = new NetlinkStats();
    private final List<Object> read = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel(new NetlinkMessageDecoder(stats), new Reader());

    /** What a borrowed message said, to compare. */
    record Seen(int type, int flags, int sequence, int portId, int length) {}

    private final class Reader extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object object) {
            read.add(
                    object instanceof NetlinkMessage m
                            ? new Seen(m.type(), m.flags(), m.sequence(), m.portId(), m.length())
                            : object);
        }
    }

    @AfterEach
    void nothingEscapes() {
        channel.checkException();
    }

    /** Behind several packets NFLOG puts a DONE that holds an nfgenmsg: of group 200 here, which as an int is negative. */
    @Test
    void takesNoGroupForAnError() {
        receive(message(NLMSG_DONE, 0, 0, 0, octets(0, 0, 0, 200)));
        assertEquals(List.of(new NetlinkControl.Done(0, 0)), read);
    }

    @Test
    void splitsTwoMessagesInOneDatagram() {
        receive(message(0x100, 0, 0, 7, octets(1, 2, 3)), message(0x102, 2, 5, 0xfffffffe));
        assertEquals(List.of(new Seen(0x100, 0, 0, 7, 19), new Seen(0x102, 2, 5, 0xfffffffe, 16)), read);
        assertEquals(2, stats.messages());
        assertEquals(0, stats.malformedMessages());
    }

    @Test
    void takesALastMessageWhosePaddingIsMissing() {
        receive(message(0x100, 0, 0, 0), header(17, 0x100, 0, 0, 0), octets(9));
        assertEquals(2, read.size());
        assertEquals(0, stats.malformedMessages());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 15, 17, 65535, 0x7fffffff, 0x80000000, 0xffffffff})
    void dropsAMessageOfImpossibleLengthAndTheRestOfItsDatagram(int length) {
        receive(message(0x100, 0, 1, 0), header(length, 0x100, 0, 2, 0));
        assertEquals(List.of(new Seen(0x100, 0, 1, 0, 16)), read);
        assertEquals(1, stats.malformedMessages());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 15})
    void countsADatagramTooShortForAHeader(int length) {
        receive(new byte[length]);
        assertEquals(List.of(), read);
        assertEquals(1, stats.malformedMessages());
    }

    @Test
    void passesOverASlotWithoutADatagram() {
        NetlinkBatch batch =
                new NetlinkBatch(MemorySegment.ofArray(join(message(0x100, 0, 1, 0), message(0x100, 0, 2, 0))), 16);
        channel.pipeline().fireChannelRead(batch.count(2).length(0, 0).length(1, 16));
        assertEquals(List.of(new Seen(0x100, 0, 2, 0, 16)), read);
        assertEquals(0, stats.malformedMessages());
    }

    @Test
    void countsControlMessagesThatItDoesNotKnow() {
        receive(message(NLMSG_NOOP, 0, 0, 0), message(0, 0, 0, 0), message(15, 0, 0, 0));
        assertEquals(List.of(), read);
        assertEquals(2, stats.unknownMessages());
    }

    @Test
    void tellsThatTheKernelLostEvents() {
        receive(message(NLMSG_OVERRUN, 0, 0, 0));
        assertEquals(List.of(new NetlinkControl.Overrun()), read);
    }

    @Test
    void tellsAnAcknowledgement() {
        receive(message(NLMSG_ERROR, NLM_F_CAPPED, 9, 0, hostInt(0), header(300, 0x102, 5, 9, 0)));
        assertEquals(List.of(new NetlinkControl.Acknowledged(9)), read);
    }

    @Test
    void tellsARefusalThatRepeatsTheWholeRequest() {
        byte[] request = message(0x100, 5, 9, 0, octets(1, 2, 3, 4));
        receive(message(NLMSG_ERROR, 0, 9, 0, hostInt(-17), request));
        assertEquals(List.of(new NetlinkControl.Failure(9, 17, null)), read);
    }

    @Test
    void tellsTheTextBehindARequest() {
        byte[] request = message(0x100, 5, 9, 0, octets(1, 2, 3));
        receive(message(NLMSG_ERROR, NLM_F_ACK_TLVS, 9, 0, hostInt(-22), request, explanation()));
        assertEquals(List.of(new NetlinkControl.Failure(9, 22, "too odd")), read);
    }

    @Test
    void tellsTheTextBehindACappedRequest() {
        byte[] request = header(300, 0x100, 5, 9, 0);
        receive(message(NLMSG_ERROR, NLM_F_ACK_TLVS | NLM_F_CAPPED, 9, 0, hostInt(-22), request, explanation()));
        assertEquals(List.of(new NetlinkControl.Failure(9, 22, "too odd")), read);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 40, 4000, 0x7fffffff, 0xffffffff})
    void doesWithoutTheTextBehindARequestOfImpossibleLength(int length) {
        byte[] request = header(length, 0x100, 5, 9, 0);
        receive(message(NLMSG_ERROR, NLM_F_ACK_TLVS, 9, 0, hostInt(-22), request));
        assertEquals(List.of(new NetlinkControl.Failure(9, 22, null)), read);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 4, 19})
    void countsAnErrorTooShortToBeOne(int octets) {
        receive(message(NLMSG_ERROR, 0, 9, 0, new byte[octets]));
        assertEquals(List.of(), read);
        assertEquals(1, stats.malformedMessages());
    }

    @Test
    void tellsTheEndOfADump() {
        receive(message(NLMSG_DONE, 2, 4, 0, hostInt(0)), message(NLMSG_DONE, 2, 5, 0));
        assertEquals(List.of(new NetlinkControl.Done(4, 0), new NetlinkControl.Done(5, 0)), read);
    }

    @Test
    void tellsWhatCutADumpShort() {
        receive(message(NLMSG_DONE, 2, 4, 0, hostInt(-12)));
        assertEquals(List.of(new NetlinkControl.Done(4, 12)), read);
    }

    @Test
    void tellsAnInterruptionOnceADump() {
        int flags = NetlinkMessage.NLM_F_MULTI | NetlinkMessage.NLM_F_DUMP_INTR;
        receive(message(0x100, NetlinkMessage.NLM_F_MULTI, 4, 0), message(0x100, flags, 4, 0));
        receive(message(0x100, flags, 4, 0), message(NLMSG_DONE, flags, 4, 0));
        receive(message(NLMSG_DONE, flags, 5, 0));
        assertEquals(
                List.of(
                        new Seen(0x100, 2, 4, 0, 16),
                        new NetlinkControl.DumpInterrupted(4),
                        new Seen(0x100, flags, 4, 0, 16),
                        new Seen(0x100, flags, 4, 0, 16),
                        new NetlinkControl.Done(4, 0),
                        new NetlinkControl.DumpInterrupted(5),
                        new NetlinkControl.Done(5, 0)),
                read);
    }

    @Test
    void tellsAnInterruptionOfTheDumpAfterOneThatNeverEnded() {
        int flags = NetlinkMessage.NLM_F_MULTI | NetlinkMessage.NLM_F_DUMP_INTR;
        receive(message(0x100, flags, 4, 0), message(0x100, flags, 5, 0));
        assertEquals(
                List.of(
                        new NetlinkControl.DumpInterrupted(4),
                        new Seen(0x100, flags, 4, 0, 16),
                        new NetlinkControl.DumpInterrupted(5),
                        new Seen(0x100, flags, 5, 0, 16)),
                read);
    }

    @Test
    void passesOnWhatIsNoBatch() {
        channel.pipeline().fireChannelRead(new NetlinkControl.Overrun());
        assertEquals(List.of(new NetlinkControl.Overrun()), read);
    }

    private static byte[] explanation() {
        return join(
                attribute(NLMSGERR_ATTR_OFFS, hostInt(20)),
                attribute(NLMSGERR_ATTR_MSG, octets('t', 'o', 'o', ' ', 'o', 'd', 'd', 0)));
    }

    private void receive(byte[]... messages) {
        channel.pipeline().fireChannelRead(batch(join(messages)));
    }
}
