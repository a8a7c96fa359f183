package io.nurs.netlink.nfqueue;

import static io.nurs.netlink.Messages.attribute;
import static io.nurs.netlink.Messages.join;
import static io.nurs.netlink.Messages.message;
import static io.nurs.netlink.Messages.octets;
import static io.nurs.netlink.nfqueue.NfqueueAttribute.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.netlink.NetlinkControl;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class NfqueueVerdictsTest {
    private static final int NLM_F_REQUEST = 1;

    private final NfqueueVerdicts verdicts = new NfqueueVerdicts();
    private final EmbeddedChannel channel = new EmbeddedChannel(verdicts);

    @Test
    void packsVerdictsIntoOneDatagram() {
        byte[] packet = octets(1, 2, 3, 4, 5);
        MemorySegment memory = MemorySegment.ofArray(join(octets(9, 9), packet, octets(9)));
        verdicts.decide(0x102, 7, Verdict.NF_ACCEPT);
        verdicts.decideWithMark(3, 8, Verdict.NF_REPEAT, 0x2a);
        verdicts.decideWithPayload(3, 9, Verdict.NF_ACCEPT, memory, 2, 5);
        verdicts.decideWithMarkAndPayload(3, 10, Verdict.queue(258), 1, memory, 2, 5);
        verdicts.decideUpTo(3, 11, Verdict.NF_DROP);
        verdicts.decideUpToWithMark(3, 12, Verdict.queueOrAccept(1), 0x80000000);
        assertNull(channel.readOutbound());
        channel.pipeline().fireChannelReadComplete();
        byte[] expected = join(
                verdict(NFQNL_MSG_VERDICT, octets(0, 0, 1, 2), hdr(1, 7)),
                verdict(NFQNL_MSG_VERDICT, octets(0, 0, 0, 3), hdr(4, 8), attribute(NFQA_MARK, octets(0, 0, 0, 0x2a))),
                verdict(NFQNL_MSG_VERDICT, octets(0, 0, 0, 3), hdr(1, 9), attribute(NFQA_PAYLOAD, packet)),
                verdict(
                        NFQNL_MSG_VERDICT,
                        octets(0, 0, 0, 3),
                        hdr(258 << 16 | 3, 10),
                        attribute(NFQA_MARK, octets(0, 0, 0, 1)),
                        attribute(NFQA_PAYLOAD, packet)),
                verdict(NFQNL_MSG_VERDICT_BATCH, octets(0, 0, 0, 3), hdr(0, 11)),
                verdict(
                        NFQNL_MSG_VERDICT_BATCH,
                        octets(0, 0, 0, 3),
                        hdr(1 << 16 | 0x8003, 12),
                        attribute(NFQA_MARK, octets(0x80, 0, 0, 0))));
        assertArrayEquals(expected, sent());
        assertNull(channel.readOutbound());
        assertEquals(6, verdicts.verdicts());
        assertEquals(1, verdicts.datagrams());
    }

    @Test
    void sendsADatagramThatIsFull() {
        for (int i = 0; i < 65; i++) {
            verdicts.decide(0, i, Verdict.NF_ACCEPT);
        }
        assertEquals(64 * 32, sent().length);
        verdicts.flush();
        assertEquals(32, sent().length);
        verdicts.flush();
        assertNull(channel.readOutbound());
    }

    /** The embedded channel keeps what it was given: as a socket does that has no room yet. */
    @Test
    void leavesADatagramAloneThatIsStillToBeSent() {
        verdicts.decide(0, 1, Verdict.NF_ACCEPT);
        verdicts.flush();
        verdicts.decide(0, 2, Verdict.NF_ACCEPT);
        verdicts.flush();
        assertEquals(1, sent()[31]);
        assertEquals(2, sent()[31]);
    }

    @Test
    void hasRoomForTheLongestPackets() {
        byte[] longest = new byte[NfqueueRequests.MOST_COPIED_BYTES];
        Arrays.fill(longest, (byte) 7);
        for (int i = 0; i < 3; i++) {
            verdicts.decideWithPayload(0, i, Verdict.NF_ACCEPT, MemorySegment.ofArray(longest), 0, longest.length);
        }
        verdicts.flush();
        int packets = 0;
        for (byte[] sent = sentOrNone(); sent.length > 0; sent = sentOrNone()) {
            packets += sent.length / (20 + 12 + 4 + longest.length);
        }
        assertEquals(3, packets);
        assertThrows(
                IllegalArgumentException.class,
                () -> verdicts.decideWithPayload(0, 1, 1, MemorySegment.NULL, 0, longest.length + 1));
    }

    @Test
    void countsVerdictsThatAreRefused() {
        channel.writeInbound(new NetlinkControl.Failure(0, 2, null));
        channel.writeInbound(new NetlinkControl.Failure(7, 2, null));
        assertEquals(1, verdicts.refused());
        assertEquals(new NetlinkControl.Failure(0, 2, null), channel.readInbound());
    }

    private static byte[] verdict(int type, byte[] nfgenmsg, byte[]... attributes) {
        return message(NFNL_SUBSYS_QUEUE << 8 | type, NLM_F_REQUEST, 0, 0, nfgenmsg, join(attributes));
    }

    private static byte[] hdr(int verdict, int id) {
        return attribute(
                NFQA_VERDICT_HDR,
                octets(verdict >>> 24, verdict >>> 16, verdict >>> 8, verdict, id >>> 24, id >>> 16, id >>> 8, id));
    }

    private byte[] sent() {
        byte[] sent = sentOrNone();
        assertEquals(true, sent.length > 0, "nothing was sent");
        return sent;
    }

    private byte[] sentOrNone() {
        ByteBuf buffer = channel.readOutbound();
        if (buffer == null) {
            return new byte[0];
        }
        byte[] octets = new byte[buffer.readableBytes()];
        buffer.readBytes(octets);
        buffer.release();
        return octets;
    }
}
