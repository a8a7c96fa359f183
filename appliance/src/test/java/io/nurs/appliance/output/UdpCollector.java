package io.nurs.appliance.output;

import io.netty.buffer.Unpooled;
import io.nurs.flow.DecodedMessage;
import io.nurs.flow.DecoderLimits;
import io.nurs.flow.FlowDecoder;
import io.nurs.ipfix.IpfixDecoder;
import io.nurs.netflow9.Netflow9Decoder;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** A socket that keeps what it is sent, and is decoded as a collector would that has just started. */
final class UdpCollector implements AutoCloseable {
    private static final InetSocketAddress SENDER = new InetSocketAddress("192.0.2.9", 1);

    private final DatagramSocket socket;
    private final Thread thread = new Thread(this::receive, "collector");
    private final List<byte[]> datagrams = new ArrayList<>();

    UdpCollector(int port) throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setReceiveBufferSize(1 << 20);
        thread.start();
    }

    int port() {
        return socket.getLocalPort();
    }

    private void receive() {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        try {
            for (; ; ) {
                socket.receive(packet);
                add(Arrays.copyOf(packet.getData(), packet.getLength()));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private synchronized void add(byte[] datagram) {
        datagrams.add(datagram);
    }

    synchronized int received() {
        return datagrams.size();
    }

    /** Every message, the first one included, must decode, and none be missing in the sequence. */
    synchronized List<Long> numbers() {
        return Numbers.of(messages());
    }

    synchronized List<DecodedMessage> messages() {
        List<DecodedMessage> messages = new ArrayList<>();
        FlowDecoder ipfix = new IpfixDecoder(DecoderLimits.DEFAULT);
        FlowDecoder netflow9 = new Netflow9Decoder(DecoderLimits.DEFAULT);
        for (byte[] datagram : datagrams) {
            FlowDecoder decoder = datagram[1] == 9 ? netflow9 : ipfix;
            messages.add(Objects.requireNonNull(decoder.decode(SENDER, Unpooled.wrappedBuffer(datagram))));
        }
        return messages;
    }

    @Override
    public void close() {
        socket.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
