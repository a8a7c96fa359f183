package io.nurs.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.nurs.netlink.SocketFilter.Instruction;
import io.nurs.netlink.conntrack.ConntrackAttribute;
import io.nurs.netlink.conntrack.ConntrackEventFilter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the kernel makes of a filter, on NETLINK_USERSOCK. */
class SocketFilterTest {
    private static final int DESTROY =
            ConntrackAttribute.NFNL_SUBSYS_CTNETLINK << 8 | ConntrackAttribute.IPCTNL_MSG_CT_DELETE;

    /** An nfgenmsg of IPv4. */
    private static final byte[] NFGENMSG = {2, 0, 0, 0};

    private static final List<Long> IDS = List.of(
            0L,
            1L,
            2L,
            3L,
            4L,
            5L,
            6L,
            0x7fff_ffffL,
            0x8000_0000L,
            0x8000_0001L,
            0xffff_fffdL,
            0xffff_fffeL,
            0xffff_ffffL);

    private UserSocket sender;

    @BeforeEach
    void openSender() throws IOException {
        sender = UserSocket.open();
    }

    @AfterEach
    void closeSender() throws IOException {
        sender.close();
    }

    @ParameterizedTest
    @CsvSource({"0,2", "1,2", "0,3", "1,3", "2,3", "6,7", "0,256", "255,256"})
    void passesAShareOfAllIds(int reader, int readers) throws Exception {
        List<byte[]> all =
                new ArrayList<>(IDS.stream().map(SocketFilterTest::event).toList());
        byte[] last = event(readers + reader);
        all.add(last);
        List<byte[]> expected = new ArrayList<>(IDS.stream()
                .filter(id -> id % readers == reader)
                .map(SocketFilterTest::event)
                .toList());
        expected.add(last);
        assertPasses(ConntrackEventFilter.share(reader, readers), all, expected);
    }

    @ParameterizedTest
    @CsvSource({"0,2", "1,2", "0,5", "4,5"})
    void givesWhatHasNoIdToTheFirstReader(int reader, int readers) throws Exception {
        byte[] withoutAttributes = Messages.message(DESTROY, 0, 0, 0, NFGENMSG);
        byte[] withoutId = Messages.message(
                DESTROY, 0, 0, 0, NFGENMSG, Messages.attribute(ConntrackAttribute.CTA_MARK, new byte[4]));
        byte[] header = Messages.message(DESTROY, 0, 0, 0);
        byte[] last = event(reader);
        List<byte[]> all = List.of(withoutAttributes, withoutId, header, last);
        assertPasses(ConntrackEventFilter.share(reader, readers), all, reader == 0 ? all : List.of(last));
    }

    @Test
    void filtersNothingForASingleReader() {
        assertSame(SocketFilter.NONE, ConntrackEventFilter.share(0, 1));
    }

    @ParameterizedTest
    @CsvSource({"-1,2", "2,2", "0,0"})
    void knowsNoReadersBeyondTheirNumber(int reader, int readers) {
        assertThrows(IllegalArgumentException.class, () -> ConntrackEventFilter.share(reader, readers));
    }

    @Test
    void saysThatAProgramIsNone() {
        SocketFilter withoutReturn =
                SocketFilter.of(Instruction.statement(SocketFilter.BPF_LD | SocketFilter.BPF_IMM, 0));
        Errno refused = assertThrows(
                Errno.class, () -> NetlinkChannel.open(UserSocket.options().withFilter(withoutReturn)));
        assertEquals(Errno.EINVAL, refused.number());
    }

    @Test
    void takesNoMoreThanTheKernelDoes() {
        Instruction pass = Instruction.statement(SocketFilter.BPF_RET, SocketFilter.ACCEPT);
        assertThrows(IllegalArgumentException.class, () -> new SocketFilter(Collections.nCopies(4097, pass)));
    }

    /** The last of {@code sent} is one that passes. */
    private void assertPasses(SocketFilter filter, List<byte[]> sent, List<byte[]> expected) throws Exception {
        try (CountingEventLoop loop = Transport.EPOLL.eventLoop()) {
            Probe probe = new Probe();
            NetlinkChannel channel = NetlinkChannel.open(UserSocket.options().withFilter(filter));
            channel.pipeline().addLast(probe);
            loop.register(channel).sync();
            for (byte[] datagram : sent) {
                sender.send(channel, datagram);
            }
            List<byte[]> passed = new ArrayList<>();
            while (passed.size() < expected.size() || !Arrays.equals(sent.getLast(), passed.getLast())) {
                passed.addAll(probe.nextBatch().datagrams());
            }
            assertEquals(texts(expected), texts(passed));
            assertEquals(0, channel.kernelDrops());
        }
    }

    private static byte[] event(long id) {
        byte[] octets = ByteBuffer.allocate(4).putInt((int) id).array();
        // Something before it, as in a real event: the filter has to walk.
        byte[] zone = Messages.attribute(ConntrackAttribute.CTA_ZONE, new byte[2]);
        return Messages.message(
                DESTROY, 0, 0, 0, NFGENMSG, zone, Messages.attribute(ConntrackAttribute.CTA_ID, octets));
    }

    private static List<String> texts(List<byte[]> datagrams) {
        return datagrams.stream().map(Arrays::toString).toList();
    }
}
