package io.nurs.appliance.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Answers {@link Traffic} in the lab's server, over UDP and TCP, both families, on all its ports. */
public final class Server implements AutoCloseable {
    private final List<NetworkChannel> channels = new ArrayList<>();

    private Server() {}

    /** Ends with the lab. */
    public static void start(Lab lab) throws IOException {
        Server server = lab.closing(new Server());
        for (int port : new int[] {Lab.PLAIN, Lab.MASQUERADED, Lab.BEHIND_DNAT}) {
            server.listen(lab, StandardProtocolFamily.INET, Traffic.at(Lab.SERVER4, port));
            server.listen(lab, StandardProtocolFamily.INET6, Traffic.at(Lab.SERVER6, port));
        }
    }

    private void listen(Lab lab, ProtocolFamily family, InetSocketAddress at) throws IOException {
        DatagramChannel udp =
                Lab.in(lab.server(), () -> DatagramChannel.open(family).bind(at));
        channels.add(udp);
        ServerSocketChannel tcp =
                Lab.in(lab.server(), () -> ServerSocketChannel.open(family).bind(at));
        channels.add(tcp);
        thread(() -> answerDatagrams(udp));
        thread(() -> answerConnections(tcp));
    }

    private interface Loop {
        void run() throws IOException;
    }

    private static void thread(Loop loop) {
        Thread.ofPlatform().daemon().name("lab server").start(() -> {
            try {
                loop.run();
            } catch (AsynchronousCloseException e) {
                // The server is closed.
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void answerDatagrams(DatagramChannel udp) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(2048);
        while (true) {
            InetSocketAddress from = (InetSocketAddress) udp.receive(buffer.clear());
            int octets = buffer.getInt(0);
            udp.send(buffer.position(0).limit(octets), from);
        }
    }

    private static void answerConnections(ServerSocketChannel tcp) throws IOException {
        while (true) {
            try (SocketChannel connection = tcp.accept()) {
                answer(connection);
            }
        }
    }

    private static void answer(SocketChannel connection) throws IOException {
        try {
            ByteBuffer header =
                    ByteBuffer.wrap(Channels.newInputStream(connection).readNBytes(8));
            Channels.newInputStream(connection).readNBytes(header.getInt(0));
            Channels.newOutputStream(connection).write(new byte[header.getInt(4)]);
            Channels.newInputStream(connection).read();
        } catch (AsynchronousCloseException e) {
            throw e;
        } catch (IOException e) {
            // The client has reset the connection.
        }
    }

    @Override
    public void close() throws IOException {
        for (NetworkChannel channel : channels) {
            channel.close();
        }
    }
}
