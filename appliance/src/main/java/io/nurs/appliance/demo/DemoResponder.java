package io.nurs.appliance.demo;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** The side that answers. Every request says how much it wants back. */
final class DemoResponder {
    /** The longest datagram sent: nothing is fragmented. */
    static final int MAX_DATAGRAM_BYTES = 1200;

    private final DemoThreads threads;

    DemoResponder(DemoThreads threads) {
        this.threads = threads;
    }

    /** Takes connections; a request is two ints, how many octets follow and how many are wanted. */
    void tcp(Endpoint at) throws IOException {
        ServerSocketChannel server = threads.open(at.namespace(), () -> ServerSocketChannel.open(at.family()));
        server.bind(at.address());
        threads.serve("accept " + at, () -> {
            while (true) {
                SocketChannel connection = threads.opened(server.accept());
                threads.run("answer " + at, () -> answer(connection));
            }
        });
    }

    /** Answers datagrams; each says in its first octet how many of its own length are wanted. */
    void udp(Endpoint at) throws IOException {
        DatagramChannel channel = threads.open(at.namespace(), () -> DatagramChannel.open(at.family()));
        channel.bind(at.address());
        threads.serve("answer " + at, () -> {
            ByteBuffer datagram = ByteBuffer.allocate(MAX_DATAGRAM_BYTES);
            while (true) {
                SocketAddress from = channel.receive(datagram.clear());
                datagram.flip();
                for (int wanted = datagram.get(0); wanted > 0; wanted--) {
                    channel.send(datagram.rewind(), from);
                }
            }
        });
    }

    private static void answer(SocketChannel connection) throws IOException {
        try (connection) {
            DataInputStream in = new DataInputStream(connection.socket().getInputStream());
            OutputStream out = new BufferedOutputStream(connection.socket().getOutputStream());
            while (true) {
                int follow = in.readInt();
                int wanted = in.readInt();
                in.skipNBytes(follow);
                out.write(new byte[wanted]);
                out.flush();
            }
        } catch (EOFException e) {
            // The client has finished.
        }
    }
}
