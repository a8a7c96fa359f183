package io.nurs.appliance.output;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/** A server that takes one connection at a time, and keeps what each of them brought. */
final class StreamCollector implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<ByteArrayOutputStream> connections = new ArrayList<>();
    private Socket connection = new Socket();
    private Thread thread = new Thread();

    StreamCollector() throws IOException {
        begin();
    }

    SocketAddress address() {
        return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    }

    void begin() {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        connections.add(octets);
        thread = new Thread(() -> receive(octets), "collector");
        thread.start();
    }

    private void receive(ByteArrayOutputStream octets) {
        try {
            connection = server.accept();
            InputStream input = connection.getInputStream();
            byte[] some = new byte[65_536];
            for (int count = input.read(some); count >= 0; count = input.read(some)) {
                octets.write(some, 0, count);
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    /** With what is still on its way. */
    void endConnection() throws IOException, InterruptedException {
        connection.close();
        thread.join();
    }

    /** The numbers in what a connection brought, as far as its messages are whole. */
    List<Long> read(int index) {
        return Numbers.inStream(connections.get(index).toByteArray());
    }

    @Override
    public void close() throws IOException {
        server.close();
        connection.close();
    }
}
