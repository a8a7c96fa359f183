package io.nurs.appliance.collect;

import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.nurs.appliance.StartException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads a file of messages, or standard input, and has each piece looked at on the inspector's event loop. */
public final class FileInput implements AutoCloseable {
    private static final int PIECE_BYTES = 64 << 10;

    private final String name;
    private final InputStream in;
    private final MessageStream messages;
    private final EmbeddedChannel channel;
    private final Inspector inspector;
    private volatile boolean closed;

    private FileInput(String name, InputStream in, Inspector inspector) {
        this.name = name;
        this.in = in;
        this.inspector = inspector;
        this.messages = new MessageStream(InetSocketAddress.createUnresolved(name, 0), inspector);
        this.channel = new EmbeddedChannel(messages);
    }

    public static FileInput open(Listen.File file, Inspector inspector) throws StartException {
        if (file.path().equals(Listen.File.STDIN)) {
            return new FileInput("stdin", System.in, inspector);
        }
        try {
            return new FileInput(file.path(), Files.newInputStream(Path.of(file.path())), inspector);
        } catch (IOException | IllegalArgumentException e) {
            throw new StartException("cannot read " + file.path() + ": is it there, and may you read it?", e);
        }
    }

    /** Reads to the end, or to where no next message can be found: then it is false, and a complaint has said why. */
    public boolean readAll(EventLoop loop) throws StartException, InterruptedException {
        byte[] piece = new byte[PIECE_BYTES];
        try {
            for (int length = in.read(piece); length >= 0 && !closed; length = in.read(piece)) {
                byte[] octets = Arrays.copyOf(piece, length);
                loop.submit(() -> take(octets)).sync();
            }
        } catch (IOException e) {
            if (closed) {
                return true;
            }
            throw new StartException("cannot read " + name + ": " + e.getMessage(), e);
        } finally {
            loop.submit(this::end).sync();
        }
        return closed || loop.submit(() -> !messages.isBroken()).sync().getNow();
    }

    private void end() {
        if (closed) {
            messages.interrupt();
        }
        channel.finishAndReleaseAll();
    }

    private void take(byte[] octets) {
        inspector.arrived(Arrival.now());
        if (channel.isOpen()) {
            channel.writeInbound(Unpooled.wrappedBuffer(octets));
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            in.close();
        } catch (IOException e) {
            // Nothing was written, so nothing is lost.
        }
    }
}
